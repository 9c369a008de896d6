"""Lines over one parameter."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from siamloss.config import Grid
from siamloss.report import style
from siamloss.report.grids import Measure
from siamloss.report.sweep import draw_sweep, scale_of

NAMES = ("gsl[eta=0.01]", "gsl", "gsl[eta=1]")
BASELINE = ("logistic", "Logistic")


def measure():
    values = pd.DataFrame(
        {"mean": [0.4, 0.5, 0.6, 0.45], "low": [0.3, 0.4, 0.5, 0.4], "high": [0.5, 0.6, 0.7, 0.5]},
        index=[*NAMES, "logistic"],
    )
    return Measure("AO", True, 3, values)


def draw(values=(0.01, 0.1, 1.0), reference="gsl", collapsed=(), band="95 % interval", panels=1):
    grid = Grid("g", NAMES, {"eta": list(values)})
    shown = [("otb", measure())] * panels
    return draw_sweep(grid, shown, BASELINE, reference, collapsed, band)


def points(axes):
    """Marks by size, as (x, y)."""
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    return {(line.get_markersize(), line.get_xdata()[0]): line for line in marks}


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([0.1, 1.0], "log"),
        ([0.1, 0.9], "linear"),
        ([0.0, 0.1, 1.0], "symlog"),
        ([0.0, 1.0], "linear"),
        ([-1.0, 0.1, 10.0], "linear"),
        ([1, 3, 13], "log"),
    ],
)
def test_decades_get_a_log_axis(values, scale):
    assert scale_of(np.array(values, dtype=float)) == scale
    assert draw(values + [20.0] * 0 if len(values) == 3 else [*values, values[-1] * 0.99]).axes[0].get_xscale() == scale


def test_line_band_and_baseline_are_the_measure():
    axes = draw().axes[0]
    (line,) = [line for line in axes.lines if len(line.get_xdata()) == 3]
    assert line.get_xydata().tolist() == [[0.01, 0.4], [0.1, 0.5], [1.0, 0.6]]
    (level,) = [line for line in axes.lines if line.get_color() == style.BASELINE and line.is_dashed()]
    assert set(level.get_ydata()) == {0.45}
    (band,) = axes.collections
    vertices = band.get_paths()[0].vertices
    assert (vertices[:, 1].min(), vertices[:, 1].max()) == (0.3, 0.7)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0.01", "0.1", "1"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("eta", "AO \u2191")


def test_the_default_is_ringed():
    assert (8, 0.1) in points(draw().axes[0])
    assert not [size for size, _ in points(draw(reference=None).axes[0]) if size == 8]


def test_a_collapsed_point_is_hollow_with_a_dagger():
    axes = draw(collapsed={"gsl[eta=1]"}).axes[0]
    assert points(axes)[(3.8, 1.0)].get_markerfacecolor() == "white"
    assert points(axes)[(3.8, 0.01)].get_markerfacecolor() == style.OURS
    assert [t.get_text() for t in axes.texts] == ["\u2020"]
    assert axes.texts[0].xy == (1.0, 0.6)


def test_words_stand_side_by_side_without_a_line():
    axes = draw(values=("batch", "map", "both")).axes[0]
    assert axes.get_xscale() == "linear"
    assert not [line for line in axes.lines if len(line.get_xdata()) == 3]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["batch", "map", "both"]
    (whiskers,) = axes.collections
    assert whiskers.get_segments()[2].tolist() == [[2, 0.5], [2, 0.7]]


def test_the_legend_names_only_what_is_there():
    def legend(**options):
        (found,) = draw(**options).legends
        return [text.get_text() for text in found.get_texts()]

    assert legend(collapsed={"gsl"}) == ["mean", "95 % interval", "Logistic", "default", "\u2020 a run collapsed"]
    assert legend(reference=None, band="") == ["mean", "Logistic"]


def test_five_panels_take_two_rows():
    figure = draw(panels=5)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert len(shown) == 5
    assert sum(text.get_text() == "otb" for text in figure.findobj(Text)) == 5
