"""Overlap, centre error and the VOT conversion, against hand values and a plain loop."""

import math

import numpy as np
import pytest

from siamloss.geometry import box_center, center_error, overlap, polygon_to_box


def loop_overlap(a, b):
    """Intersection over union of two boxes, one comparison at a time."""
    left, top = max(a[0], b[0]), max(a[1], b[1])
    right, bottom = min(a[0] + a[2], b[0] + b[2]), min(a[1] + a[3], b[1] + b[3])
    intersection = (right - left) * (bottom - top) if right > left and bottom > top else 0.0
    union = a[2] * a[3] + b[2] * b[3] - intersection
    return intersection / union if union > 0 else 0.0


def random_boxes(seed, count=3000):
    """Boxes with integer and fractional corners, every tenth without area."""
    rng = np.random.default_rng(seed)
    boxes = np.concatenate([rng.uniform(-20, 40, (count, 2)), rng.uniform(0.1, 40, (count, 2))], axis=1)
    boxes[: count // 2] = np.round(boxes[: count // 2])
    boxes[::10, 2] = 0.0
    boxes[::20, 3] = 0.0
    return boxes


def test_overlap_equals_a_plain_loop():
    a, b = random_boxes(1), random_boxes(2)
    expected = [loop_overlap(x, y) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    assert 500 < np.count_nonzero(expected) < 2900
    np.testing.assert_allclose(overlap(a, b), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1.0),
        ((0, 0, 10, 10), (5, 0, 10, 10), 1 / 3),
        ((0, 0, 10, 10), (10, 0, 10, 10), 0.0),
        ((0, 0, 10, 10), (2, 2, 5, 5), 0.25),
        ((0, 0, 0, 0), (0, 0, 0, 0), 0.0),
        ((0, 0, 0, 5), (0, 0, 5, 5), 0.0),
    ],
    ids=["same", "half", "touching", "inside", "both-empty", "one-empty"],
)
def test_overlap_by_hand(a, b, expected):
    assert overlap(np.array([a]), np.array([b]))[0] == pytest.approx(expected, abs=1e-15)


def test_overlap_of_nan_is_nan_and_does_not_spread():
    boxes = np.array([[0.0, 0, 10, 10], [np.nan, 0, 10, 10]])
    values = overlap(boxes, np.array([[0.0, 0, 10, 10]] * 2))
    assert values[0] == 1.0
    assert math.isnan(values[1])


def test_center_is_that_of_pixels_counted_from_the_corner():
    np.testing.assert_array_equal(box_center(np.array([[10.0, 20.0, 5.0, 1.0]])), [[12.0, 20.0]])


def test_center_error_is_the_distance_of_centres():
    a, b = np.array([[0.0, 0, 10, 10]]), np.array([[2.0, 3, 12, 12]])
    assert center_error(a, b)[0] == 5.0


def test_polygon_to_box_keeps_centre_and_area_of_a_rotated_square():
    diamond = np.array([[0.0, 10.0, 10.0, 0.0, 20.0, 10.0, 10.0, 20.0]])
    box = polygon_to_box(diamond)
    side = math.sqrt(200.0) + 1.0
    np.testing.assert_allclose(box, [[10 - (side - 1) / 2, 10 - (side - 1) / 2, side, side]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(box_center(box), [[10.0, 10.0]], rtol=0, atol=1e-12)


def test_polygon_to_box_of_an_upright_rectangle_adds_the_toolkits_pixel():
    rectangle = np.array([[4.0, 6.0, 14.0, 6.0, 14.0, 26.0, 4.0, 26.0]])
    np.testing.assert_allclose(polygon_to_box(rectangle), [[4.0, 6.0, 11.0, 21.0]], rtol=0, atol=1e-12)
