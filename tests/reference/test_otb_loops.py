"""OTB's curves against plain loops in the toolkits' own 1-based coordinates: one by one, and 100,000 at once."""

import math

import numpy as np
import pytest

from siamloss.metrics import otb
from siamloss.metrics.otb_curves import NORMALIZED_THRESHOLDS, TOOLKIT_NORMALIZED_THRESHOLDS, TOOLKIT_SUCCESS_THRESHOLDS
from siamloss.metrics.otb_frames import score_frames


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


def loop_variant(results, annotations, variant):
    """Overlap, error and normalised error per frame, by the rules of a toolkit."""
    overlaps, errors, normalized, previous = [], [], [], None
    for frame, (result, annotation) in enumerate(zip(results, annotations, strict=True)):
        broken = any(not math.isfinite(value) for value in result)
        if variant != "pysot" and frame == 0:
            result, broken = annotation, False
        elif variant == "otb" and (broken or result[2] <= 0 or result[3] <= 0):
            result, broken = previous, False
        previous = result
        x, y = (result[i] + (result[i + 2] - 1) / 2 - annotation[i] - (annotation[i + 2] - 1) / 2 for i in (0, 1))
        wide, high = annotation[2], annotation[3]
        if variant == "got10k":
            wide, high = max(wide, 1.0), max(high, 1.0)
        elif variant == "pysot":
            wide, high = wide + 1e-16, high + 1e-16
        center = [annotation[i] + (annotation[i + 2] - 1) / 2 for i in (0, 1)]
        unsized = annotation[2] <= 0 or annotation[3] <= 0
        no_overlap = variant != "got10k" and (unsized or (variant == "otb" and min(annotation) <= 0))
        no_error = no_overlap if variant == "otb" else variant == "pysot" and min(center) <= 0
        nan = float("nan")
        if no_overlap:
            overlaps.append(-1.0)
        else:
            overlaps.append(nan if broken else min(max(loop_overlap(result, annotation), 0.0), 1.0))
        if no_error:
            errors.append(-1.0)
            normalized.append(-1.0)
        else:
            errors.append(nan if broken else math.sqrt(x * x + y * y))
            normalized.append(nan if broken else math.sqrt((x / wide) ** 2 + (y / high) ** 2))
    return overlaps, errors, normalized


def many(sequences):
    """Sequences of 1 or 2 frames: degenerate boxes, boxes outside the image, no overlap, NaN; 1-based."""
    rng = np.random.default_rng(7)
    lengths = rng.integers(1, 3, sequences)
    count = int(lengths.sum())
    truth = np.concatenate([rng.integers(-3, 60, (count, 2)), rng.integers(5, 40, (count, 2))], axis=1).astype(float)
    results = truth + rng.normal(0, 1, truth.shape) * rng.choice([0.0, 1.0, 15.0], (count, 1))
    truth[rng.random(count) < 0.02] = 0.0
    truth[rng.random(count) < 0.02, 2] = 0.0
    truth[rng.random(count) < 0.02, 0] = 0.0
    results[rng.random(count) < 0.03] = np.nan
    results[rng.random(count) < 0.02, 2] = 0.0
    results[rng.random(count) < 0.02, 3] = -4.0
    results[rng.random(count) < 0.03, 0] += 1e4
    return results, truth, np.cumsum(lengths) - lengths


@pytest.mark.parametrize(("variant", "sequences"), [("otb", 100_000), ("got10k", 15_000), ("pysot", 15_000)])
def test_a_hundred_thousand_sequences_equal_plain_loops(variant, sequences):
    results, truth, starts = many(sequences)
    ends = [*starts[1:].tolist(), len(truth)]
    rows, columns = results.tolist(), truth.tolist()
    frames = [[], [], []]
    for start, end in zip(starts.tolist(), ends, strict=True):
        for kept, found in zip(frames, loop_variant(rows[start:end], columns[start:end], variant), strict=True):
            kept.extend(found)
    found = score_frames(results, truth, starts, variant)
    curves = otb.sequence_curves(results, truth, starts, variant)
    assert np.isnan(frames[0]).any() == (variant != "otb")
    grids = (
        otb.SUCCESS_THRESHOLDS if variant == "otb" else TOOLKIT_SUCCESS_THRESHOLDS,
        otb.PRECISION_THRESHOLDS,
        TOOLKIT_NORMALIZED_THRESHOLDS if variant == "got10k" else NORMALIZED_THRESHOLDS,
    )
    given = (found.overlaps, found.errors, found.normalized)
    for kind, (own, expected, curve, grid) in enumerate(zip(given, frames, curves, grids, strict=True)):
        expected = np.array(expected)
        np.testing.assert_allclose(own, expected, rtol=1e-13, atol=1e-12)
        # Values that both sides place on the same side of every threshold; a tie may fall either way by rounding.
        tie = (np.abs(own[:, None] - grid) < 1e-12).any(axis=1) & (own != expected)
        passed = own[:, None] > grid if kind == 0 else own[:, None] <= grid
        loops = expected[:, None] > grid if kind == 0 else expected[:, None] <= grid
        np.testing.assert_array_equal(passed[~tie], loops[~tie])
        sums = np.add.reduceat(passed.astype(float), starts, axis=0)
        np.testing.assert_allclose(curve, sums / np.diff([*starts, len(truth)])[:, None], rtol=0, atol=1e-12)
