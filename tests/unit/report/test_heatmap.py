"""Heat maps of a grid over two parameters."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from siamloss.config import Grid
from siamloss.report.grids import Measure
from siamloss.report.heatmap import COLORS, MISSING, draw_heat_maps, shades

GRID = Grid("g", ("a", "b", "c", "d", "e", "f"), {"eta": [0.1, 1.0], "alpha": [0, 0.1, 1]})
MEANS = [0.50, 0.60, 0.70, 0.55, 0.10, 0.65]


def measure(higher=True, means=MEANS):
    values = pd.DataFrame({"mean": means}, index=list("abcdef"))
    values["diff"] = values["mean"] - values.loc["b", "mean"]
    values["differs"] = values.index == "c"
    return Measure("AO", higher, 3, values)


def texts(axes):
    return {text.get_text(): text for text in axes.findobj(Text) if text.get_text()}


def faces(axes):
    """Colour of every cell, by column and row."""
    cells = [patch for patch in axes.patches if patch.get_width() == 1 and patch.get_fill()]
    return {(int(p.get_x() + 0.5), int(p.get_y() + 0.5)): to_hex(p.get_facecolor()) for p in cells}


@pytest.fixture
def axes():
    return draw_heat_maps(GRID, [measure(), measure(higher=False)], "otb", "b", {"e"}).axes


def test_better_is_darker_in_either_direction():
    means = np.array([[1.0, 2.0, 3.0]])
    sound = np.ones((1, 3), bool)
    assert shades(means, sound, True).tolist() == [[0.0, 0.5, 1.0]]
    assert shades(means, sound, False).tolist() == [[1.0, 0.5, 0.0]]


def test_collapsed_cells_do_not_stretch_the_scale_and_are_clipped():
    means = np.array([[1.0, 2.0, -50.0, np.nan]])
    sound = np.array([[True, True, False, True]])
    np.testing.assert_array_equal(shades(means, sound, True), [[0.0, 1.0, 0.0, np.nan]])
    # With fewer than two sound values all of them span the scale.
    np.testing.assert_array_equal(shades(means, ~sound, True), [[51 / 52, 1.0, 0.0, np.nan]])


def test_equal_values_have_one_middle_shade():
    assert shades(np.full((1, 2), 0.3), np.ones((1, 2), bool), True).tolist() == [[0.5, 0.5]]


def test_cells_stand_where_their_values_are(axes):
    up, down = axes[:2]
    assert faces(up)[(2, 0)] == faces(down)[(0, 0)] == to_hex(COLORS(1.0))
    assert faces(up)[(0, 0)] == faces(down)[(2, 0)] == to_hex(COLORS(0.0))
    assert texts(up)[".650"].get_position() == (2, pytest.approx(0.84))
    assert (up.get_xlabel(), up.get_ylabel()) == ("alpha", "eta")
    assert [label.get_text() for label in up.get_xticklabels()] == ["0", "0.1", "1"]
    assert up.get_title(loc="left") == "AO \u2191"


def test_differences_are_small_and_bold_only_where_they_are_clear(axes):
    found = texts(axes[0])
    assert {"+.100", "\u2212.100", "+.050", "\u2212.050"} <= set(found)
    assert found["+.100"].get_fontweight() == "bold"
    assert found["+.050"].get_fontweight() == "normal"
    assert found["+.100"].get_fontsize() < found[".700"].get_fontsize()
    assert ".000" not in found


def test_the_default_is_outlined_and_a_collapsed_cell_hatched_with_a_dagger(axes):
    (outline,) = [p for p in axes[0].patches if p.get_width() == pytest.approx(0.92)]
    assert (round(outline.get_x() + 0.46), round(outline.get_y() + 0.46)) == (1, 0)
    (hatched,) = [p for p in axes[0].patches if p.get_hatch()]
    assert (round(hatched.get_x() + 0.5), round(hatched.get_y() + 0.5)) == (1, 1)
    assert ".100 \u2020" in texts(axes[0])


def test_the_legend_names_only_what_is_there():
    def legend(reference, collapsed):
        (found,) = draw_heat_maps(GRID, [measure()], "otb", reference, collapsed).legends
        return [text.get_text() for text in found.get_texts()]

    assert legend("b", {"e"}) == ["worst", "best", "default", "\u2020 a run collapsed"]
    assert legend(None, {"elsewhere"}) == ["worst", "best"]


def test_a_missing_value_is_grey_with_a_dash():
    axes = draw_heat_maps(GRID, [measure(means=[np.nan, *MEANS[1:]])], "otb", None, ()).axes[0]
    assert faces(axes)[(0, 0)] == MISSING
    assert "\u2013" in texts(axes)


def test_wide_grids_take_more_rows_of_panels():
    names = tuple(f"v{index}" for index in range(9))
    grid = Grid("g", names, {"eta": [1], "alpha": list(range(9))})
    values = pd.DataFrame({"mean": np.arange(9.0), "diff": np.nan, "differs": False}, index=list(names))
    figure = draw_heat_maps(grid, [Measure("AO", True, 3, values)] * 3, "otb", None, ())
    assert figure.axes[0].get_subplotspec().get_gridspec().ncols == 1
