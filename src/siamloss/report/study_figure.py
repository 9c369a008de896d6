"""The study of knobs as a figure: every loss over every knob, and how much more each changes than the baseline."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from siamloss.config import Experiment
from siamloss.metrics.catalogue import METRICS
from siamloss.report import style


@style.applied()
def draw_study(
    levels: pd.DataFrame,
    change: pd.DataFrame,
    experiment: Experiment,
    looks: Mapping[str, style.Look],
    width_in: float = style.PAGE_IN,
) -> Figure:
    """A column per knob: above the metric over its settings, below the difference of change to the baseline.

    At the width of a column, a line per knob: left the metric, right the difference.

    Parameters
    ----------
    levels : rows of :func:`siamloss.stats.summarise` with ``knob`` and ``setting``.
    change : rows of :func:`siamloss.stats.summarise`, knobs in place of benchmarks.
    looks : by variant name.
    width_in : printed width, inches.
    """
    knobs = list(experiment.study.axes)
    narrow = style.is_narrow(width_in)
    figure = style.new_figure(width_in, 0.7 + 1.5 * len(knobs) if narrow else 3.6)
    if narrow:
        grid = figure.subplots(len(knobs), 2, squeeze=False, sharey="col").T
    else:
        grid = figure.subplots(2, len(knobs), squeeze=False, height_ratios=[3, 2], sharey="row")
    trained = [variant for variant in experiment.variants if not variant.control]
    others = [variant for variant in trained if variant.name != experiment.baseline]
    for upper, lower, knob in zip(*grid, knobs, strict=True):
        _lines(upper, levels[levels["knob"] == knob], experiment, looks)
        _differences(lower, change[change["benchmark"] == knob].set_index("variant"), others, looks)
        upper.set_title(knob, fontsize=7.5, pad=3)
        upper.set_xlabel("setting", labelpad=1)
    grid[0, 0].set_ylabel(METRICS[experiment.study.metric].label)
    names = [style.wrap(style.shorten(v.label, 40), 16 if narrow else 22) for v in others]
    for axes in grid[1] if narrow else grid[1, :1]:
        axes.set_yticks(range(len(others)), names)
    if narrow:
        for axes in grid[1]:
            axes.yaxis.tick_right()
    grid[1, 0].set_ylim(len(others) - 0.5, -0.5)
    base = style.shorten(experiment.variant(experiment.baseline).label, 30)
    words = f"change from first to last setting, minus that of {base}"
    figure.supxlabel(style.wrap(words, 52) if narrow else words, fontsize=7)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 2 if narrow else 5))
    return figure


def _lines(axes: Axes, levels: pd.DataFrame, experiment: Experiment, looks: Mapping[str, style.Look]) -> None:
    variants = [variant for variant in experiment.variants if variant.control != "oracle"]
    for variant in variants:
        rows = levels[levels["variant"] == variant.name].sort_values("setting")
        look, x = looks[variant.name], rows["setting"].to_numpy(dtype=float)
        if not variant.control:
            axes.fill_between(x, rows["low"], rows["high"], color=look.color, alpha=0.1, linewidth=0)
        axes.plot(x, rows["mean"], marker=look.marker, label=style.shorten(variant.label, 30), **look.line())
    axes.set_xticks(x, [f"{value:g}" for value in x])


def _differences(axes: Axes, change: pd.DataFrame, others: list, looks: Mapping[str, style.Look]) -> None:
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
    for row, variant in enumerate(others):
        found, look = change.loc[variant.name], looks[variant.name]
        clear = found["diff_low"] > 0 or found["diff_high"] < 0
        axes.plot([found["diff_low"], found["diff_high"]], [row, row], color=look.color)
        face = look.color if clear else "white"
        axes.plot(found["diff"], row, marker=look.marker, color=look.color, markerfacecolor=face)
    reach = 1.15 * np.abs(change.loc[[v.name for v in others], ["diff_low", "diff_high"]].to_numpy()).max()
    axes.set_xlim(-reach, reach)
    axes.xaxis.set_major_locator(MaxNLocator(3))
