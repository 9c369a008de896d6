"""What is drawn, and where."""

from dataclasses import replace

import numpy as np
import pytest

from siamloss.demo.draw import BAND, BASELINE, FLAT, OURS, TEXT, View, draw_frame, draw_rows, draw_score_map
from siamloss.demo.layout import GAP_PX, make_layout
from siamloss.geometry.network import GEOMETRY

GRAY = np.full((240, 320, 3), 128, np.uint8)
PEAK = (12, 5)
"""Row and column of the highest cell."""


@pytest.fixture
def view():
    """A tracker with the small network that found its peak at cell PEAK and went there."""
    geometry = GEOMETRY["small"]
    rows, columns = np.indices((geometry.score_cells, geometry.score_cells), np.float32)
    scores = 2.0 * np.exp(-((rows - PEAK[0]) ** 2 + (columns - PEAK[1]) ** 2) / 8)
    searched, side = np.array([150.0, 110.0]), 2.0 * geometry.search_px
    pitch = geometry.stride_px * side / geometry.search_px
    center = searched + (np.array(PEAK[::-1]) - geometry.score_cells // 2) * pitch
    size = np.array([61.0, 41.0])
    box = np.concatenate([center - (size - 1) / 2, size])
    return View("ours", OURS, box, 2.0, 12.3, scores, searched, side, pitch * geometry.score_cells)


def along(image, start, end, color):
    """Share of the pixels of a horizontal or vertical line that have a colour."""
    (x0, y0), (x1, y1) = np.round([start, end]).astype(int)
    return (image[y0 : y1 + 1, x0 : x1 + 1] == color).all(axis=2).mean()


@pytest.mark.parametrize("scale", [1, 3])
def test_box_lies_where_it_is(view, scale):
    drawn = draw_frame(GRAY, view, (320 * scale, 240 * scale))
    x, y, w, h = view.box
    corners = (np.array([[x, y], [x + w - 1, y + h - 1]]) + 0.5) * scale - 0.5
    (left, top), (right, bottom) = corners
    for start, end in [
        ((left, top), (right, top)),
        ((left, bottom), (right, bottom)),
        ((left, top), (left, bottom)),
        ((right, top), (right, bottom)),
    ]:
        assert along(drawn, start, end, OURS.color) == 1.0
    inside = drawn[int(top) + 8 * scale : int(bottom) - 8 * scale, int(left) + 8 * scale : int(right) - 8 * scale]
    assert (inside == 128).all()


def test_baseline_is_told_apart_without_colour(view):
    drawn = draw_frame(GRAY, replace(view, look=BASELINE), (320, 240))
    x, y, w, _ = view.box
    edge = drawn[int(y), int(x) : int(x + w)].astype(int)
    bright = edge.max(axis=1) > 190
    assert 0.4 < bright.mean() < 0.8
    assert (edge.max(axis=1) < 100).mean() > 0.15
    assert np.abs(np.diff(bright.astype(int))).sum() >= 6  # three dashes at least, and gaps between them


def test_search_window_is_thin_and_absent_at_first(view):
    drawn = draw_frame(GRAY, view, (320, 240))
    top = round(view.search_center[1] - (view.search_side - 1) / 2)
    assert top < 0  # cut off at the frame
    left = view.search_center[0] - (view.search_side - 1) / 2
    across = drawn[10, int(left) - 2 : int(left) + 4].astype(int)
    assert (np.abs(across - 128) > 10).any(axis=1).sum() in (1, 2)
    first = draw_frame(GRAY, replace(view, score_map=None), (320, 240))
    assert (first[10] == 128).all()


def test_cross_is_on_the_chosen_cell(view):
    side = 17 * 20
    drawn = draw_score_map(view, side)
    row, column = ((np.array(PEAK) + 0.5) * 20 - 0.5).round().astype(int)
    assert (drawn[row, column - 4 : column + 5] == TEXT).all()
    assert (drawn[row - 4 : row + 5, column] == TEXT).all()
    # viridis: the highest is yellow, the lowest a dark violet
    red, green, blue = drawn[row - 7, column - 7].astype(int)
    assert green > 150
    assert red > 150
    assert blue < 80
    red, green, blue = drawn[10, 10].astype(int)
    assert green < 120 < blue + 60


def test_cross_outside_the_map_is_held_at_its_border(view):
    away = replace(view, box=view.box + np.array([500.0, 0.0, 0.0, 0.0]))
    drawn = draw_score_map(away, 340)
    assert (drawn[:, -8:] == TEXT).all(axis=2).any()


@pytest.mark.parametrize("value", [0.25, np.nan, np.inf])
def test_map_without_a_peak_is_gray(view, value):
    drawn = draw_score_map(replace(view, score_map=np.full((17, 17), value, np.float32)), 170)
    assert (drawn[5, 5] == FLAT).all()
    assert (drawn == FLAT).all(axis=2).mean() > 0.9


def test_rows_are_in_order_and_first_frame_has_no_map(view):
    layout = make_layout(GRAY, 2)
    drawn = draw_rows(GRAY, [replace(view, look=BASELINE), view], "frame 1 / 9", layout)
    assert drawn.shape[1::-1] == layout.size
    upper, lower = np.split(drawn[: 2 * layout.row_height + GAP_PX], [layout.row_height])
    for part, color, other in ((upper, BASELINE.color, OURS.color), (lower, OURS.color, BASELINE.color)):
        assert (part == color).all(axis=2).sum() > 200
        assert not (part == other).all(axis=2).any()
    first = draw_rows(GRAY, [replace(view, score_map=None)], "frame 0 / 9", make_layout(GRAY, 1))
    corner = first[layout.band + 2, layout.frame[0] + GAP_PX + 2]
    assert (corner == BAND).all()


def test_a_long_name_leaves_the_number_alone(view):
    layout = make_layout(GRAY, 1)
    bands = [
        draw_rows(GRAY, [replace(view, label=label)], "frame 1 / 9", layout)[: layout.band]
        for label in ("a", "results/paper/train/gsl[alpha=0,eta=0.1,delta=0.1]/seed00")
    ]
    assert (bands[0] != bands[1]).any()
    column = layout.frame[0] - 6 * layout.band
    left = (bands[1][:, :column] != BAND).any(axis=(0, 2)).nonzero()[0].max()
    assert column / 2 < left
    end = layout.frame[0] - int(3.7 * layout.band)
    np.testing.assert_array_equal(bands[0][:, end:], bands[1][:, end:])


def test_frame_of_another_size_is_fitted_in(view):
    wide = np.full((120, 320, 3), 128, np.uint8)
    view = replace(view, box=np.array([100.0, 40.0, 61.0, 41.0]), score_map=None)
    drawn = draw_frame(wide, view, (320, 240))
    assert (drawn[:60] < 128).all()
    assert (drawn[180:] < 128).all()
    assert along(drawn, (100, 100), (160, 100), OURS.color) == 1.0
