"""A grid over one parameter: every measure as a line over its values, with the baseline as a level to beat."""

from collections.abc import Collection, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from siamloss.config import Grid
from siamloss.report import style, text
from siamloss.report.collapse import DAGGER
from siamloss.report.grids import Measure, is_number, setting

DECADES = 10.0
"""Values that span at least this factor get a log axis."""


@style.applied()
def draw_sweep(
    grid: Grid,
    panels: Sequence[tuple[str, Measure]],
    baseline: tuple[str, str],
    reference: str | None,
    collapsed: Collection[str],
    band: str,
    width_in: float = style.PAGE_IN,
) -> Figure:
    """A panel per measure over the values of the parameter.

    Parameters
    ----------
    grid : one axis.
    panels : title (the benchmark) and values by variant.
    baseline : name and label of the horizontal line.
    reference : name of the ringed point, the default; None if there is none.
    collapsed : names of variants with a collapsed run: hollow points with a dagger.
    band : what the band spans; "" where it has no width.
    width_in : printed width, inches.

    Notes
    -----
    Values that are no numbers stand side by side, not joined by a line.
    """
    ((parameter, values),) = grid.axes.items()
    numeric = all(is_number(value) for value in values)
    narrow = style.is_narrow(width_in)
    across = min(2 if narrow else 4, len(panels))
    down = -(-len(panels) // across)
    figure = style.new_figure(width_in, 0.35 + 1.6 * down)
    axes_grid = figure.subplots(down, across, squeeze=False)
    for axes in axes_grid.flat[len(panels) :]:
        axes.set_visible(False)
    positions = np.array(values, dtype=float) if numeric else np.arange(len(values), dtype=float)
    for axes, (title, measure) in zip(axes_grid.flat, panels, strict=False):
        _panel(axes, grid.variants, positions, numeric, measure, baseline[0], reference, collapsed)
        axes.set_title(title, fontsize=7, pad=3)
        axes.set_ylabel(measure.heading, fontsize=6.8, labelpad=2)
        _ticks(axes, positions, [setting(value) for value in values], numeric)
        axes.set_xlabel(parameter, labelpad=2)
    has_reference, has_collapsed = reference in grid.variants, bool(set(grid.variants) & set(collapsed))
    _legend(figure, baseline, has_reference, has_collapsed, band, numeric, 2 if narrow else 5)
    return figure


def _panel(
    axes: Axes,
    names: Sequence[str],
    positions: np.ndarray,
    joined: bool,
    measure: Measure,
    baseline: str,
    reference: str | None,
    collapsed: Collection[str],
) -> None:
    rows = measure.values.loc[list(names)]
    order = np.argsort(positions, kind="stable")
    mean, low, high = (rows[name].to_numpy(dtype=float)[order] for name in ("mean", "low", "high"))
    x = positions[order]
    if joined:
        axes.fill_between(x, low, high, color=style.OURS, alpha=0.15, linewidth=0, zorder=1)
        axes.plot(x, mean, color=style.OURS, zorder=3)
    else:
        axes.vlines(x, low, high, color=style.OURS, linewidth=1.3, zorder=2)
        axes.margins(x=0.25)
    axes.axhline(measure.values.loc[baseline, "mean"], color=style.BASELINE, linewidth=1.0, dashes=(4, 1.5), zorder=2)
    for place, value, index in zip(x, mean, order, strict=True):
        name = names[index]
        face = "white" if name in collapsed else style.OURS
        axes.plot(place, value, "o", color=style.OURS, markerfacecolor=face, markersize=3.8, zorder=4)
        if name == reference:
            axes.plot(place, value, "o", color=style.INK, markerfacecolor="none", markersize=8, zorder=4)
        if name in collapsed:
            axes.annotate(
                DAGGER, (place, value), xytext=(4.5, 3), textcoords="offset points", fontsize=8, annotation_clip=False
            )
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", text.MINUS)))


def scale_of(positions: np.ndarray) -> str:
    """ "log" where positive values span a factor of ten, "symlog" where 0 is one more of them, else "linear"."""
    above = positions[positions > 0]
    if (positions < 0).any() or above.size < 2 or above.max() / above.min() < DECADES:
        return "linear"
    return "symlog" if (positions == 0).any() else "log"


def _ticks(axes: Axes, positions: np.ndarray, labels: Sequence[str], numeric: bool) -> None:
    """Exactly the values that were run."""
    if numeric:
        scale = scale_of(positions)
        axes.set_xscale(scale, **({"linthresh": positions[positions > 0].min()} if scale == "symlog" else {}))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_locator(FixedLocator(list(positions)))
    axes.set_xticks(list(positions), [style.wrap(label, 10) for label in labels])
    if max(map(len, labels), default=0) * len(labels) > 20:
        axes.tick_params(axis="x", labelsize=6)


def _legend(
    figure: Figure,
    baseline: tuple[str, str],
    has_reference: bool,
    has_collapsed: bool,
    band: str,
    joined: bool,
    across: int,
) -> None:
    handles = [
        Line2D([], [], color=style.OURS, marker="o", markersize=3.8, linestyle="-" if joined else "none"),
        Line2D([], [], color=style.BASELINE, linewidth=1.0, dashes=(4, 1.5)),
    ]
    texts = ["mean", style.shorten(baseline[1], 30)]
    if band:
        handles.insert(1, Patch(facecolor=style.OURS, alpha=0.15) if joined else Line2D([], [], color=style.OURS))
        texts.insert(1, band)
    hollow = {"linestyle": "none", "markerfacecolor": "none", "marker": "o"}
    if has_reference:
        handles.append(Line2D([], [], color=style.INK, markersize=8, **hollow))
        texts.append("default")
    if has_collapsed:
        handles.append(Line2D([], [], color=style.OURS, markersize=3.8, **hollow))
        texts.append(f"{DAGGER} a run collapsed")
    figure.legend(
        handles, texts, loc="outside upper right", ncols=min(across, len(handles)), columnspacing=1.3, borderaxespad=0.2
    )
