"""Sizes of the drawn video, and images fitted into it."""

import numpy as np
import pytest

from siamloss.demo.layout import FRAME_PX, LIMIT_PX, fit, make_layout

SHAPES = [(2160, 3840), (1920, 1080), (480, 640), (121, 161), (8, 8), (20, 3000), (3000, 20), (1, 1)]


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("shape", SHAPES)
def test_sizes_are_even_and_within_limits(shape, rows):
    layout = make_layout(np.zeros((*shape, 3), np.uint8), rows)
    width, height = layout.size
    assert width % 2 == height % 2 == 0
    assert width <= LIMIT_PX
    assert height <= LIMIT_PX
    assert layout.map_side <= min(layout.frame)
    assert layout.band >= 22


def test_small_frames_are_enlarged_and_usual_ones_are_kept():
    assert make_layout(np.zeros((120, 160, 3), np.uint8), 1).frame == (480, FRAME_PX)
    assert make_layout(np.zeros((480, 640, 3), np.uint8), 1).frame == (640, 480)


def test_large_frames_use_the_width():
    assert make_layout(np.zeros((2160, 3840, 3), np.uint8), 2).size[0] == LIMIT_PX


def test_fit_keeps_the_shape_and_moves_points():
    place = fit(100, 50, (300, 300))
    assert (place.size, place.offset, place.scale) == ((300, 150), (0, 75), 3.0)
    # The first pixel covers three, of which the middle one is its centre.
    np.testing.assert_allclose(place.points([[0, 0], [99, 49]]), [[1, 76], [298, 223]])
