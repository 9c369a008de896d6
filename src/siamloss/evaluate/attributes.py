"""Means per attribute: how trackers fare on the sequences with occlusion, fast motion and so on, with intervals."""

from collections.abc import Mapping

import pandas as pd

from siamloss.config import StatsConfig
from siamloss.stats.summary import summarise

COLUMNS = [
    *("benchmark", "attribute", "variant", "metric", "n_sequences"),
    *("mean", "low", "high", "diff", "diff_low", "diff_high"),
]
ALL = "all"
"""Stands for all sequences, with or without attributes: the row to compare the others with."""


def attribute_table(
    metrics: pd.DataFrame,
    attributes: Mapping[str, frozenset[str]],
    variants: list[str],
    baseline: str,
    stats: StatsConfig,
) -> pd.DataFrame:
    """Summarise metrics over the sequences of each attribute.

    Parameters
    ----------
    metrics : tidy metrics of one benchmark, as :func:`siamloss.metrics.measure` or
        :meth:`siamloss.evaluate.result.Evaluation.metrics` gives them.
    attributes : of each sequence; a sequence may have several, one that is not listed has none.
    variants, baseline, stats : as for :func:`siamloss.stats.summarise`.

    Returns
    -------
    DataFrame with :data:`COLUMNS`: the row :data:`ALL`, then attributes from the one with most sequences to the one
    with fewest. ``low, high`` and ``diff_low, diff_high`` are intervals of the level ``stats.level``, from resampling
    the sequences of the attribute and the seeds. Attributes are not corrected for their number, and a sequence counts
    in every attribute it has; so rows are neither independent nor tests.

    Raises
    ------
    RecordError : a variant without metrics, or with other sequences than the baseline.

    Source
    ------
    Attributes of OTB: Wu, Lim, Yang 2015 (TPAMI). A row has fewer sequences than the benchmark, so its interval is
    wider than the overall one.
    """
    present = set(metrics["sequence"])
    groups: dict[str, list[str]] = {}
    for sequence in sorted(present & set(attributes)):
        for attribute in attributes[sequence]:
            groups.setdefault(attribute, []).append(sequence)
    order = sorted(groups, key=lambda attribute: (-len(groups[attribute]), attribute))
    parts = []
    for attribute, names in [(ALL, sorted(present)), *((name, groups[name]) for name in order)]:
        table = summarise(metrics[metrics["sequence"].isin(names)], variants, baseline, stats)
        parts.append(table.assign(attribute=attribute, n_sequences=len(names))[COLUMNS])
    return pd.concat(parts, ignore_index=True)
