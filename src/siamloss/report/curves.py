"""Success and precision plots of one benchmark."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from siamloss.metrics.protocols import OTB
from siamloss.report import style

AXES = {
    "success": ("Success plot", "overlap threshold", "share of frames"),
    "precision": ("Precision plot", "centre error threshold (px)", "share of frames"),
    "eao": ("Expected average overlap", "frames since the initialisation", "average overlap"),
    "normalized": ("Normalised precision plot", "centre error / size of the target", "share of frames"),
}


def mean_curve(curves: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Average the curves of one variant over sequences, seed by seed.

    Parameters
    ----------
    curves : rows of one benchmark, curve and variant: ``seed, sequence, threshold, value``.

    Returns
    -------
    thresholds float64 ``(N,)`` and values float64 ``(seeds, N)``.
    """
    table = curves.pivot_table(index="seed", columns="threshold", values="value", aggfunc="mean", sort=True)
    return table.columns.to_numpy(dtype=np.float64), table.to_numpy(dtype=np.float64)


def curve_score(kind: str, thresholds: np.ndarray, values: np.ndarray) -> float:
    """The number in a legend's brackets: precision at 20 px, else the area below the curve (mean of its points)."""
    if kind != "precision":
        return float(np.nanmean(values, axis=1).mean())
    return float(values.mean(axis=0)[np.argmin(np.abs(thresholds - OTB.precision_px))])


@style.applied()
def draw_curves(
    curves: pd.DataFrame,
    labels: Mapping[str, str],
    looks: Mapping[str, style.Look],
    width_in: float = style.PAGE_IN,
    wanted: Sequence[str] = ("success", "precision"),
) -> Figure:
    """Draw the plots of one benchmark side by side, or below each other in a column.

    Parameters
    ----------
    curves : rows of one benchmark: ``benchmark, curve, variant, seed, sequence, threshold, value``.
    labels, looks : by variant name; variants are drawn in this order, the first on top.
    width_in : printed width, inches; on a page a lone plot has its legend at its right.
    wanted : kinds of curves, keys of :data:`AXES`; those without rows are left out.

    Returns
    -------
    Figure with a line per variant (mean over sequences and seeds), a band from the lowest to the highest seed, and a
    legend sorted by score.
    """
    kinds = [kind for kind in wanted if (curves["curve"] == kind).any()]
    present = [name for name in labels if (curves["variant"] == name).any()]
    heights = (2.3, 0.1 + 0.135 * len(present))
    if len(kinds) == 1 and not style.is_narrow(width_in):
        figure = style.new_figure(width_in, max(2.6, heights[1] + 0.3))
        plots, legends = ([axes] for axes in figure.subplots(1, 2, width_ratios=[3, 2]))
    else:
        across = 1 if style.is_narrow(width_in) else len(kinds)
        down = -(-len(kinds) // across)
        figure = style.new_figure(width_in, down * sum(heights))
        grid = figure.subplots(2 * down, across, squeeze=False, height_ratios=heights * down)
        plots, legends = grid[::2].flatten(), grid[1::2].flatten()
    for axes, below, kind in zip(plots, legends, kinds, strict=True):
        entries = _panel(axes, kind, curves[curves["curve"] == kind], present, labels, looks)
        _legend(below, entries)
    return figure


def _panel(axes: Axes, kind: str, curves: pd.DataFrame, present: list[str], labels: Mapping, looks: Mapping) -> list:
    entries = []
    for order, name in enumerate(present):
        rows = curves[curves["variant"] == name]
        if rows.empty:
            continue
        thresholds, values = mean_curve(rows)
        look, above = looks[name], len(present) - order
        (line,) = axes.plot(
            thresholds,
            np.nanmean(values, axis=0),
            marker=look.marker,
            markevery=(0.03 + 0.012 * order, 0.17),
            markersize=3.2,
            zorder=2 + above,
            **look.line(),
        )
        if len(values) > 1:
            low, high = values.min(axis=0), values.max(axis=0)
            axes.fill_between(thresholds, low, high, color=look.color, alpha=0.13, linewidth=0, zorder=1)
        entries.append((curve_score(kind, thresholds, values), line, labels[name]))
    title, x_label, y_label = AXES[kind]
    axes.set(title=f"{title}, {curves['benchmark'].iloc[0]}", xlabel=x_label, ylabel=y_label)
    axes.set_ylim(0, None if kind == "eao" else 1.02)
    axes.margins(x=0)
    return sorted(entries, key=lambda entry: -entry[0])


def _legend(axes: Axes, entries: list) -> None:
    """A legend in axes of its own, left out of the layout so that a long name does not narrow the plot."""
    axes.set_axis_off()
    legend = axes.legend(
        [line for _, line, _ in entries],
        [f"[{score:.3f}]  {style.shorten(label)}" for score, _, label in entries],
        loc="upper left",
        borderaxespad=0.0,
        borderpad=0.0,
        labelspacing=0.3,
    )
    legend.set_in_layout(False)
