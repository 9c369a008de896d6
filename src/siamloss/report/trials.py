"""Every trial of the tuning stage: average overlap on validation scenes against the factor on the learning rate."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from siamloss.config import Experiment
from siamloss.report import style
from siamloss.report.tuning import RATE, standing_for


@style.applied()
def draw_trials(
    tunings: Mapping[str, Mapping[str, Any]],
    experiment: Experiment,
    looks: Mapping[str, style.Look],
    width_in: float = style.PAGE_IN,
) -> Figure:
    """A panel per tuned variant; the chosen trial is ringed, the catalogue's own values are a square.

    Parameters
    ----------
    tunings : files of the tuning stage by the name of what was tuned.
    experiment, looks : labels and colours.
    width_in : printed width, inches.

    Notes
    -----
    All panels share both scales. A trial that collapsed or diverged is a cross, at the bottom where it has no overlap.
    """
    shown = {name: standing_for(name, experiment) for name in tunings}
    narrow = style.is_narrow(width_in)
    across = min(2 if narrow else 4, max(len(shown), 1))
    down = -(-len(shown) // across)
    figure = style.new_figure(width_in, (0.6 if narrow else 0.45) + 1.35 * down)
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    trials = [trial for tuning in tunings.values() for trial in tuning["trials"]]
    low, high = _limits([trial["ao"] for trial in trials if _usable(trial)])
    rates = [trial["values"][RATE] for trial in trials]
    for axes in grid.flat[len(shown) :]:
        axes.set_visible(False)
    for index, (axes, (name, variant)) in enumerate(zip(grid.flat, shown.items(), strict=False)):
        _panel(axes, tunings[name], looks[variant.name].color, low, high)
        axes.set_title(style.shorten(variant.label, 20 if narrow else 30), fontsize=7, pad=3)
        axes.tick_params(labelbottom=index + across >= len(shown), labelleft=index % across == 0)
    axes = grid.flat[0]
    axes.set_xscale("log")
    axes.set(xlim=(min(rates) / 1.6, max(rates) * 1.6), ylim=(low, high))
    axes.xaxis.set_major_locator(LogLocator(10))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    figure.supxlabel("factor on the learning rate", fontsize=7.5)
    figure.supylabel("AO on validation scenes", fontsize=7.5)
    _legend(figure, 2 if narrow else 4)
    return figure


def _usable(trial: Mapping[str, Any]) -> bool:
    return not trial["collapsed"] and not trial["diverged"] and trial["ao"] is not None


def _limits(overlaps: list[float]) -> tuple[float, float]:
    """Scale that fits the usable trials, with room at the bottom for those that have no overlap."""
    values = np.asarray(overlaps, dtype=np.float64)
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if values.size else (0.0, 1.0)
    span = (high - low) or 1.0
    return low - 0.2 * span, high + 0.1 * span


def _panel(axes: Axes, tuning: Mapping[str, Any], color: str, low: float, high: float) -> None:
    bottom = low + 0.06 * (high - low)
    for trial in tuning["trials"]:
        rate, overlap = trial["values"][RATE], trial["ao"]
        height = bottom if overlap is None or not np.isfinite(overlap) else max(overlap, bottom)
        if _usable(trial):
            marker = "s" if trial["trial"] == 0 else "o"
            axes.plot(rate, height, marker, color=color, markersize=3.6, alpha=0.85, markeredgewidth=0)
        else:
            axes.plot(rate, height, "x", color=style.MUTED, markersize=4.5, markeredgewidth=1.2)
        if trial["trial"] == tuning["chosen_trial"]:
            axes.plot(rate, height, "o", color=style.INK, markersize=8, markerfacecolor="none", markeredgewidth=1.1)


def _legend(figure: Figure, across: int) -> None:
    mark = {"linestyle": "none", "color": style.MUTED}
    handles = [
        Line2D([], [], marker="o", markersize=3.6, **mark),
        Line2D([], [], marker="s", markersize=3.6, **mark),
        Line2D([], [], marker="x", markersize=4.5, **mark),
        Line2D([], [], marker="o", markersize=8, markerfacecolor="none", **{**mark, "color": style.INK}),
    ]
    texts = ["trial", "catalogue's own values", "collapsed or diverged", "chosen"]
    figure.legend(handles, texts, loc="outside upper right", ncols=across, handlelength=1.2, borderaxespad=0.2)
