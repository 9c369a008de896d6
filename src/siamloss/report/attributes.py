"""Means per attribute: how variants fare on sequences with occlusion, fast motion and so on, with intervals."""

import numpy as np
import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.report.tables import main_rows
from siamloss.stats.summary import sorted_panels, summarise

COLUMNS = [
    *("benchmark", "metric", "attribute", "n_sequences", "variant", "n_seeds", "n_paired"),
    *("mean", "low", "high", "diff", "diff_low", "diff_high"),
]
ALL = "all"
"""Stands for all sequences, with or without attributes: the row to compare the others with."""
FEWEST = 3
"""Sequences that an interval needs; with fewer there is none."""
INTERVALS = ["low", "high", "diff_low", "diff_high"]


def attribute_rows(experiment: Experiment) -> list[Variant]:
    """Variants that are compared by attribute: the trained ones of the main table."""
    return [variant for variant in main_rows(experiment) if not variant.control]


def attribute_table(
    metrics: pd.DataFrame, by_attribute: pd.DataFrame, experiment: Experiment, partial: bool = False
) -> pd.DataFrame:
    """Summarise metrics over the sequences (VOT: the frames) of each attribute.

    Parameters
    ----------
    metrics : tidy metrics of one or more benchmarks, as :func:`siamloss.metrics.measure` gives them.
    by_attribute : the same split by attribute, see :mod:`siamloss.metrics.attributes`.
    experiment : variants, baseline and settings of the intervals.
    partial : allow variants without any run.

    Returns
    -------
    DataFrame with :data:`COLUMNS`. Per benchmark and metric the row :data:`ALL`, then attributes from the one with most
    sequences to the one with fewest; nothing for a benchmark without attributes. ``low, high`` and ``diff_low,
    diff_high`` are intervals as in :func:`siamloss.stats.summarise`, over the sequences of the attribute and the seeds;
    NaN where fewer than :data:`FEWEST` sequences have the attribute. Attributes are not corrected for their number, and
    a sequence counts in every attribute it has; so rows are neither independent nor tests.

    Raises
    ------
    RecordError : a variant without metrics, or with other sequences than the baseline.

    Source
    ------
    Attributes of OTB: Wu, Lim, Yang 2015 (TPAMI). A row has fewer sequences than the benchmark, so its interval is
    wider than the overall one.
    """
    names = [variant.name for variant in attribute_rows(experiment)]
    names += [experiment.baseline] * (experiment.baseline not in names)
    parts = []
    for benchmark, metric in sorted_panels(by_attribute):
        chosen = _of(by_attribute, benchmark, metric)
        counts = pd.Series({attribute: _scored(rows) for attribute, rows in chosen.groupby("attribute")}, dtype=int)
        order = sorted(counts.index, key=lambda attribute: (-counts[attribute], attribute))
        groups = [(ALL, _of(metrics, benchmark, metric))]
        groups += [(attribute, chosen[chosen["attribute"] == attribute]) for attribute in order]
        for attribute, rows in groups:
            count = _scored(rows)
            table = summarise(rows, names, experiment.baseline, experiment.stats, partial=partial)
            table = table.assign(attribute=attribute, n_sequences=count)
            parts.append(table if count >= FEWEST else table.assign(**dict.fromkeys(INTERVALS, np.nan)))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _scored(rows: pd.DataFrame) -> int:
    """Sequences with a number in every run, of the run that has fewest."""
    scored = rows[rows["weight"] > 0].groupby(["variant", "seed"])["sequence"].nunique()
    return int(scored.min()) if len(scored) == len(rows[["variant", "seed"]].drop_duplicates()) else 0


def _of(table: pd.DataFrame, benchmark: str, metric: str) -> pd.DataFrame:
    return table[(table["benchmark"] == benchmark) & (table["metric"] == metric)]
