"""Polygon overlap against shapely on thousands of rotated rectangles, and by hand."""

import numpy as np
import pytest

from siamloss.geometry import overlap, polygon_overlap

IMAGE = (120.0, 90.0)


def rotated_rectangles(rng, count, center_span, sides):
    """Corners ``(count, 8)`` of rectangles turned by any angle."""
    angle = rng.uniform(0, 2 * np.pi, count)
    half = rng.uniform(*sides, (count, 2)) / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half[:, None]
    turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    center = rng.uniform(*center_span, (count, 2))
    return (center[:, None] + corners @ turn.transpose(0, 2, 1)).reshape(count, 8)


def upright_boxes(rng, count, corner_span, sides):
    """Boxes ``(count, 4)``."""
    return np.concatenate([rng.uniform(*corner_span, (count, 2)), rng.uniform(*sides, (count, 2))], axis=1)


def shapely_overlap(polygons, boxes, image_size=None):
    """Intersection over union by shapely, one pair at a time."""
    shapely = pytest.importorskip("shapely")
    first = shapely.polygons(polygons.reshape(-1, 4, 2))
    second = shapely.box(boxes[:, 0], boxes[:, 1], boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3])
    if image_size is not None:
        image = shapely.box(0, 0, *image_size)
        first, second = shapely.intersection(first, image), shapely.intersection(second, image)
    common = shapely.area(shapely.intersection(first, second))
    union = shapely.area(first) + shapely.area(second) - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


@pytest.mark.parametrize("image_size", [None, IMAGE], ids=["plane", "image"])
@pytest.mark.parametrize(
    ("polygon_sides", "box_sides", "span"),
    [
        ((2, 80), (2, 80), (-40, 140)),
        ((60, 90), (1, 10), (30, 60)),
        ((1, 10), (60, 90), (0, 40)),
        ((1, 5), (1, 5), (0, 200)),
    ],
    ids=["mixed", "polygon-around-box", "box-around-polygon", "mostly-disjoint"],
)
def test_equals_shapely(polygon_sides, box_sides, span, image_size):
    rng = np.random.default_rng(7)
    polygons = rotated_rectangles(rng, 2000, span, polygon_sides)
    boxes = upright_boxes(rng, 2000, span, box_sides)
    reverse = rng.random(2000) < 0.5
    polygons[reverse] = polygons[reverse].reshape(-1, 4, 2)[:, ::-1].reshape(-1, 8)
    expected = shapely_overlap(polygons, boxes, image_size)
    assert expected.max() > 0
    np.testing.assert_allclose(polygon_overlap(polygons, boxes, image_size), expected, rtol=0, atol=1e-9)


def test_upright_polygons_equal_the_overlap_of_boxes():
    rng = np.random.default_rng(3)
    a, b = upright_boxes(rng, 500, (0, 60), (1, 60)), upright_boxes(rng, 500, (0, 60), (1, 60))
    x, y, w, h = a.T
    polygons = np.stack([x, y, x + w, y, x + w, y + h, x, y + h], axis=1)
    np.testing.assert_allclose(polygon_overlap(polygons, b), overlap(a, b), rtol=0, atol=1e-12)


SQUARE = [0.0, 0, 10, 0, 10, 10, 0, 10]
DIAMOND = [10.0, 0, 20, 10, 10, 20, 0, 10]


@pytest.mark.parametrize(
    ("polygon", "box", "expected"),
    [
        (SQUARE, (10, 0, 10, 10), 0.0),
        (SQUARE, (10, 10, 5, 5), 0.0),
        (SQUARE, (2, 3, 0, 4), 0.0),
        (SQUARE, (2, 2, 5, 5), 0.25),
        (SQUARE, (-5, -5, 20, 20), 0.25),
        (DIAMOND, (0, 0, 10, 10), 50 / 250),
        (DIAMOND, (0, 0, 5, 5), 0.0),
        ([5.0] * 8, (0, 0, 10, 10), 0.0),
    ],
    ids=["edge", "corner", "flat-box", "box-inside", "box-around", "quarter", "touching-edge", "point"],
)
def test_by_hand(polygon, box, expected):
    assert polygon_overlap(np.array([polygon]), np.array([box]))[0] == pytest.approx(expected, abs=1e-15)


def test_outside_the_image_nothing_overlaps():
    far = np.array([[200.0, 0, 210, 0, 210, 10, 200, 10]])
    box = np.array([[200.0, 0, 10, 10]])
    assert polygon_overlap(far, box)[0] == 1.0
    assert polygon_overlap(far, box, IMAGE)[0] == 0.0


def test_only_the_part_inside_the_image_counts():
    polygon = np.array([[-30.0, 0, 10, 0, 10, 10, -30, 10]])
    assert polygon_overlap(polygon, np.array([[0.0, 0, 10, 10]]), IMAGE)[0] == 1.0
    assert polygon_overlap(polygon, np.array([[0.0, 0, 10, 10]]))[0] == 0.25


def test_small_areas_far_from_the_origin_keep_their_digits():
    offset = 1e6
    polygon = np.array([DIAMOND]) / 1000 + offset
    box = np.array([[offset, offset, 0.01, 0.01]])
    assert polygon_overlap(polygon, box)[0] == pytest.approx(0.2, abs=1e-6)


def test_regions_beside_each_other_overlap_by_exactly_nothing():
    """Rounding must not leave a trace: an overlap above 0 is no failure. Bounding boxes meet, the regions do not."""
    rng = np.random.default_rng(11)
    for _ in range(200):
        corner = rng.uniform(0, 60, 2)
        side = rng.uniform(5, 40)
        # A diamond, and a box whose corner points at its upper left edge from outside.
        diamond = corner + side * np.array([[1.0, 0], [2, 1], [1, 2], [0, 1]])
        gap = rng.uniform(1e-6, 0.4) * side
        low = corner - 10
        box = np.array([*low, *(corner + side / 2 - gap / 2 - low)])
        assert (corner + side / 2 - gap / 2 > diamond.min(axis=0)).all()
        turned = np.roll(diamond, rng.integers(4), axis=0)[:: rng.choice([-1, 1])]
        found = polygon_overlap(turned.reshape(1, 8), box[None], IMAGE)[0]
        assert found == 0.0


def test_many_frames_are_the_same_as_one_by_one():
    rng = np.random.default_rng(12)
    polygons, boxes = rotated_rectangles(rng, 5000, (-40, 140), (2, 80)), upright_boxes(rng, 5000, (-40, 140), (2, 80))
    together = polygon_overlap(polygons, boxes, IMAGE)
    for frame in (0, 4095, 4096, 4999):
        assert polygon_overlap(polygons[frame : frame + 1], boxes[frame : frame + 1], IMAGE)[0] == together[frame]
    assert polygon_overlap(polygons[:0], boxes[:0], IMAGE).shape == (0,)
