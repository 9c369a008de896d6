"""A grid over two parameters: a coloured cell per combination, with its value printed in it."""

from collections.abc import Collection, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from siamloss.config import Grid
from siamloss.report import style, text
from siamloss.report.collapse import DAGGER
from siamloss.report.grids import Measure, cells_of, setting

COLORS = LinearSegmentedColormap.from_list("paper-to-blue", ["#f7fbff", "#c6dbef", "#6baed6"])
"""From paper to a mid blue: only lightness tells, and dark print is legible on all of it."""
CELL_IN = (0.42, 0.36)
MISSING = "#e6e6e6"


@style.applied()
def draw_heat_maps(
    grid: Grid,
    measures: Sequence[Measure],
    title: str,
    reference: str | None,
    collapsed: Collection[str],
    width_in: float = style.PAGE_IN,
) -> Figure:
    """A panel per measure; rows are the first parameter, columns the second.

    Parameters
    ----------
    grid : two axes.
    measures : values by variant.
    title : benchmark, or what the measures were taken on.
    reference : name of the outlined cell, to which the small numbers are the difference; None if there is none.
    collapsed : names of variants with a collapsed run: hatched, with a dagger.
    width_in : printed width, inches.

    Notes
    -----
    Darker is better in every panel. The colours span the cells without a collapsed run, if there are two or more.
    """
    names = cells_of(grid)
    width = 0.5 + CELL_IN[0] * names.shape[1]
    across = int(np.clip(width_in // width, 1, min(len(measures), 4)))
    down = -(-len(measures) // across)
    figure = style.new_figure(width_in, 0.4 + down * (0.55 + CELL_IN[1] * names.shape[0]))
    panels = figure.subplots(down, across, squeeze=False)
    for axes in panels.flat[len(measures) :]:
        axes.set_visible(False)
    rows, columns = grid.axes
    for index, (axes, measure) in enumerate(zip(panels.flat, measures, strict=False)):
        _panel(axes, names, measure, reference, collapsed)
        axes.set_title(measure.heading, fontsize=7.5, pad=4)
        axes.set_xticks(range(names.shape[1]), [setting(value) for value in grid.axes[columns]])
        axes.set_yticks(range(names.shape[0]), [setting(value) for value in grid.axes[rows]])
        axes.set_xlabel(columns, labelpad=2)
        if index % across == 0:
            axes.set_ylabel(rows, labelpad=2)
    title = style.wrap(title, 40) if style.is_narrow(width_in) else title
    figure.suptitle(title, x=0.008, ha="left", fontsize=8, fontweight="bold")
    place = "outside lower left" if style.is_narrow(width_in) else "outside upper right"
    _legend(figure, reference in names, bool(set(names.flat) & set(collapsed)), place)
    return figure


def shades(means: np.ndarray, sound: np.ndarray, higher_is_better: bool) -> np.ndarray:
    """Place of every value between the worst (0) and the best (1) sound one; beyond them clipped; NaN stays NaN.

    Parameters
    ----------
    means : float ``(R, C)``.
    sound : bool ``(R, C)``; with fewer than two sound values, all of them span the scale.
    """
    values = means if higher_is_better else -means
    finite = np.isfinite(values)
    chosen = values[finite & sound] if (finite & sound).sum() > 1 else values[finite]
    if not chosen.size or chosen.max() == chosen.min():
        return np.where(finite, 0.5, np.nan)
    return np.where(finite, np.clip((values - chosen.min()) / (chosen.max() - chosen.min()), 0, 1), np.nan)


def _panel(axes: Axes, names: np.ndarray, measure: Measure, reference: str | None, collapsed: Collection[str]) -> None:
    means = np.array([[measure.values.loc[name, "mean"] for name in row] for row in names], dtype=float)
    sound = np.array([[name not in collapsed for name in row] for row in names])
    colors = shades(means, sound, measure.higher_is_better)
    axes.set(xlim=(-0.5, names.shape[1] - 0.5), ylim=(names.shape[0] - 0.5, -0.5))
    axes.grid(False)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for (row, column), name in np.ndenumerate(names):
        corner, shade = (column - 0.5, row - 0.5), colors[row, column]
        face = MISSING if np.isnan(shade) else COLORS(float(shade))
        axes.add_patch(Rectangle(corner, 1, 1, facecolor=face, edgecolor="white", linewidth=1.2))
        if name in collapsed:
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=style.MUTED, hatch="////", linewidth=0))
        if name == reference:
            inner = (column - 0.46, row - 0.46)
            axes.add_patch(Rectangle(inner, 0.92, 0.92, fill=False, edgecolor=style.INK, linewidth=1.4, zorder=4))
        _annotate(axes, (column, row), measure, name, name in collapsed, name == reference)


def _annotate(
    axes: Axes, place: tuple[int, int], measure: Measure, name: str, dagger: bool, is_reference: bool
) -> None:
    entry = measure.values.loc[name]
    with_difference = np.isfinite(entry["diff"]) and not is_reference
    value = text.number(entry["mean"], measure.digits) + (f" {DAGGER}" if dagger else "")
    lines = [(value, -0.16 if with_difference else 0.0, {"fontsize": 7})]
    if with_difference:
        weight = "bold" if entry["differs"] else "normal"
        difference = text.number(entry["diff"], measure.digits, signed=True)
        lines.append((difference, 0.22, {"fontsize": 6, "fontweight": weight}))
    box = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 0.5} if dagger else None
    for words, below, font in lines:
        axes.text(place[0], place[1] + below, words, ha="center", va="center", bbox=box, zorder=5, **font)


def _legend(figure: Figure, has_reference: bool, has_collapsed: bool, place: str) -> None:
    handles = [Patch(facecolor=COLORS(0.0), edgecolor=style.FAINT), Patch(facecolor=COLORS(1.0))]
    texts = ["worst", "best"]
    if has_reference:
        handles.append(Patch(fill=False, edgecolor=style.INK, linewidth=1.4))
        texts.append("default")
    if has_collapsed:
        handles.append(Patch(facecolor="white", edgecolor=style.MUTED, hatch="//////", linewidth=0))
        texts.append(f"{DAGGER} a run collapsed")
    figure.legend(
        handles,
        texts,
        loc=place,
        ncols=len(handles),
        handlelength=1.3,
        columnspacing=1.2,
        borderaxespad=0.2,
    )
