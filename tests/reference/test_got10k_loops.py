"""GOT-10k's scores against plain loops, one by one and 100,000 at once, and against the toolkit's own overlap."""

import math

import numpy as np
import pytest

from siamloss.metrics import got10k


def loop_bound(box, width, height):
    """The toolkit's bounding: the corner moves inside, the size is cut at the far edges only."""
    x, y = min(max(box[0], 0.0), width), min(max(box[1], 0.0), height)
    return [x, y, min(max(box[2], 0.0), width - x), min(max(box[3], 0.0), height - y)]


def loop_overlap(a, b):
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = wide * high if wide > 0 and high > 0 else 0.0
    union = a[2] * a[3] + b[2] * b[3] - common
    return common / union if union else 0.0


def loop_score(predicted, truth, visible, size):
    overlaps, errors = [], []
    for frame in range(1, len(truth)):
        if not visible[frame]:
            continue
        a, b = predicted[frame], truth[frame]
        errors.append(math.hypot(*(a[i] + a[i + 2] / 2 - b[i] - b[i + 2] / 2 for i in (0, 1))))
        overlaps.append(loop_overlap(loop_bound(a, *size), loop_bound(b, *size)) if size else loop_overlap(a, b))
    count = len(overlaps)
    success = [sum(value > step / 20 for value in overlaps) / count for step in range(21)]
    precision = [sum(value <= pixels for value in errors) / count for pixels in range(51)]
    rates = [sum(value > level for value in overlaps) / count for level in (0.5, 0.75)]
    return sum(overlaps) / count, *rates, count, success, precision


def random_sequence(seed):
    """Boxes that leave the image on every side, some without area, some frames without target."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(12, 70))
    truth = np.concatenate([rng.uniform(-20, 100, (count, 2)), rng.uniform(5, 60, (count, 2))], axis=1)
    predicted = truth + rng.normal(0, rng.choice([0.5, 10.0]), truth.shape)
    predicted[rng.random(count) < 0.1, 2] = 0.0
    predicted[rng.random(count) < 0.1, 0] += 500.0
    predicted[rng.random(count) < 0.1] -= [500.0, 500.0, 0.0, 0.0]
    predicted[:, 2:] = np.maximum(predicted[:, 2:], 0.0)
    visible = rng.random(count) < 0.7
    visible[:3] = True
    return predicted, truth, visible


@pytest.mark.parametrize("size", [None, (110.0, 80.0)], ids=["plane", "image"])
@pytest.mark.parametrize("seed", range(25))
def test_scores_equal_plain_loops(seed, size):
    predicted, truth, visible = random_sequence(seed)
    ao, sr_50, sr_75, frames, success, precision = loop_score(predicted.tolist(), truth.tolist(), visible, size)
    score = got10k.score_sequence(predicted, truth, visible, size)
    assert (score.ao, score.sr_50, score.sr_75) == pytest.approx((ao, sr_50, sr_75), abs=1e-12)
    assert score.frames == frames
    np.testing.assert_allclose(score.success, success, rtol=0, atol=1e-12)
    np.testing.assert_allclose(score.precision, precision, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_overlaps_equal_the_toolkits(seed):
    toolkit = pytest.importorskip("got10k.utils.metrics")
    predicted, truth, visible = random_sequence(seed)
    visible[:] = True
    expected = toolkit.rect_iou(predicted[1:].copy(), truth[1:].copy(), bound=(110, 80))
    score = got10k.score_sequence(predicted, truth, visible, (110, 80))
    assert score.ao == pytest.approx(expected.mean(), abs=1e-12)
    assert score.sr_50 == (expected > 0.5).mean()


def loop_clip(box, width, height):
    """The part of a box inside the image."""
    left, top = min(max(box[0], 0.0), width), min(max(box[1], 0.0), height)
    right, bottom = min(max(box[0] + box[2], 0.0), width), min(max(box[1] + box[3], 0.0), height)
    return [left, top, max(right - left, 0.0), max(bottom - top, 0.0)]


BOUNDS = {"got10k": loop_bound, "clipped": loop_clip, "unbounded": lambda box, width, height: box}


@pytest.mark.parametrize(("variant", "sequences"), [("got10k", 100_000), ("clipped", 20_000), ("unbounded", 20_000)])
def test_a_hundred_thousand_sequences_equal_plain_loops(variant, sequences):
    """One scored frame each, in images of their own size; boxes leave the image on every side, or have no area."""
    rng = np.random.default_rng(11)
    count = sequences
    truth = np.concatenate([rng.uniform(-40, 110, (count, 2)), rng.uniform(0, 60, (count, 2))], axis=1)
    predicted = truth + rng.normal(0, 1, truth.shape) * rng.choice([0.0, 1.0, 20.0], (count, 1))
    for boxes in (predicted, truth):
        boxes[:, 2:] = np.where(boxes[:, 2:] < 0.5, 0.0, boxes[:, 2:])
    predicted[rng.random(count) < 0.05, 2] = 0.0
    predicted[rng.random(count) < 0.05, 0] += 500.0
    truth[rng.random(count) < 0.05, 3] = 0.0
    sizes = rng.integers(40, 120, (count, 2)).astype(float)
    found = got10k.frame_overlaps(predicted, truth, sizes, variant)
    bound = BOUNDS[variant]
    expected = [
        loop_overlap(bound(a, *size), bound(b, *size))
        for a, b, size in zip(predicted.tolist(), truth.tolist(), sizes.tolist(), strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    assert (found == 0).mean() > 0.1


def test_a_class_balanced_mean_equals_a_loop_over_classes():
    rng = np.random.default_rng(3)
    values = {f"s{number}": float(value) for number, value in enumerate(rng.random(200))}
    classes = {name: f"class{rng.integers(17)}" for name in values}
    total, kinds = 0.0, sorted(set(classes.values()))
    for kind in kinds:
        members = [values[name] for name in values if classes[name] == kind]
        total += sum(members) / len(members)
    assert got10k.class_balanced_mean(values, classes) == pytest.approx(total / len(kinds), abs=1e-12)
