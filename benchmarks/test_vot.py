"""VOT scores from files to numbers, against the GOT-10k toolkit's report of the same files; run by `make bench`.

60 sequences, 21,360 frames, 10 trackers with some 40 failures each. The ratio that counts is of processor times, so
that what else runs on the machine does not decide; wall times are printed too. The toolkit takes minutes and is timed
once; ours is the median of several runs. ``SIAMLOSS_GOT10K_TRACKERS`` lets the toolkit, which works tracker by tracker,
score fewer of them; its time is then multiplied.
"""

import os
import resource
import subprocess
import sys
import time

import numpy as np
import pytest
from tests.outside.got10k_vot import got10k_report, write_set

from siamloss.evaluate.vot import evaluate_vot
from siamloss.geometry import polygon_overlap

TRACKERS = [f"tracker{number}" for number in range(10)]
LENGTHS = np.linspace(60, 652, 60).astype(int)
YEAR = 2018


@pytest.fixture(scope="module")
def vot_set(tmp_path_factory):
    root = tmp_path_factory.mktemp("vot")
    write_set(root, LENGTHS, TRACKERS, lose=0.002)
    return root


def clocks():
    """Seconds by the wall and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def folders(root, trackers=TRACKERS):
    return [root / "results" / "VOT2018" / tracker for tracker in trackers]


def test_ten_trackers_with_eao_against_the_got10k_report(benchmark, capsys, vot_set):
    """At least 50 times as fast, EAO included, with the same accuracy and robustness."""
    compared = TRACKERS[: int(os.environ.get("SIAMLOSS_GOT10K_TRACKERS", len(TRACKERS)))]
    started = clocks()
    report = got10k_report(vot_set, compared)
    theirs = (clocks() - started) * len(TRACKERS) / len(compared)
    seconds = []

    def evaluate():
        started = clocks()
        score = evaluate_vot(vot_set / "data", folders(vot_set), year=YEAR)
        seconds.append(clocks() - started)
        return score

    score = benchmark.pedantic(evaluate, rounds=7, warmup_rounds=1)
    ours = np.median(seconds[1:], axis=0)
    ratios = theirs / ours
    for name, their, our, ratio in zip(("wall", "processor"), theirs, ours, ratios, strict=True):
        benchmark.extra_info[name] = {"got10k_s": their, "ours_s": our, "ratio": ratio}
        with capsys.disabled():
            print(f"\n{name}: toolkit {their:.1f} s ({len(compared)} of {len(TRACKERS)} trackers timed), ", end="")
            print(f"ours {our:.3f} s with EAO, {ratio:.0f} times faster")
    assert all(0 < found.overall["eao"] < 1 for found in score.trackers.values())
    same = evaluate_vot(vot_set / "data", folders(vot_set, compared), variant="got10k").trackers
    for tracker in compared:
        for name in ("accuracy", "robustness"):
            assert same[tracker].overall[name] == pytest.approx(report[tracker][name], abs=1e-9)
    assert ratios[1] >= 50


def test_overlaps_against_shapely_frame_by_frame(benchmark, vot_set):
    """The overlaps alone: the same to 1e-9."""
    from got10k.utils.metrics import poly_iou

    rng = np.random.default_rng(1)
    polygons = np.concatenate([np.loadtxt(path, delimiter=",") for path in vot_set.glob("data/*/groundtruth.txt")])
    low, high = polygons.reshape(-1, 4, 2).min(axis=1), polygons.reshape(-1, 4, 2).max(axis=1)
    boxes = np.concatenate([low + rng.normal(0, 9, low.shape), high - low], axis=1)
    found = benchmark(polygon_overlap, polygons, boxes, (480, 360))
    some = slice(0, None, 10)
    started = time.perf_counter()
    theirs = [float(poly_iou(b, a, (480, 360))[0]) for a, b in zip(boxes[some], polygons[some], strict=True)]
    benchmark.extra_info["ratio"] = (time.perf_counter() - started) * 10 / benchmark.stats.stats.median
    np.testing.assert_allclose(found[some], theirs, rtol=0, atol=1e-9)


def test_fifteen_identical_repetitions_cost_little_more_than_one(benchmark, tmp_path):
    """Fifteen equal runs are read fifteen times but measured once."""
    from tests.outside.got10k_vot import SIZE, draw_run, draw_sequence

    from siamloss.metrics.vot_supervised import Truth, eao_terms, measure_runs

    rng = np.random.default_rng(2)
    polygons, around = draw_sequence(rng, 1000)
    truth, run = Truth(polygons, SIZE, np.ones(1000, bool)), draw_run(rng, polygons, around)

    def score(times):
        return eao_terms(measure_runs(truth, [run] * times), 357)

    started = time.perf_counter()
    for _ in range(5):
        once = score(1)
    alone = (time.perf_counter() - started) / 5
    terms = benchmark(score, 15)
    np.testing.assert_allclose(terms.sums, 15 * once.sums)
    benchmark.extra_info["times_one"] = benchmark.stats.stats.median / alone
    assert benchmark.stats.stats.median < 3 * alone


def test_memory_below_500_mb(vot_set):
    """Peak of a process that scores all ten trackers."""
    program = (
        "import resource, sys; from pathlib import Path; from siamloss.evaluate.vot import evaluate_vot\n"
        "evaluate_vot(Path(sys.argv[1]), map(Path, sys.argv[2:]), year=2018)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    command = [sys.executable, "-c", program, str(vot_set / "data"), *map(str, folders(vot_set))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    peak_mb = int(done.stdout.split()[-1]) / 1024
    print(f"\npeak {peak_mb:.0f} MB; this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    assert peak_mb < 500
