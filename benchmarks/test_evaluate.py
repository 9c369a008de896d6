"""From result files to numbers, against the GOT-10k toolkit's own report without plots; run by `make bench`.

10 trackers on sets of the size of OTB-100 (57,600 frames) and of GOT-10k's validation split (180 sequences, 21,007
frames). Both sides read the same annotations and the same files; the ratio is printed and kept in the results.
"""

import resource
import subprocess
import sys
import time

import numpy as np
import pytest

from siamloss.data.otb import FRAME_RANGES
from siamloss.evaluate.got10k import evaluate_got10k
from siamloss.evaluate.otb import evaluate_otb
from siamloss.metrics.otb_lists import OTB100

TRACKERS = [f"tracker{number}" for number in range(10)]


def random_boxes(rng, frames):
    """Boxes ``(frames, 4)`` that wander through an image of 640 x 480."""
    center = np.clip(np.cumsum(rng.normal(0, 4, (frames, 2)), axis=0) + np.array([320, 240]), 40, [600, 440])
    size = rng.uniform(20, 120, 2) * np.exp(np.cumsum(rng.normal(0, 0.01, (frames, 1)), axis=0))
    return np.concatenate([center - size / 2, size], axis=1)


def write_rows(path, rows, form="%.3f"):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path, rows, fmt=form, delimiter=",")


def make_images(folder, first, last):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, last + 1):
        (folder / f"{number:08d}.jpg").touch()


def otb_lengths():
    """Annotated frames of the 100 sequences, 57,600 in all."""
    fixed = {name: last - first + 1 for name, (first, last) in FRAME_RANGES.items()}
    others = [name for name in OTB100 if name not in fixed]
    share, rest = divmod(57_600 - sum(fixed.values()), len(others))
    lengths = dict.fromkeys(others, share)
    for first, second in (("Jogging-1", "Jogging-2"), ("Skating2-1", "Skating2-2")):
        assert lengths[first] == lengths[second]
    for name in [name for name in others if "-" not in name][:rest]:
        lengths[name] += 1
    return lengths | fixed


@pytest.fixture(scope="module")
def otb_set(tmp_path_factory):
    """An OTB folder with empty images, and results of ten trackers as the toolkit writes them."""
    root, results = tmp_path_factory.mktemp("otb"), tmp_path_factory.mktemp("otb_results")
    rng = np.random.default_rng(0)
    for name, frames in otb_lengths().items():
        folder, _, number = name.partition("-")
        boxes = random_boxes(rng, frames).round()
        write_rows(root / folder / f"groundtruth_rect{'.' + number if number else ''}.txt", boxes, "%d")
        if folder == "Human4":
            (root / folder / "groundtruth_rect.1.txt").touch()
        make_images(root / folder / "img", 1, FRAME_RANGES[name][1] if name in FRAME_RANGES else frames)
        toolkit_name = "Human4" if folder == "Human4" else name.replace("-", ".")
        for tracker in TRACKERS:
            write_rows(
                results / "OTB2015" / tracker / f"{toolkit_name}.txt", boxes + rng.normal(0, 6, boxes.shape) * 0.5
            )
    return root, results


