"""The outlined score map."""

import numpy as np
from matplotlib.collections import LineCollection

from siamloss.report import style
from siamloss.report.scoremap import draw_score_map, outline


def draw(scores, labels):
    axes = style.new_figure(1, 1).subplots()
    draw_score_map(axes, np.asarray(scores, float), np.asarray(labels))
    return axes


def test_outline_of_one_cell_is_its_four_edges():
    mask = np.zeros((3, 4), bool)
    mask[1, 2] = True
    found = {frozenset(map(tuple, segment)) for segment in outline(mask)}
    corners = [(1.5, 0.5), (2.5, 0.5), (2.5, 1.5), (1.5, 1.5)]
    assert found == {frozenset((corners[i], corners[(i + 1) % 4])) for i in range(4)}


def test_outline_has_no_inner_edges_and_closes_at_the_border():
    assert len(outline(np.ones((2, 3), bool))) == 10
    assert outline(np.zeros((2, 2), bool)).shape == (0, 2, 2)


def test_peak_is_marked_and_positives_outlined():
    scores = np.zeros((3, 3))
    scores[2, 0] = 5
    axes = draw(scores, [[-1, -1, -1], [-1, 1, -1], [-1, -1, -1]])
    assert {tuple(np.ravel(line.get_data())) for line in axes.lines} == {(0, 2)}
    assert len([c for c in axes.collections if isinstance(c, LineCollection)]) == 2


def test_flat_and_not_finite_maps_have_no_peak():
    labels = [[1, -1], [-1, -1]]
    for value in (0.25, np.nan):
        axes = draw(np.full((2, 2), value), labels)
        assert not axes.lines
        assert np.ptp(axes.images[0].get_array()) == 0


def test_one_nan_does_not_hide_the_peak():
    axes = draw([[np.nan, 1], [2, 0]], [[1, -1], [-1, -1]])
    assert tuple(np.ravel(axes.lines[0].get_data())) == (0, 1)


def test_ignored_cells_get_an_outline_of_their_own():
    axes = draw([[0, 1], [2, 3]], [[1, 0], [-1, -1]])
    assert len(axes.collections) == 3
