"""Differences to the baseline by attribute: a panel per variant, a line per attribute."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from siamloss.config import Experiment
from siamloss.metrics.catalogue import METRICS
from siamloss.report import style, text
from siamloss.report.attributes import ALL, FEWEST, attribute_rows
from siamloss.report.attributes_table import FEW, attribute_label, exploratory, what_it_is
from siamloss.report.gallery import Drawing
from siamloss.report.tables import panels

LINE_IN = 0.165


def attribute_drawings(experiment: Experiment, found: pd.DataFrame, looks: Mapping) -> Iterator[Drawing]:
    """One figure per benchmark that has attributes, of its first metric.

    Parameters
    ----------
    experiment, looks : as for :func:`draw_attributes`.
    found : rows of :func:`siamloss.report.attributes.attribute_table`; nothing is drawn of the baseline alone.
    """
    baseline = experiment.variant(experiment.baseline).label
    if all(variant.name == experiment.baseline for variant in attribute_rows(experiment)):
        return
    done = set()
    for benchmark, metric in panels(found, experiment):
        if benchmark in done:
            continue
        done.add(benchmark)
        rows = found[(found["benchmark"] == benchmark) & (found["metric"] == metric)]
        label = METRICS[metric].label
        alt = f"Dot plot: difference of every loss to {baseline} in {label} on {benchmark}, a line per attribute."
        few = (
            f" {FEW} fewer than {FEWEST} sequences: a dot without interval."
            if rows["n_sequences"].min() < FEWEST
            else ""
        )
        level = f"{100 * experiment.stats.level:g} %"
        ours = experiment.variant(experiment.report.ours).label
        caption = (
            f"{benchmark}, {label} by attribute: paired difference to {baseline} with its {level} interval. "
            f"{what_it_is(benchmark, metric, experiment)} Attributes stand in the order of {ours}'s difference; all "
            "sequences stand above them, and their interval is the shaded band. A filled mark has an interval that "
            f"leaves 0 out.{few} {exploratory(rows, experiment)}"
        )
        draw = partial(draw_attributes, rows, metric, experiment, looks)
        path = f"differences-by-attribute-{benchmark}"
        yield Drawing("attributes", path, draw, alt, caption, about=benchmark)


@style.applied()
def draw_attributes(
    found: pd.DataFrame,
    metric: str,
    experiment: Experiment,
    looks: Mapping[str, style.Look],
    width_in: float = style.PAGE_IN,
) -> Figure:
    """Small multiples: dot at the paired difference to the baseline, whisker over its interval.

    Parameters
    ----------
    found : rows of :func:`siamloss.report.attributes.attribute_table` of one benchmark and metric.
    metric : which one, for its direction.
    experiment : ours, which orders the attributes, and the variants from left to right; ours first.
    looks : by variant name.
    width_in : printed width, inches.

    Notes
    -----
    All sequences are the line at the top, and their interval is the shaded band. Attributes follow from where ours
    gains most to where it loses most. A filled dot has an interval that leaves 0 out; a dot without whisker has fewer
    sequences than an interval needs. All panels have the same scale.
    """
    variants = [variant for variant in attribute_rows(experiment) if variant.name != experiment.baseline]
    variants.sort(key=lambda variant: variant.name != experiment.report.ours)
    order = _order(found, metric, variants[0].name)
    narrow = style.is_narrow(width_in)
    down = -(-len(variants) // (2 if narrow else 4))
    across = -(-len(variants) // down)
    figure = style.new_figure(width_in, down * (0.62 + LINE_IN * len(order)))
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(variants) :]:
        axes.set_visible(False)
    for axes, variant in zip(grid.flat, variants, strict=False):
        rows = found[found["variant"] == variant.name].set_index("attribute").loc[order]
        _panel(axes, rows, looks[variant.name])
        axes.set_title(style.shorten(variant.label, 15 if narrow else 30), fontsize=7, pad=3)
        axes.tick_params(labelbottom=True)
    counts = found.drop_duplicates("attribute").set_index("attribute")["n_sequences"]
    for line in grid:
        line[0].set_yticks(range(len(order)), [attribute_label(name, counts[name]) for name in order])
        line[0].set_ylim(len(order) - 0.4, -0.6)
    info = METRICS[metric]
    better = "better →" if info.higher_is_better else "← better"
    base = experiment.variant(experiment.baseline).label
    figure.supxlabel(f"{info.label}: difference to {base}, {better}", fontsize=7.5)
    return figure


def _order(found: pd.DataFrame, metric: str, ours: str) -> Sequence[str]:
    """All sequences first, then attributes from our best difference to our worst."""
    rows = found[(found["variant"] == ours) & (found["attribute"] != ALL)]
    down = METRICS[metric].higher_is_better
    return [ALL, *rows.sort_values("diff", ascending=not down, kind="stable")["attribute"]]


def _panel(axes: Axes, rows: pd.DataFrame, look: style.Look) -> None:
    overall = rows.loc[ALL]
    axes.axvspan(overall["diff_low"], overall["diff_high"], color=look.color, alpha=0.09, linewidth=0, zorder=0)
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
    axes.axhline(0.5, color=style.FAINT, linewidth=0.6, zorder=1)
    for line, (_, row) in enumerate(rows.iterrows()):
        ends = [row["diff_low"], row["diff_high"]]
        axes.plot(ends, [line, line], color=look.color, linewidth=1.4, solid_capstyle="butt")
        face = look.color if row["diff_low"] > 0 or row["diff_high"] < 0 else "white"
        axes.plot(row["diff"], line, look.marker, color=look.color, markerfacecolor=face, markersize=4, zorder=3)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))


def _tick(value: float, _: int) -> str:
    return f"{value:+.3g}".replace("-", text.MINUS).replace("0.", ".", 1) if abs(value) > 1e-9 else "0"