@pytest.fixture(scope="module")
def got10k_set(tmp_path_factory):
    """A validation split with empty images, and results of ten trackers as the toolkit writes them."""
    root, results = tmp_path_factory.mktemp("got10k"), tmp_path_factory.mktemp("got10k_results")
    rng = np.random.default_rng(1)
    lengths = np.full(180, 21_007 // 180)
    lengths[: 21_007 % 180] += 1
    names = [f"GOT-10k_Val_{number:06d}" for number in range(1, 181)]
    (root / "val").mkdir()
    (root / "val" / "list.txt").write_text("\n".join(names) + "\n")
    for name, frames in zip(names, lengths, strict=True):
        folder, boxes = root / "val" / name, random_boxes(rng, frames)
        write_rows(folder / "groundtruth.txt", boxes, "%.4f")
        make_images(folder, 1, frames)
        for label, values in (("cover", rng.integers(0, 9, frames)), ("absence", 0), ("cut_by_image", 0)):
            write_rows(folder / f"{label}.label", np.broadcast_to(values, frames), "%d")
        meta = f"object_class: class{rng.integers(40)}\nresolution: (640, 480)\n"
        (folder / "meta_info.ini").write_text("[METAINFO]\n" + meta)
        for tracker in TRACKERS:
            path = results / "GOT-10k" / tracker / name / f"{name}_001.txt"
            write_rows(path, np.abs(boxes + rng.normal(0, 3, boxes.shape)))
            write_rows(path.with_name(f"{name}_time.txt"), np.full(frames, 0.01), "%.8f")
    return root, results


def compare(benchmark, capsys, ours, toolkit, rounds=3):
    """Time both in turn; prints, keeps and returns the ratio of the median processor times.

    Processor time counts every thread, and other work on the machine hardly changes it; wall time is printed too.
    """
    ours()
    times = {"ours": [], "toolkit": []}
    for _ in range(rounds):
        for name, run, repeats in (("toolkit", toolkit, 1), ("ours", ours, 3)):
            for _ in range(repeats):
                started = time.perf_counter(), time.process_time()
                run()
                times[name].append((time.perf_counter() - started[0], time.process_time() - started[1]))
    wall, processor = (
        {name: float(np.median([t[kind] for t in each])) for name, each in times.items()} for kind in (0, 1)
    )
    ratio = processor["toolkit"] / processor["ours"]
    benchmark.extra_info.update(wall=wall, processor=processor, ratio=ratio)
    with capsys.disabled():
        for kind, seconds in (("wall", wall), ("processor", processor)):
            factor = seconds["toolkit"] / seconds["ours"]
            print(
                f"\n{kind}: toolkit {seconds['toolkit']:.2f} s, ours {seconds['ours']:.3f} s, {factor:.1f} times faster"
            )
    benchmark.pedantic(ours, rounds=3)
    return ratio


def test_otb100_ten_trackers(benchmark, capsys, otb_set, tmp_path):
    toolkit = pytest.importorskip("siamloss.tracking.got10k_tracker").OfflineExperimentOTB
    root, results = otb_set

    class WithoutPlots(toolkit):
        def plot_curves(self, tracker_names):
            pass

    experiment = WithoutPlots(root, 2015, results, tmp_path)
    assert len(experiment.dataset) == 100
    found = {}

    def ours():
        found["ours"] = evaluate_otb(root, [results / "OTB2015"], variant="got10k")

    def theirs():
        found["toolkit"] = experiment.report(TRACKERS)

    ratio = compare(benchmark, capsys, ours, theirs)
    for name in TRACKERS:
        expected, own = found["toolkit"][name]["overall"], found["ours"].trackers[name].overall
        assert abs(own["success_auc"] - expected["success_score"]) < 1e-9
        assert abs(own["precision_20"] - expected["precision_score"]) < 1e-9
    assert ratio >= 10


def test_got10k_val_ten_trackers(benchmark, capsys, got10k_set, tmp_path):
    experiments = pytest.importorskip("got10k.experiments")
    root, results = got10k_set

    class WithoutPlots(experiments.ExperimentGOT10k):
        def plot_curves(self, report_files, tracker_names):
            pass

    experiment = WithoutPlots(str(root), "val", str(results), str(tmp_path))
    found = {}

    def ours():
        found["ours"] = evaluate_got10k(root / "val", [results / "GOT-10k"])

    def theirs():
        found["toolkit"] = experiment.report(TRACKERS)

    ratio = compare(benchmark, capsys, ours, theirs)
    for name in TRACKERS:
        expected, own = found["toolkit"][name]["overall"], found["ours"].trackers[name].overall
        assert abs(own["ao"] - expected["ao"]) < 1e-9
        assert abs(own["sr_50"] - expected["sr"]) < 1e-9
    assert ratio >= 10


def test_memory_of_otb100_ten_trackers(capsys, otb_set):
    root, results = otb_set
    code = (
        "import sys; from pathlib import Path; from siamloss.evaluate.otb import evaluate_otb; "
        "evaluate_otb(Path(sys.argv[1]), [Path(sys.argv[2])])"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    subprocess.run([sys.executable, "-c", code, str(root), str(results / "OTB2015")], check=True)
    peak_mb = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    with capsys.disabled():
        print(f"\npeak memory {peak_mb:.0f} MB")
    assert peak_mb < 500
