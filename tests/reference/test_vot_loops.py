"""VOT's scores against plain loops, and its overlaps against shapely's areas.

``SIAMLOSS_RANDOM_SEQUENCES`` draws more sequences than a test run has time for.
"""

import os

import numpy as np
import pytest
from tests.reference import vot_loops as loops

from siamloss.metrics import eao, multistart, vot, vot_supervised
from siamloss.records import Status

SIZE = (160.0, 120.0)


def loop_score(predicted, status, polygons, size):
    """Accuracy and failures; one frame at a time."""
    shapely = pytest.importorskip("shapely")
    image = shapely.box(0, 0, *size)
    overlaps, failures, since_init = [], 0, None
    for frame, code in enumerate(status):
        if code == Status.INIT:
            since_init = 0
        elif since_init is not None:
            since_init += 1
        if code == Status.FAILURE:
            failures += 1
        if code != Status.TRACKED or since_init < 10:
            continue
        x, y, w, h = predicted[frame]
        box = shapely.box(x, y, x + w, y + h).intersection(image)
        target = shapely.polygons(polygons[frame].reshape(4, 2)).intersection(image)
        common = target.intersection(box).area
        union = target.area + box.area - common
        overlaps.append(common / union if union > 0 else 0.0)
    return (sum(overlaps) / len(overlaps) if overlaps else 0.0), failures


