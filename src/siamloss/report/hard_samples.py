"""Hard samples: does a loss still find the target when something near it looks the same?"""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from siamloss.config import Experiment, Variant
from siamloss.report import style
from siamloss.report.overfitting import tick, widen
from siamloss.report.separation import QUANTITIES, heading, measured_variants, over_seeds, ranked, table_rows
from siamloss.report.table import Column, Table

SHOWN = ("hard_violation", "roc_auc")
GROUPS = {"distractor": "with a look-alike", "plain": "without"}
APART = 0.13


def has_groups(frame: pd.DataFrame) -> bool:
    """Whether there are unseen maps both with and without a look-alike."""
    return bool(_split(frame))


def _split(frame: pd.DataFrame) -> set[str]:
    """Names of the variants with unseen maps in both groups."""
    unseen = frame[(frame["stage"] == "final") & (frame["role"] == "val")]
    return set.intersection(*(set(unseen.loc[unseen["group"] == group, "variant"]) for group in GROUPS))


def hard_table(frame: pd.DataFrame, variants: Sequence[Variant], experiment: Experiment) -> Table:
    """Hard violations and ROC AUC of unseen maps with and without a look-alike near the target."""
    found = {group: over_seeds(frame, group=group) for group in GROUPS}
    shown = _split(frame)
    variants = [variant for variant in variants if variant.name in shown]
    columns, grid = [], []
    for name in SHOWN:
        for group, label in GROUPS.items():
            part = found[group].set_index(["quantity", "variant"])
            columns.append(Column(heading(QUANTITIES[name]), label))
            grid.append(ranked([part.loc[(name, v.name)] for v in variants], variants, QUANTITIES[name]))
    counts = {group: int(part["maps"].max()) for group, part in found.items()}
    words = (
        "Hard samples: unseen pairs whose search image shows, near the target, a distractor of similarity .7 or more "
        f"({counts['distractor']} per run) against those without one ({counts['plain']}). Mean over seeds; below, the "
        "same on training scenes and the gap, unseen minus training. Best in bold, second underlined, among trained "
        "variants."
    )
    return Table("hard-samples", words, tuple(columns), table_rows(variants, grid, experiment))


@style.applied()
def draw_hard_samples(
    frame: pd.DataFrame, experiment: Experiment, looks: Mapping[str, style.Look], width_in: float = style.PAGE_IN
) -> Figure:
    """A panel per quantity, a line per loss: filled mark with a look-alike near the target, open mark without.

    Parameters
    ----------
    frame : rows of :func:`siamloss.metrics.separation_job.measure_separability`.
    experiment : labels and order of the losses.
    looks : by variant name.
    width_in : printed width, inches; in a column the panels stand below each other.

    Returns
    -------
    Figure of the values on unseen maps, mean over seeds with whiskers from the lowest to the highest one.
    """
    shown = _split(frame) & set(looks)
    variants = [variant for variant in measured_variants(frame, experiment) if variant.name in shown]
    narrow = style.is_narrow(width_in)
    down = len(SHOWN) if narrow else 1
    figure = style.new_figure(width_in, 0.3 + down * (0.45 + 0.24 * len(variants)))
    grid = figure.subplots(down, len(SHOWN) // down, sharey=True, squeeze=False)
    panels = grid.flatten()
    found = {group: over_seeds(frame, group=group).set_index(["quantity", "variant"]) for group in GROUPS}
    for axes, quantity in zip(panels, SHOWN, strict=True):
        for line, variant in enumerate(variants):
            pair = [found[group].loc[(quantity, variant.name)] for group in GROUPS]
            _dumbbell(axes, line, pair, looks[variant.name])
        info = QUANTITIES[quantity]
        axes.set_title(f"{info.label}, {'higher' if info.higher_is_better else 'lower'} is better", fontsize=7, pad=3)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(tick))
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.06)
        widen(axes.xaxis, share=True)
    for line in grid:
        line[0].set_yticks(range(len(variants)), [style.wrap(style.shorten(v.label, 44), 24) for v in variants])
    panels[0].set_ylim(len(variants) - 0.4, -0.6)
    marks = [Line2D([], [], color=style.INK, marker="o", linestyle="", markerfacecolor=c) for c in (style.INK, "white")]
    figure.legend(marks, GROUPS.values(), loc="outside upper right", ncols=2, handlelength=1, borderaxespad=0.2)
    return figure


def _dumbbell(axes: Axes, line: int, pair: Sequence[pd.Series], look: style.Look) -> None:
    """The two groups of one loss: a mark each, its seeds' range, and a thin line between them."""
    axes.plot([row["val"] for row in pair], [line - APART, line + APART], color=style.FAINT, linewidth=1.0, zorder=1)
    for row, face, shift in zip(pair, (look.color, "white"), (-APART, APART), strict=True):
        axes.plot([row["val_low"], row["val_high"]], [line + shift] * 2, color=look.color, linewidth=1.2, zorder=2)
        axes.plot(
            row["val"], line + shift, look.marker, color=look.color, markerfacecolor=face, markersize=4.5, zorder=3
        )
