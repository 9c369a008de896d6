"""Over-fitting by epoch: how much better a loss separates the scenes it was trained on than unseen ones."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from siamloss.config import Experiment, Variant
from siamloss.report import style, text
from siamloss.report.separation import QUANTITIES, Quantity, measured_variants, over_seeds, table_rows
from siamloss.report.table import Cell, Column, Table

MARKS = 10
LEAST_SPAN = 0.1


def has_epochs(frame: pd.DataFrame) -> bool:
    """Whether at least one run kept its maps by epoch."""
    return bool((frame["stage"] == "epoch").any())


def overfitting_table(frame: pd.DataFrame, variants: Sequence[Variant], experiment: Experiment) -> Table:
    """Gap between unseen and training maps by epoch: after the last one, with the first and the middle one below."""
    found = over_seeds(frame, "epoch")
    shown = [variant for variant in variants if variant.name in set(found["variant"])]
    epochs = sorted(set(found["epoch"]))
    marks = list(dict.fromkeys([epochs[0], epochs[(len(epochs) - 1) // 2]]))
    gaps = found.set_index(["quantity", "variant", "epoch"]).sort_index()
    columns, grid = [], []
    for name, info in QUANTITIES.items():
        columns.append(
            Column("gap, unseen minus training", f"{info.label}\u00a0({'−' if info.higher_is_better else '+'})")
        )
        grid.append([_gap_cell(gaps.loc[(name, variant.name)], marks) for variant in shown])
    words = (
        f"Over-fitting: the gap between unseen and training scenes after the last epoch ({epochs[-1]}), mean over "
        "seeds with the lowest and the highest seed in brackets; below, earlier epochs. In the heading the sign that a "
        f"gap has when a loss does worse on unseen scenes. Measured on the first {int(found['maps'].max())} of the "
        "fixed pairs, without augmentation. A gap near 0 is no merit alone: a network that learned nothing has none."
    )
    return Table("overfitting", words, tuple(columns), table_rows(shown, grid, experiment))


def _gap_cell(by_epoch: pd.DataFrame, marks: Sequence[int]) -> Cell:
    """Rows of one loss indexed by epoch: the gap after its last one, range over seeds, and the gap at earlier marks."""
    last = by_epoch.loc[by_epoch.index.max()]
    details = [text.interval(last["gap_low"], last["gap_high"], signed=True)] if last["n_seeds"] > 1 else []
    earlier = [epoch for epoch in marks if epoch in by_epoch.index and epoch != last.name]
    details += [f"epoch {epoch}: {text.number(by_epoch.loc[epoch, 'gap'], signed=True)}" for epoch in earlier]
    return Cell(text.number(last["gap"], signed=True), tuple(detail for detail in details if detail))


@style.applied()
def draw_overfitting(
    frame: pd.DataFrame, experiment: Experiment, looks: Mapping[str, style.Look], width_in: float = style.PAGE_IN
) -> Figure:
    """A column per quantity: above, its value by epoch on training and on unseen maps; below, the gap between them.

    At the width of a column, a line per quantity: left its value, right the gap.

    Parameters
    ----------
    frame : rows of :func:`siamloss.metrics.separation_job.measure_separability`, some of stage "epoch".
    experiment : labels and order of the losses; those without rows by epoch are left out.
    looks : by variant name.
    width_in : printed width, inches.

    Returns
    -------
    Figure with a line per loss, the mean over seeds, and a band from the lowest to the highest seed's gap. A line ends
    where one seed diverged.
    """
    found = over_seeds(frame, "epoch")
    shown = set(found["variant"]) & set(looks)
    variants = [variant for variant in measured_variants(frame, experiment) if variant.name in shown]
    narrow = style.is_narrow(width_in)
    across = 1 if narrow else 3 if len(variants) <= 15 else 4
    height = 0.5 + 1.2 * len(QUANTITIES) if narrow else 3.5
    figure = style.new_figure(width_in, height + 0.14 * -(-len(variants) // across))
    if narrow:
        grid = figure.subplots(len(QUANTITIES), 2, sharex=True, squeeze=False).T
    else:
        grid = figure.subplots(2, len(QUANTITIES), sharex=True, squeeze=False)
    for (above, below), (name, info) in zip(grid.T, QUANTITIES.items(), strict=True):
        chosen = found[found["quantity"] == name]
        for order, variant in enumerate(variants):
            by_epoch = chosen[chosen["variant"] == variant.name].sort_values("epoch")
            _lines(above, below, by_epoch, looks[variant.name], 3 + len(variants) - order)
        _dress(above, below, info, share=name != "dprime")
    grid[0][0].set_ylabel("value")
    grid[1][0].set_ylabel("gap, unseen − training")
    grid[1][-1 if narrow else 0].set_xlabel("epoch", loc="left")
    handles = [Line2D([], [], marker=looks[v.name].marker, markersize=3.2, **looks[v.name].line()) for v in variants]
    names = [style.shorten(variant.label, (52 if narrow else 108) // across) for variant in variants]
    figure.legend(
        handles, names, loc="outside lower left", ncols=across, handlelength=2.6 if narrow else 3.4, borderaxespad=0.2
    )
    roles = [Line2D([], [], color=style.INK), Line2D([], [], color=style.lighter(style.INK), dashes=(4, 1.5))]
    texts = ["training scenes", "unseen (validation) scenes"]
    figure.legend(roles, texts, loc="outside upper right", ncols=2, borderaxespad=0.2)
    return figure


def _lines(above: Axes, below: Axes, by_epoch: pd.DataFrame, look: style.Look, order: int) -> None:
    finite = by_epoch.replace([np.inf, -np.inf], np.nan)
    epochs = finite["epoch"]
    above.plot(epochs, finite["train"], color=look.color, linewidth=0.9, zorder=order)
    above.plot(epochs, finite["val"], color=style.lighter(look.color), dashes=(4, 1.5), linewidth=0.9, zorder=order)
    below.fill_between(epochs, finite["gap_low"], finite["gap_high"], color=look.color, alpha=0.12, linewidth=0)
    every = max(len(epochs) // MARKS, 1)
    below.plot(
        epochs,
        finite["gap"],
        marker=look.marker,
        markersize=2.6,
        markevery=every,
        linewidth=1.1,
        zorder=order,
        **look.line(),
    )


def _dress(above: Axes, below: Axes, info: Quantity, share: bool) -> None:
    above.set_title(f"{info.label} {'↑' if info.higher_is_better else '↓'}", fontsize=7, pad=3)
    below.axhline(0, color=style.MUTED, linewidth=0.8, zorder=1)
    for axes in (above, below):
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_major_formatter(FuncFormatter(tick))
        axes.tick_params(labelsize=6, pad=1.5)
        axes.margins(x=0.05)
    widen(above.yaxis, share)
    low, high = widen(below.yaxis)
    pad = 0.22 * (high - low)  # room for the words
    at, line, words = (0.03, low - pad, "↓ over-fits") if info.higher_is_better else (0.97, high + pad, "↑ over-fits")
    below.set_ylim(min(low, line), max(high, line))
    place = "bottom" if info.higher_is_better else "top"
    below.text(0.96, at, words, transform=below.transAxes, ha="right", va=place, fontsize=6, color=style.MUTED)


def widen(axis: Axis, share: bool = False) -> tuple[float, float]:
    """Set and return limits no nearer than :data:`LEAST_SPAN`, so that noise does not fill a panel.

    With ``share`` the values are shares: the axis ends a little above 1, so that a mark at 1 is whole.
    """
    low, high = sorted(axis.get_view_interval())
    short = max(LEAST_SPAN - (high - low), 0.0) / 2
    low, high = low - short, high + short
    over = max(high - 1 - 0.06 * (high - low), 0.0) if share else 0.0
    axis.axes.set(**{f"{axis.axis_name}lim": (low - over, high - over)})
    return low - over, high - over


def tick(value: float, _: int) -> str:
    """A number at a tick, without the zero before the point."""
    return f"{value:.3g}".replace("-", text.MINUS).replace("0.", ".", 1) if abs(value) > 1e-9 else "0"
