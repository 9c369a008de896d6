"""Boxes outside the image, jumps and odd sizes."""

from pathlib import Path

import numpy as np
import pytest

from siamloss.data.check.boxes import check_boxes, outside_share, overhang_px, steps
from siamloss.data.sequence import Sequence

SIZE = (100.0, 80.0)


def found(boxes, visible=None, size=SIZE):
    boxes = np.array(boxes, dtype=np.float64)
    visible = np.ones(len(boxes), bool) if visible is None else np.array(visible, bool)
    item = Sequence("s", tuple(Path(f"{i}.jpg") for i in range(len(boxes))), boxes, visible)
    return {(each.level, each.code): each for each in check_boxes(item, np.tile(size, (len(boxes), 1)))}


def test_boxes_within_the_image_are_no_finding():
    assert found([[0, 0, 100, 80], [1, 1, 98, 78]]) == {}


def test_a_share_outside_is_that_of_the_area():
    boxes = np.array([[-5.0, 0, 10, 10], [95, 75, 10, 10], [200, 0, 5, 5], [0, 0, 0, 5], [10, 10, 5, 5]])
    np.testing.assert_allclose(outside_share(boxes, np.tile(SIZE, (5, 1))), [0.5, 0.75, 1, 0, 0])
    np.testing.assert_allclose(overhang_px(boxes[:3], np.tile(SIZE, (3, 1))), [5, 5, 105])
    assert not outside_share(boxes, np.full((5, 2), np.nan)).any()


def test_wholly_outside_while_visible_is_an_error_and_while_absent_nothing():
    boxes = [[10, 10, 20, 20], [100, 10, 20, 20], [10, -20, 20, 20], [200, 10, 20, 20]]
    each = found(boxes, [1, 1, 1, 0])["error", "box-outside"]
    assert (each.sequence, each.frame, each.message) == (
        "s",
        2,
        "wholly outside the image in 2 frames marked as visible",
    )


def test_over_the_border_is_a_note_and_mostly_outside_a_warning():
    each = found([[10, 10, 20, 20], [-5, 10, 20, 20], [-15, 10, 20, 20]])
    assert each["note", "box-partly-out"].message == "reaches over the border in 1 frame, by up to 25%"
    assert each["warning", "box-mostly-out"].frame == 3
    assert found([[-1, -1, 100, 80], [1, 1, 100, 80]]) == {}, "a pixel may be a convention"


def test_moves_are_measured_in_box_sizes_and_only_between_visible_neighbours():
    boxes = np.array([[0.0, 0, 10, 10], [30, 0, 10, 10], [0, 0, 10, 10], [30, 0, 20, 20]])
    move, growth = steps(boxes, np.array([True, True, False, True]))
    np.testing.assert_allclose(move, [0, 3, 0, 0])
    np.testing.assert_allclose(growth, [1, 1, 1, 1])
    shrinking = np.array([[0.0, 0, 40, 40], [30, 15, 10, 10]])
    np.testing.assert_allclose(steps(shrinking, np.ones(2, bool))[0], [0, 1.5], err_msg="sizes of the smaller box")
    move, growth = steps(boxes, np.ones(4, bool))
    np.testing.assert_allclose(move, [0, 3, 3, np.hypot(35, 5) / 10])
    np.testing.assert_allclose(growth, [1, 1, 1, 4])


@pytest.mark.parametrize(
    ("boxes", "key"),
    [
        ([[0, 0, 10, 10], [30, 0, 10, 10]], ("warning", "box-jump")),
        ([[0, 0, 10, 10], [0, 0, 25, 25]], ("warning", "box-growth")),
        ([[0, 0, 25, 25], [5, 5, 10, 10]], ("warning", "box-growth")),
        ([[0, 0, 10, 10], [0, 0, 10, 2]], ("warning", "box-small")),
    ],
)
def test_odd_steps_and_sizes_are_warnings(boxes, key):
    assert found(boxes)[key].frame == 2


def test_absent_frames_are_counted():
    each = found([[0, 0, 10, 10]] * 4, [1, 0, 0, 1])["note", "absent"]
    assert (each.frame, each.message) == (2, "target absent in 2 frames of 4")
