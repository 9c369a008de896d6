"""Tidy metrics -> one row per (benchmark, metric, variant): mean, interval, paired difference to the baseline, p."""

import functools
import math
from collections.abc import Collection

import numpy as np
import pandas as pd

from siamloss.config import StatsConfig
from siamloss.metrics.catalogue import METRICS, is_main
from siamloss.stats.bootstrap import bootstrap_means, resample, seed_means
from siamloss.stats.components import calibrated_interval, linear_cells, spread
from siamloss.stats.holm import holm
from siamloss.stats.matrices import Runs, find_pair, shared_seeds, split_runs
from siamloss.stats.signflip import FEWEST_PAIRS, sign_flip_p

COLUMNS = [
    *("benchmark", "metric", "variant", "n_seeds", "n_paired", "mean", "low", "high"),
    *("diff", "diff_low", "diff_high", "p", "p_holm"),
]


def summarise(
    metrics: pd.DataFrame,
    variants: list[str],
    baseline: str,
    stats: StatsConfig,
    fixed: Collection[str] = (),
    partial: bool = False,
) -> pd.DataFrame:
    """Summarise metrics over seeds and sequences.

    Parameters
    ----------
    metrics : ``benchmark, metric, variant, seed, sequence, term, value, weight`` as :func:`siamloss.metrics.measure`
        makes it; rows in any order. Every run must cover the same sequences.
    variants : rows of the table, in order; other variants in ``metrics`` are ignored.
    baseline : the variant all differences are taken to.
    stats : ``draws`` bootstrap draws, ``level`` of the intervals, ``seed`` of the draws.
    fixed : variants without randomness; their one run is compared to every seed of the baseline.
    partial : allow variants, the baseline too, that have no run on a benchmark.

    Returns
    -------
    DataFrame with :data:`COLUMNS`, sorted by benchmark, metric (as in ``METRICS``) and variant (as given).
    ``mean`` is the mean over seeds of the weighted mean over sequences; ``low, high`` its interval, from the
    hierarchical bootstrap with the width of its variance components (:mod:`siamloss.stats.components`), within what the
    metric can be. Both are over the ``n_seeds`` seeds that the variant has. ``diff`` is the variant minus the baseline,
    over the ``n_paired`` seeds that both have; ``diff_low`` and ``diff_high`` come from the same draws of seeds and
    sequences for both. ``p`` is the two-sided paired sign-flip test over the per-seed differences, NaN with fewer
    than 6 paired seeds; ``p_holm`` is p corrected for all tests of the table that shows it (every benchmark and variant
    but the baseline, and either every main metric or every further one), so it depends on which rows are asked for. The
    last five are NaN for the baseline itself, for a variant that has no seed in common with it, and with ``partial``
    where one of the two has no run; a variant without any has 0 seeds and NaN for all numbers.

    Raises
    ------
    RecordError : a variant without metrics, or a run with missing or doubled sequences.
    """
    runs = split_runs(metrics[metrics["variant"].isin([*variants, baseline])])
    rows = []
    for benchmark, metric in sorted_panels(metrics):
        for variant in variants:
            own, base = find_pair(runs, benchmark, metric, variant, baseline, partial)
            if own is None:
                rows.append([benchmark, metric, variant, 0, 0, *[np.nan] * 7])
                continue
            seeds = () if base is None else shared_seeds(own, base, variant in fixed)
            difference = [np.nan] * 4
            if seeds and variant != baseline:
                difference = _difference(own.at(seeds), base.at(seeds), len(seeds), benchmark, metric, stats)
            counts = [len(own.seeds), len(seeds)]
            rows.append([benchmark, metric, variant, *counts, *_mean(own, benchmark, metric, stats), *difference])
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    return table.assign(p_holm=holm_by_table(table, "p"))


def holm_by_table(table: pd.DataFrame, column: str) -> np.ndarray:
    """p corrected by Holm among the main metrics, and among the further ones, which stand in a table of their own."""
    p = table[column].to_numpy(dtype=np.float64)
    main = np.array([is_main(metric) for metric in table["metric"]], dtype=bool)
    return np.where(main, holm(np.where(main, p, np.nan)), holm(np.where(main, np.nan, p)))


def sorted_panels(metrics: pd.DataFrame) -> list[tuple[str, str]]:
    """(benchmark, metric) pairs: benchmarks by name, metrics as in ``METRICS``, others after them by name."""
    names = list(METRICS)
    found = metrics[["benchmark", "metric"]].drop_duplicates().itertuples(index=False, name=None)
    return sorted(
        found, key=lambda pair: (pair[0], names.index(pair[1]) if pair[1] in METRICS else len(names), pair[1])
    )


@functools.lru_cache(maxsize=8)
def _draws(runs: Runs, benchmark: str, stats: StatsConfig) -> np.ndarray:
    resamples = resample(benchmark, stats.seed, stats.draws, *runs.values.shape[:2])
    return bootstrap_means(runs.values, runs.weights, resamples)


def _mean(runs: Runs, benchmark: str, metric: str, stats: StatsConfig) -> tuple[float, float, float]:
    mean = float(seed_means(runs.values, runs.weights).mean())
    error = spread(linear_cells(runs.values, runs.weights))
    return mean, *calibrated_interval(_draws(runs, benchmark, stats), mean, error, stats.level, bounds_of(metric))


def bounds_of(metric: str) -> tuple[float, float]:
    """Least and greatest possible value: no metric of the catalogue is negative, and a share is at most 1."""
    if metric not in METRICS:
        return -math.inf, math.inf
    return 0.0, 1.0 if METRICS[metric].unit == "share" else math.inf


def _difference(
    own: Runs, base: Runs, seeds: int, benchmark: str, metric: str, stats: StatsConfig
) -> tuple[float, float, float, float]:
    """Difference to the baseline over so many paired seeds, its interval, and p."""
    by_seed = seed_means(own.values, own.weights) - seed_means(base.values, base.weights)
    mean, error = float(by_seed.mean()), spread(difference_cells(own, base))
    draws = _draws(own, benchmark, stats) - _draws(base, benchmark, stats)
    known = seeds >= FEWEST_PAIRS and not np.isnan(by_seed).any()
    p = sign_flip_p(by_seed, stats.seed) if known else np.nan
    least, most = bounds_of(metric)
    return mean, *calibrated_interval(draws, mean, error, stats.level, (least - most, most - least)), p


def difference_cells(own: Runs, base: Runs) -> np.ndarray:
    """Cells ``(S, Q)`` whose mean is the paired difference, for its standard error."""
    return linear_cells(own.values, own.weights) - linear_cells(base.values, base.weights)
