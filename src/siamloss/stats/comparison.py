"""What else a reviewer asks of a comparison: robust mean, probability of improvement, test over sequences, power."""

import math
from collections.abc import Collection

import numpy as np
import pandas as pd

from siamloss.config import StatsConfig
from siamloss.metrics.catalogue import METRICS
from siamloss.stats.bootstrap import resample
from siamloss.stats.components import calibrated_interval, spread
from siamloss.stats.improvement import bootstrap_improvement, improvement_cells, probability_of_improvement, wins
from siamloss.stats.iqm import bootstrap_iqm, interquartile_mean, iqm_cells
from siamloss.stats.matrices import Runs, find_pair, shared_seeds, split_runs
from siamloss.stats.permutation import permutation_p
from siamloss.stats.power import detectable_difference
from siamloss.stats.signflip import DRAWS
from siamloss.stats.summary import bounds_of, difference_cells, holm_by_table, sorted_panels
from siamloss.stats.terms import sequence_scores

TERM_PERMUTATIONS = 9_999
"""Random permutations of a metric of several terms, each of which is a ratio for every one; others have 99,999."""

COMPARISON_COLUMNS = [
    *("benchmark", "metric", "variant", "n_seeds", "n_sequences", "iqm", "iqm_low", "iqm_high"),
    *("improvement", "improvement_low", "improvement_high", "detectable", "p_sequences", "p_sequences_holm"),
]


def compare(
    metrics: pd.DataFrame,
    variants: list[str],
    baseline: str,
    stats: StatsConfig,
    fixed: Collection[str] = (),
    partial: bool = False,
) -> pd.DataFrame:
    """Compare every variant to the baseline in the ways that :func:`siamloss.stats.summarise` leaves out.

    Parameters
    ----------
    metrics, variants, baseline, stats, fixed, partial : as in :func:`siamloss.stats.summarise`.

    Returns
    -------
    DataFrame with :data:`COMPARISON_COLUMNS`, rows as there. ``iqm``: interquartile mean over runs and sequences.
    ``improvement``: probability that a run of the variant is better than one of the baseline, in the metric's own
    direction. ``detectable``: true difference whose interval leaves 0 out with 80 % probability. ``p_sequences``:
    permutation test over sequences; ``_holm``: corrected for all such tests of the main metrics, or of the further
    ones. Intervals as in the summary. A metric of several terms enters ``iqm`` and ``improvement`` with the mean of a
    sequence's own terms.
    ``n_seeds`` counts the paired seeds; from ``improvement`` on all is NaN for the baseline itself.

    Raises
    ------
    RecordError : a variant without metrics, or a run with missing or doubled sequences.
    """
    runs = split_runs(metrics[metrics["variant"].isin([*variants, baseline])])
    rows = []
    for benchmark, metric in sorted_panels(metrics):
        sign = 1.0 if metric not in METRICS or METRICS[metric].higher_is_better else -1.0
        for variant in variants:
            own, base = find_pair(runs, benchmark, metric, variant, baseline, partial)
            if own is None:
                rows.append([benchmark, metric, variant, 0, 0, *[np.nan] * 8])
                continue
            seeds = () if base is None else shared_seeds(own, base, variant in fixed)
            paired = [np.nan] * 5
            if seeds and variant != baseline:
                paired = _paired(own.at(seeds), base.at(seeds), len(seeds), sign, benchmark, stats)
            head = [benchmark, metric, variant, len(seeds), len(own.sequences)]
            rows.append([*head, *_iqm(own, benchmark, metric, stats), *paired])
    table = pd.DataFrame(rows, columns=COMPARISON_COLUMNS[:-1])
    return table.assign(p_sequences_holm=holm_by_table(table, "p_sequences"))


def _iqm(runs: Runs, benchmark: str, metric: str, stats: StatsConfig) -> tuple[float, float, float]:
    values = sequence_scores(runs.values, runs.weights)
    draws = bootstrap_iqm(values, resample(benchmark, stats.seed, stats.draws, *values.shape))
    estimate = interquartile_mean(values)
    return estimate, *calibrated_interval(draws, estimate, spread(iqm_cells(values)), stats.level, bounds_of(metric))


def _paired(own: Runs, base: Runs, seeds: int, sign: float, benchmark: str, stats: StatsConfig) -> list[float]:
    """Probability of improvement with its interval, detectable difference, and p over sequences."""
    shape = (seeds, len(own.sequences))
    scores = (sequence_scores(runs.values, runs.weights) for runs in (own, base))
    first, second = (np.broadcast_to(sign * values, shape) for values in scores)
    won = wins(first, second)
    draws = bootstrap_improvement(won, resample(benchmark, stats.seed, stats.draws, *shape))
    estimate, error = probability_of_improvement(first, second), spread(improvement_cells(won))
    interval = calibrated_interval(draws, estimate, error, stats.level, (0.0, 1.0))
    detectable = detectable_difference(spread(difference_cells(own, base)), stats.level)
    permutations = DRAWS if own.values.shape[2] == 1 else TERM_PERMUTATIONS
    weighted = all((runs.weights.sum(axis=(1, 2)) > 0).all() for runs in (own, base))
    p = (
        permutation_p(own.values, base.values, own.weights, base.weights, stats.seed, permutations)
        if weighted
        else math.nan
    )
    return [estimate, *interval, detectable, p]
