"""OTB's curves against plain loops in the toolkit's own 1-based coordinates."""

import math

import numpy as np
import pytest

from siamloss.metrics import otb


def loop_overlap(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = width * height if width > 0 and height > 0 else 0.0
    union = a[2] * a[3] + b[2] * b[3] - common
    return common / union if union else 0.0


def loop_frames(results, annotations):
    """Overlap and error per frame, from lists of 1-based boxes."""
    overlaps, errors, previous = [], [], None
    for frame, (result, annotation) in enumerate(zip(results, annotations, strict=True)):
        if frame == 0:
            result = annotation
        elif any(math.isnan(value) for value in result) or result[2] <= 0 or result[3] <= 0:
            result = previous
        previous = result
        if min(annotation) <= 0:
            overlaps.append(-1.0)
            errors.append(-1.0)
            continue
        overlaps.append(loop_overlap(result, annotation))
        x, y = (result[i] + (result[i + 2] - 1) / 2 - annotation[i] - (annotation[i + 2] - 1) / 2 for i in (0, 1))
        errors.append(math.sqrt(x * x + y * y))
    return overlaps, errors


def loop_curves(overlaps, errors):
    success, precision = [], []
    for step in range(21):
        success.append(sum(1 for value in overlaps if value > step / 20) / len(overlaps))
    for pixels in range(51):
        precision.append(sum(1 for value in errors if value <= pixels) / len(errors))
    return success, precision


def random_sequence(seed):
    """1-based results and annotations with every kind of degenerate box."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 70))
    truth = np.concatenate([rng.integers(-2, 60, (count, 2)), rng.integers(5, 40, (count, 2))], axis=1).astype(float)
    results = truth + rng.normal(0, rng.choice([0.0, 1.0, 15.0]), truth.shape)
    truth[rng.random(count) < 0.05] = 0.0
    truth[rng.random(count) < 0.05, 2] = 0.0
    truth[rng.random(count) < 0.05, 0] = 0.0
    results[rng.random(count) < 0.08] = np.nan
    results[rng.random(count) < 0.05, 1] = np.nan
    results[rng.random(count) < 0.05, 2] = 0.0
    results[rng.random(count) < 0.05, 3] = -4.0
    results[rng.random(count) < 0.05, 0] += 1e4
    return results, truth


@pytest.mark.parametrize("seed", range(60))
def test_curves_equal_plain_loops(seed):
    results, truth = random_sequence(seed)
    overlaps, errors = loop_frames(results.tolist(), truth.tolist())
    success, precision = loop_curves(overlaps, errors)
    to_zero_based = np.array([1.0, 1.0, 0.0, 0.0])
    found = otb.frame_scores(results - to_zero_based, truth - to_zero_based)
    np.testing.assert_allclose(found[0], overlaps, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found[1], errors, rtol=0, atol=1e-10)
    score = otb.score_sequence(results - to_zero_based, truth - to_zero_based)
    np.testing.assert_allclose(score.success, success, rtol=0, atol=1e-12)
    np.testing.assert_allclose(score.precision, precision, rtol=0, atol=1e-12)
    assert score.success_auc == pytest.approx(sum(success) / 21, abs=1e-12)
    assert score.precision_20 == precision[20]


def test_mean_over_sequences_equals_a_loop_over_curves():
    scores, curves = [], []
    for seed in range(10):
        results, truth = random_sequence(seed)
        scores.append(otb.score_sequence(results - [1, 1, 0, 0], truth - [1, 1, 0, 0]))
        curves.append(loop_curves(*loop_frames(results.tolist(), truth.tolist())))
    mean = otb.mean_score(scores)
    expected = [sum(curve[0][step] for curve in curves) / 10 for step in range(21)]
    np.testing.assert_allclose(mean.success, expected, rtol=0, atol=1e-12)
    assert mean.precision_20 == pytest.approx(sum(curve[1][20] for curve in curves) / 10, abs=1e-12)
