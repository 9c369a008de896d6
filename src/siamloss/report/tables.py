"""The tables of the report, made from the summary and from the separability of the scores."""

from collections.abc import Sequence

import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.metrics.catalogue import METRICS, MetricInfo
from siamloss.report import text
from siamloss.report.separation import QUANTITIES, Quantity
from siamloss.report.table import Cell, Column, Row, Table, with_ranks
from siamloss.stats.signflip import FEWEST_PAIRS

STAR = 0.05


def digits_of(info: MetricInfo) -> int:
    """Decimals shown: shares with 3, counts with 2."""
    return 3 if info.unit == "share" else 2


def main_rows(experiment: Experiment) -> list[Variant]:
    """Rows of the main table: those the profile names, or all; controls always, and last."""
    wanted = experiment.report.main or [variant.name for variant in experiment.variants]
    trained = [variant for variant in experiment.variants if variant.name in wanted and not variant.control]
    return trained + [variant for variant in experiment.variants if variant.control]


def terms_rows(experiment: Experiment) -> list[Variant]:
    """Rows of the term ablation: the baseline, then the profile's list in its own order; empty without a list."""
    names = dict.fromkeys([experiment.baseline, *experiment.report.terms] if experiment.report.terms else [])
    return [experiment.variant(name) for name in names]


def panels(summary: pd.DataFrame, experiment: Experiment) -> list[tuple[str, str]]:
    """(benchmark, metric) pairs of a summary: benchmarks as the profile lists them, metrics as the summary does."""
    order = [dataset.name for dataset in experiment.datasets.test]
    found = dict.fromkeys(zip(summary["benchmark"], summary["metric"], strict=True))
    return sorted(found, key=lambda pair: order.index(pair[0]))


def summary_table(
    name: str, title: str, summary: pd.DataFrame, rows: Sequence[Variant], experiment: Experiment
) -> Table:
    """Wide table: a row per variant, a column per benchmark and metric.

    Parameters
    ----------
    name, title : stem of the files, and what the caption opens with.
    summary : rows of :func:`siamloss.stats.summarise`.
    rows : variants to show; controls last.
    experiment : labels, baseline, seeds and level of the intervals.

    Returns
    -------
    Table whose cells hold the mean, its interval, the paired difference to the baseline and its interval; the best and
    the second best are marked among the trained rows, in the direction of the metric.
    """
    indexed = summary.set_index(["benchmark", "metric", "variant"])
    trained = [not variant.control for variant in rows]
    columns, grid = [], []
    for benchmark, metric in panels(summary, experiment):
        info = METRICS[metric]
        found = [indexed.loc[(benchmark, metric, variant.name)] for variant in rows]
        cells = [_summary_cell(row, digits_of(info)) for row in found]
        grid.append(with_ranks(cells, [row["mean"] for row in found], trained, info.higher_is_better))
        columns.append(Column(benchmark, _heading(info)))
    shown = [
        Row(variant.label, tuple(column[index] for column in grid), _block(variant), _role(variant, experiment))
        for index, variant in enumerate(rows)
    ]
    return Table(name, f"{title} {caption(experiment)}", tuple(columns), tuple(shown))


def caption(experiment: Experiment) -> str:
    """What the numbers of a summary table are: seeds, intervals, differences and tests."""
    count, level = len(experiment.seeds), f"{100 * experiment.stats.level:g} %"
    seeds = f"{count} seed{'s' if count > 1 else ''} per trained variant"
    over = "sequences only, because one seed says nothing about training again" if count == 1 else "seeds and sequences"
    parts = [
        f"Mean over {seeds}; brackets: {level} bootstrap interval over {over}.",
        f"Δ: paired difference to {experiment.variant(experiment.baseline).label}, with its interval.",
        "Best in bold, second underlined, among trained variants; ↑ higher is better, ↓ lower is better.",
    ]
    if count < FEWEST_PAIRS:
        parts.append(
            f"No p and no significance star is printed: with fewer than {FEWEST_PAIRS} paired seeds no two-sided p can "
            "fall below .05."
        )
    else:
        parts.append(
            "p: exact paired sign-flip test over seeds, not corrected for the number of variants and metrics; "
            "* p < .05."
        )
    return " ".join(parts)


def separability_table(separation: pd.DataFrame, experiment: Experiment) -> Table:
    """How well positive and negative scores are separated on unseen scenes, on training scenes, and the gap.

    Parameters
    ----------
    separation : rows of :func:`siamloss.report.separation.measure_separation`.
    experiment : labels and roles.
    """
    rows = [variant for variant in experiment.variants if variant.name in set(separation["variant"])]
    trained = [not variant.control for variant in rows]
    indexed = separation.set_index(["quantity", "variant"])
    columns, grid = [], []
    for quantity, info in QUANTITIES.items():
        found = [indexed.loc[(quantity, variant.name)] for variant in rows]
        cells = [_separation_cell(row) for row in found]
        grid.append(with_ranks(cells, [row["val"] for row in found], trained, info.higher_is_better))
        columns.append(Column("scores on unseen scenes", _heading(info)))
    shown = [
        Row(variant.label, tuple(column[index] for column in grid), _block(variant), _role(variant, experiment))
        for index, variant in enumerate(rows)
    ]
    words = (
        "Separation of the scores of positive and negative cells: mean over seeds on unseen (validation) scenes; "
        "below, the same on training scenes and the gap, unseen minus training, which measures over-fitting. Gaussian "
        "overlap is the area below both fitted Gaussians (the blue area of the score figures). Scores of different "
        "losses have different scales; these quantities do not depend on the scale. Best in bold, second underlined, "
        "among trained variants."
    )
    return Table("separability", words, tuple(columns), tuple(shown))


def _heading(info: MetricInfo | Quantity) -> str:
    return f"{info.label}\u00a0{'↑' if info.higher_is_better else '↓'}"


def _summary_cell(row: pd.Series, digits: int) -> Cell:
    details = [text.interval(row["low"], row["high"], digits)]
    if not pd.isna(row["diff"]):
        star = "*" if row["p"] < STAR else ""
        details.append(f"Δ {text.number(row['diff'], digits, signed=True)}{star}")
        details.append(text.interval(row["diff_low"], row["diff_high"], digits, signed=True))
        details.append(text.probability(row["p"]))
    return Cell(text.number(row["mean"], digits), tuple(detail for detail in details if detail))


def _separation_cell(row: pd.Series) -> Cell:
    gap = text.number(row["gap"], signed=True)
    return Cell(text.number(row["val"]), (f"training {text.number(row['train'])}", f"gap {gap}"))


def _block(variant: Variant) -> str:
    return "control" if variant.control else "trained"


def _role(variant: Variant, experiment: Experiment) -> str:
    if variant.name == experiment.baseline:
        return "baseline"
    return "ours" if variant.name == experiment.report.ours else ""
