"""Training curves: every term of every loss, on training and on unseen scenes."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from siamloss.report import style

Epochs = list[dict]
CENTER = "center_error_px"
IN_COLUMN = 3
TITLES = {"total": "total loss", CENTER: "centre error (px)"}


def terms_of(runs: Mapping[int, Epochs]) -> list[str]:
    """Names of what the runs of one variant logged: total first, centre error last.

    A lone part that equals the total is left out.
    """
    seen: dict[str, None] = {}
    for epochs in runs.values():
        for epoch in epochs:
            seen.update(dict.fromkeys([*(epoch.get("train") or {}), *(epoch.get("val") or {})]))
    parts = [name for name in seen if name not in ("total", CENTER)]
    if len(parts) == 1 and _same(runs, parts[0]):
        parts = []
    return [name for name in ("total", *parts, CENTER) if name in seen]


def _same(runs: Mapping[int, Epochs], part: str) -> bool:
    logged = [epoch["train"] for epochs in runs.values() for epoch in epochs if epoch.get("train")]
    return all(part in terms and np.isclose(terms["total"], terms[part], equal_nan=True) for terms in logged)


def series(epochs: Epochs, split: str, term: str) -> tuple[np.ndarray, np.ndarray]:
    """Epoch numbers and values ``(N,)`` of a term; epochs that lack it are left out."""
    points = [(epoch["epoch"], epoch[split][term]) for epoch in epochs if term in (epoch.get(split) or {})]
    return np.array([p[0] for p in points], dtype=float), np.array([p[1] for p in points], dtype=float)


@style.applied()
def draw_training(
    curves: Mapping[str, Mapping[int, Epochs]],
    labels: Mapping[str, str],
    looks: Mapping[str, style.Look],
    width_in: float = style.PAGE_IN,
) -> Figure:
    """Small multiples: a row per variant, a panel per logged term, the centre error last and on one scale for all.

    At the width of a column a variant has as many rows of :data:`IN_COLUMN` panels as its terms need.

    Parameters
    ----------
    curves : ``{variant: {seed: epochs}}``; one epoch is ``{"epoch", "train": {term: value}, "val": {...}}``.
    labels, looks : by variant name.
    width_in : printed width, inches.

    Returns
    -------
    Figure with one thin line per seed, solid for training scenes, dashed and lighter for unseen ones.
    """
    names = [name for name in curves if terms_of(curves[name])]
    narrow = style.is_narrow(width_in)
    columns = max((len(terms_of(curves[name])) for name in names), default=1)
    columns = min(columns, IN_COLUMN) if narrow else columns
    needed = [-(-len(terms_of(curves[name])) // columns) for name in names]
    down = max(sum(needed), 1)
    figure = style.new_figure(width_in, 0.35 + 1.2 * down)
    figure.get_layout_engine().set(hspace=0.1)
    grid = figure.subplots(down, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    first = 0
    for name, rows in zip(names, needed, strict=True):
        places = grid[first : first + rows].flatten()
        for place, term in zip(places, terms_of(curves[name]), strict=False):
            axes = places[-1] if term == CENTER else place
            axes.set_axis_on()
            _panel(axes, curves[name], term, looks[name].color)
            axes.set_title("\n" + TITLES.get(term, term), fontsize=7, fontweight="normal", pad=3)
        style.note_above(places[0], style.shorten(labels[name], 60), above_pt=13, color=looks[name].color)
        if first + rows == down:
            places[0].set_xlabel("epoch", loc="left", fontsize=6.8)
        first += rows
    _share_scale([axes for axes in grid[:, -1] if axes.get_title(loc="left").strip() == TITLES[CENTER]])
    handles = [Line2D([], [], color=style.INK), Line2D([], [], color=style.lighter(style.INK), dashes=(4, 1.5))]
    texts = ["training scenes", "unseen (validation) scenes"]
    figure.legend(handles, texts, loc="outside upper right", ncols=2, borderaxespad=0.2)
    return figure


def _share_scale(panels: list[Axes]) -> None:
    """One scale for what can be compared between losses: pixels can, loss values cannot."""
    if panels:
        limits = [panel.get_ylim() for panel in panels]
        for panel in panels:
            panel.set_ylim(min(0.0, *(low for low, _ in limits)), max(high for _, high in limits))


def _panel(axes: Axes, runs: Mapping[int, Epochs], term: str, color: str) -> None:
    for split, dashes in (("val", (4, 1.5)), ("train", (None, None))):
        for epochs in runs.values():
            x, y = series(epochs, split, term)
            finite = np.isfinite(y)
            dot = {"marker": "o", "markersize": 2} if len(x) <= 12 else {}
            shade = color if split == "train" else style.lighter(color)
            axes.plot(x[finite], y[finite], color=shade, dashes=dashes, linewidth=0.9, **dot)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=False)
    axes.yaxis.get_offset_text().set_fontsize(6)
    axes.tick_params(labelsize=6)
    axes.margins(x=0.04)
    if not any(line.get_ydata().any() for line in axes.lines):
        axes.set_ylim(-0.05, 1.0)
