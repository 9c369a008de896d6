"""The answer at a glance: every variant's paired difference to the baseline, with its interval."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from siamloss.config import Experiment, Variant
from siamloss.metrics.catalogue import METRICS
from siamloss.report import style, text
from siamloss.report.tables import digits_of, panels


@style.applied()
def draw_forest(
    summary: pd.DataFrame, experiment: Experiment, looks: Mapping[str, style.Look], width_in: float = style.PAGE_IN
) -> Figure:
    """A panel per benchmark and main metric, a line per variant: dot at the difference, whisker over its interval.

    Parameters
    ----------
    summary : rows of :func:`siamloss.stats.summarise`.
    experiment : variants from top to bottom, benchmarks from left to right; the baseline is the line at 0.
    looks : by variant name.
    width_in : printed width, inches.

    Notes
    -----
    A filled dot has an interval that leaves 0 out. The scale fits the trained variants; a control that lies beyond it
    is an arrow at the edge with its value; a variant without a value, such as an EAO whose curve ends too early, has
    no mark.
    """
    has_difference = set(summary.loc[summary["diff"].notna(), "variant"])
    rows = [variant for variant in experiment.variants if variant.name in has_difference]
    shown = panels(summary, experiment)
    narrow = style.is_narrow(width_in)
    across = min(2 if narrow else 4, len(shown))
    down = -(-len(shown) // across)
    figure = style.new_figure(width_in, 0.2 + down * (0.62 + (0.26 if narrow else 0.22) * max(len(rows), 1)))
    figure.get_layout_engine().set(hspace=0.08 if down > 1 else 0.03)
    grid = figure.subplots(down, across, sharey=True, squeeze=False)
    for axes in grid.flat[len(shown) :]:
        axes.set_visible(False)
    for axes, (benchmark, metric) in zip(grid.flat, shown, strict=False):
        chosen = summary[(summary["benchmark"] == benchmark) & (summary["metric"] == metric)].set_index("variant")
        _panel(axes, chosen.loc[[variant.name for variant in rows]], rows, looks, metric)
        axes.set_title(benchmark, fontsize=7, pad=3)
    for line in grid:
        line[0].set_yticks(
            range(len(rows)), [style.wrap(style.shorten(v.label, 40), 20 if narrow else 24) for v in rows]
        )
        line[0].set_ylim(len(rows) - 0.4, -0.6)
    figure.supxlabel(f"difference to {experiment.variant(experiment.baseline).label}", fontsize=7.5)
    return figure


def _panel(axes: Axes, found: pd.DataFrame, rows: Sequence[Variant], looks: Mapping, metric: str) -> None:
    info = METRICS[metric]
    trained = [not variant.control for variant in rows]
    low, high = _limits(found[trained] if any(trained) else found)
    axes.set_xlim(low, high)
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
    for line, (variant, (_, row)) in enumerate(zip(rows, found.iterrows(), strict=True)):
        look = looks[variant.name]
        if np.isnan(row["diff"]):
            continue
        if not low <= row["diff"] <= high:
            _beyond(axes, line, row["diff"], low, high, text.number(row["diff"], digits_of(info), signed=True))
            continue
        axes.plot(
            [row["diff_low"], row["diff_high"]], [line, line], color=look.color, linewidth=1.5, solid_capstyle="butt"
        )
        leaves_out_0 = row["diff_low"] > 0 or row["diff_high"] < 0
        face = look.color if leaves_out_0 else "white"
        axes.plot(row["diff"], line, look.marker, color=look.color, markerfacecolor=face, markersize=5, zorder=3)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))
    better = "better →" if info.higher_is_better else "← better"
    axes.set_xlabel(f"{info.label}, {better}" if len(info.label) < 14 else f"{info.label}\n{better}", labelpad=2)
    axes.xaxis.label.set_fontsize(6.8)


def _tick(value: float, _: int) -> str:
    return f"{value:+.3g}".replace("-", text.MINUS).replace("0.", ".", 1) if abs(value) > 1e-9 else "0"


def _limits(found: pd.DataFrame) -> tuple[float, float]:
    """Range of the whiskers with 0 in it, widened a little."""
    values = found[["diff", "diff_low", "diff_high"]].to_numpy(dtype=np.float64)
    values = values[np.isfinite(values)]
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    pad = 0.08 * (high - low) or 0.01
    return low - pad, high + pad


def _beyond(axes: Axes, line: int, value: float, low: float, high: float, shown: str) -> None:
    """An arrow at the edge that the value lies beyond."""
    right = value > high
    edge = high - 0.03 * (high - low) if right else low + 0.03 * (high - low)
    axes.plot(edge, line, marker=">" if right else "<", color=style.CONTROL, markersize=4)
    offset = (-5, 0) if right else (5, 0)
    axes.annotate(
        shown,
        (edge, line),
        xytext=offset,
        textcoords="offset points",
        ha="right" if right else "left",
        va="center",
        color=style.MUTED,
        fontsize=6.3,
    )
