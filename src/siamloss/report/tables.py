"""The tables of results, made from the summary."""

from collections.abc import Sequence

import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.metrics.catalogue import METRICS, MetricInfo, is_main
from siamloss.report import text
from siamloss.report.significance import STAR, count_tests, explain, paired_seeds, shown
from siamloss.report.table import Cell, Column, Row, Table, role_of, with_ranks
from siamloss.report.text import ABSENT


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


def panels(summary: pd.DataFrame, experiment: Experiment, main: bool = True) -> list[tuple[str, str]]:
    """(benchmark, metric) pairs of a summary: benchmarks as the profile lists them, metrics as the summary does.

    Parameters
    ----------
    summary : rows of :func:`siamloss.stats.summarise` or of :func:`siamloss.stats.compare`.
    main : the main metrics; else the further ones. A metric that no variant has a value of is left out.
    """
    order = [dataset.name for dataset in experiment.datasets.test]
    found = summary["mean" if "mean" in summary else "iqm"].notna()
    known = summary[found & summary["metric"].map(is_main).eq(main)]
    pairs = dict.fromkeys(zip(known["benchmark"], known["metric"], strict=True))
    return sorted(pairs, key=lambda pair: order.index(pair[0]))


def summary_table(
    name: str, title: str, summary: pd.DataFrame, rows: Sequence[Variant], experiment: Experiment, main: bool = True
) -> Table:
    """Wide table: a row per variant, a column per benchmark and metric.

    Parameters
    ----------
    name, title : stem of the files, and what the caption opens with.
    summary : rows of :func:`siamloss.stats.summarise`.
    rows : variants to show; controls last.
    experiment : labels, baseline, seeds and level of the intervals.
    main : columns are the main metrics; else the further ones.

    Returns
    -------
    Table whose cells hold the mean, its interval, the paired difference to the baseline and its interval; the best and
    the second best are marked among the trained rows, in the direction of the metric.
    """
    indexed = summary.set_index(["benchmark", "metric", "variant"])
    trained = [not variant.control for variant in rows]
    columns, grid = [], []
    for benchmark, metric in panels(summary, experiment, main):
        info = METRICS[metric]
        found = [indexed.loc[(benchmark, metric, variant.name)] for variant in rows]
        cells = [summary_cell(row, digits_of(info)) for row in found]
        grid.append(with_ranks(cells, [row["mean"] for row in found], trained, info.higher_is_better))
        columns.append(Column(benchmark, _heading(info)))
    shown = [
        Row(
            variant.label,
            tuple(column[index] for column in grid),
            block_of(variant),
            role_of(variant.name, experiment),
            variant=variant.name,
        )
        for index, variant in enumerate(rows)
    ]
    return Table(
        name,
        f"{title} {caption(experiment, count_tests(summary, main), paired_seeds(summary, experiment))}",
        tuple(columns),
        tuple(shown),
    )


def further_table(summary: pd.DataFrame, experiment: Experiment) -> Table | None:
    """The metrics that the main table leaves out, with its rows; None where no benchmark has any."""
    if not panels(summary, experiment, main=False):
        return None
    return summary_table("further", "Further metrics.", summary, main_rows(experiment), experiment, main=False)


def caption(experiment: Experiment, tests: int, paired: int | None = None) -> str:
    """What the numbers of a summary table are: seeds, intervals, differences and the number of tests."""
    count, level = len(experiment.seeds), f"{100 * experiment.stats.level:g} %"
    seeds = f"{count} seed{'s' if count > 1 else ''} per trained variant"
    over = "sequences only, because one seed says nothing about training again" if count == 1 else "seeds and sequences"
    parts = [
        f"Mean over {seeds}; brackets: {level} interval over {over}.",
        f"Δ: paired difference to {experiment.variant(experiment.baseline).label}, with its interval.",
        "Best in bold, second underlined, among trained variants; ↑ higher is better, ↓ lower is better.",
    ]
    return " ".join([*parts, explain(count if paired is None else paired, tests)])


def _heading(info: MetricInfo) -> str:
    return f"{info.label}\u00a0{'↑' if info.higher_is_better else '↓'}"


def summary_cell(row: pd.Series, digits: int = 3, signed: bool = False) -> Cell:
    """Mean with its interval, difference to the baseline with its interval, and p; ``signed`` for means with a sign."""
    if row["n_seeds"] == 0:
        return Cell(ABSENT)
    details = [text.interval(row["low"], row["high"], digits, signed)]
    if not pd.isna(row["diff"]):
        star = "*" if row["p_holm"] < STAR else ""
        details.append(f"Δ {text.number(row['diff'], digits, signed=True)}{star}")
        details.append(text.interval(row["diff_low"], row["diff_high"], digits, signed=True))
        details.append(shown(row["p"], row["p_holm"]))
    return Cell(text.number(row["mean"], digits, signed), tuple(detail for detail in details if detail))


def block_of(variant: Variant) -> str:
    """Block of the table that a variant stands in."""
    return "control" if variant.control else "trained"
