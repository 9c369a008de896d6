"""VOT's supervised scores against a plain loop with shapely's areas."""

import numpy as np
import pytest

from siamloss.metrics import vot
from siamloss.records import Status

SIZE = (160.0, 120.0)


def loop_score(predicted, status, polygons, size):
    """Accuracy, scored frames, failures; one frame at a time."""
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
    return (sum(overlaps) / len(overlaps) if overlaps else float("nan")), len(overlaps), failures


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
    accuracy, scored, failures = loop_score(predicted, status.tolist(), polygons, SIZE)
    score = vot.score_sequence(predicted, status, polygons, SIZE)
    assert score.accuracy == pytest.approx(accuracy, abs=1e-12, nan_ok=True)
    assert (score.scored_frames, score.failures, score.length) == (scored, failures, len(status))


def test_weighted_mean_over_sequences_is_the_pooled_accuracy():
    runs = [random_run(seed) for seed in range(15)]
    scores = [vot.score_sequence(*run, SIZE) for run in runs]
    pooled = [loop_score(run[0], run[1].tolist(), run[2], SIZE) for run in runs]
    total = sum(accuracy * count for accuracy, count, _ in pooled if count) / sum(count for _, count, _ in pooled)
    weights = np.array([score.scored_frames for score in scores])
    values = np.nan_to_num([score.accuracy for score in scores])
    assert np.average(values, weights=weights) == pytest.approx(total, abs=1e-12)