def random_run(seed):
    """A run with failures at random; re-initialised 5 frames later, some failures within the burn-in."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(5, 150))
    center = np.cumsum(rng.normal(0, 6, (count, 2)), axis=0) + np.array([80, 60])
    angle = np.cumsum(rng.normal(0, 0.1, count))
    half = rng.uniform(5, 25, 2)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    polygons = (center[:, None] + corners @ turn.transpose(0, 2, 1)).reshape(count, 8)
    size = 2 * half * rng.uniform(0.7, 1.3, (count, 2))
    predicted = np.concatenate([center + rng.normal(0, 5, (count, 2)) - size / 2, size], axis=1)
    status = np.full(count, Status.TRACKED)
    frame = 0
    while frame < count:
        status[frame] = Status.INIT
        failure = frame + 1 + int(rng.exponential(25))
        status[failure : failure + 1] = Status.FAILURE
        status[failure + 1 : failure + 5] = Status.SKIPPED
        frame = failure + 5
    predicted[status == Status.SKIPPED] = np.nan
    return predicted, status, polygons


@pytest.mark.parametrize("seed", range(40))
def test_scores_equal_a_plain_loop(seed):
    predicted, status, polygons = random_run(seed)
    truth = vot_supervised.Truth(polygons, SIZE, np.ones(len(status), bool))
    found = vot_supervised.sequence_score(vot_supervised.measure_runs(truth, [(predicted, status)]))
    assert found == pytest.approx(loop_score(predicted, status.tolist(), polygons, SIZE), abs=1e-12)


SEQUENCES = int(os.environ.get("SIAMLOSS_RANDOM_SEQUENCES", "600"))
"""Random sequences of each comparison below."""


def odd_run(rng):
    """A short run with flat, tiny, huge and far boxes, and targets that leave the image."""
    count = int(rng.integers(1, 40))
    center = rng.uniform(-30, 190, 2) + np.cumsum(rng.normal(0, 8, (count, 2)), axis=0)
    angle, half = rng.uniform(0, 3, count), rng.uniform(1, 40, (count, 2))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half[:, None]
    turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    polygons = (center[:, None] + corners @ turn.transpose(0, 2, 1)).reshape(count, 8)
    size = 2 * half * rng.uniform(0.5, 1.5, (count, 2))
    predicted = np.concatenate([center + rng.normal(0, 9, (count, 2)) - size / 2, size], axis=1)
    kind = rng.integers(0, 12, count)
    predicted[kind == 0, 2] = 0.0
    predicted[kind == 1] = [-500.0, -500, 20, 20]
    predicted[kind == 2] = [-1000.0, -1000, 5000, 5000]
    predicted[kind == 3] = 0.0
    predicted[kind == 4, 3] *= -1
    return predicted, random_status(rng, count), polygons


def random_status(rng, count):
    status = np.full(count, Status.TRACKED)
    frame = 0
    while frame < count:
        status[frame] = Status.INIT
        failure = frame + 1 + int(rng.exponential(15))
        status[failure : failure + 1] = Status.FAILURE
        status[failure + 1 : failure + 5] = Status.SKIPPED
        frame = failure + 5
    return status


def test_overlaps_of_odd_boxes_equal_a_plain_loop():
    rng = np.random.default_rng(20)
    worst, zeros = 0.0, 0
    for _ in range(SEQUENCES):
        predicted, status, polygons = odd_run(rng)
        found = vot.frame_overlaps(predicted, status, polygons, SIZE)
        expected = np.array(loops.overlaps_of(predicted, status, polygons, SIZE))
        worst = max(worst, np.abs(found - expected).max())
        zeros += np.count_nonzero((expected == 0) & (status == Status.TRACKED))
        assert ((found == 0) == (expected < 1e-14)).all()
    assert worst < 1e-12
    assert zeros > SEQUENCES


def random_repetitions(rng, sequences):
    """Overlaps and status of up to four runs on each sequence, some of them equal."""
    drawn = []
    for _ in range(sequences):
        count = int(rng.integers(1, 90))
        runs = []
        for _ in range(int(rng.integers(1, 4))):
            status = random_status(rng, count)
            runs.append((np.where(status == Status.TRACKED, rng.random(count), 0.0), status, int(rng.integers(1, 4))))
        drawn.append(runs)
    return drawn


def unrolled(drawn):
    """Lists (overlaps, status) with every repetition written out."""
    return [
        (overlaps.tolist(), status.tolist()) for runs in drawn for overlaps, status, times in runs for _ in range(times)
    ]


INTERVALS = [(10, 40), (1, 5), (60, 200), (88, 89)]


@pytest.mark.parametrize(("variant", "loop"), [("vot-toolkit", loops.eao_toolkit), ("pysot", loops.eao_pysot)])
def test_expected_overlap_equals_a_plain_loop(variant, loop):
    rng = np.random.default_rng(21)
    for number in range(SEQUENCES // 8):
        drawn, (low, high) = random_repetitions(rng, int(rng.integers(1, 6))), INTERVALS[number % len(INTERVALS)]
        terms = [
            vot_supervised.eao_terms([vot_supervised.Repetition(*run) for run in runs], high + 1, variant)
            for runs in drawn
        ]
        expected = loop(unrolled(drawn), low, high)
        found = eao.eao(sum(terms[1:], terms[0]), (low, high), variant)
        assert found == pytest.approx(np.nan if expected is None else expected, abs=1e-12, nan_ok=True)


def test_toolkit_accuracy_and_robustness_equal_a_plain_loop():
    rng = np.random.default_rng(22)
    for _ in range(SEQUENCES // 8):
        drawn = random_repetitions(rng, int(rng.integers(1, 6)))
        results = [[vot_supervised.Repetition(*run) for run in runs] for runs in drawn]
        truths = [
            vot_supervised.Truth(np.zeros((len(runs[0][0]), 8)), SIZE, np.ones(len(runs[0][0]), bool)) for runs in drawn
        ]
        accuracy = failures = frames = 0.0
        for runs in drawn:
            written = unrolled([runs])
            length = len(runs[0][0])
            accuracy += length * sum(loops.supervised_accuracy(*run) for run in written) / len(written)
            failures += length * sum(status.count(2) for _, status in written) / len(written)
            frames += length
        score = vot_supervised.score_benchmark(truths, results)
        assert score.accuracy == pytest.approx(accuracy / frames, abs=1e-12)
        assert score.failures == pytest.approx(failures / frames, rel=1e-12)
        assert score.robustness == pytest.approx(np.exp(-30 * (failures / frames) / (frames / len(drawn))), rel=1e-12)


def test_multistart_equals_a_plain_loop():
    rng = np.random.default_rng(23)
    for number in range(SEQUENCES // 8):
        sequences = []
        for _ in range(int(rng.integers(1, 4))):
            length = int(rng.integers(1, 120))
            runs = []
            for _ in range(int(rng.integers(1, 5))):
                count = int(rng.integers(1, length + 1))
                low = np.repeat(rng.random(count // 6 + 1) < 0.4, 6)[:count]
                overlaps = np.where(low, rng.uniform(0, 0.1, count), rng.random(count))
                overlaps[rng.random(count) < 0.05] = 0.1
                overlaps[0] = 0.0
                runs.append(multistart.MultistartRun(overlaps, rng.random(count) < 0.97))
            sequences.append((runs, length))
        low, high = [(10, 40), (5, 100), (30, 31)][number % 3]
        written = [
            ([(run.overlaps.tolist(), run.visible.tolist()) for run in runs], length) for runs, length in sequences
        ]
        accuracy, robustness, expected = loops.multistart(written, low, high)
        scores = [multistart.score_sequence(runs, length) for runs, length in sequences]
        terms = [multistart.eao_terms(runs, high) for runs, _ in sequences]
        found = multistart.mean_score(scores)
        assert found[0] == pytest.approx(np.nan if accuracy is None else accuracy, abs=1e-12, nan_ok=True)
        assert found[1] == pytest.approx(robustness, abs=1e-12)
        assert eao.eao(sum(terms[1:], terms[0]), (low, high), "multistart") == pytest.approx(expected, abs=1e-12)
