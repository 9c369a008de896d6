"""Tidy metrics -> one row per (benchmark, metric, variant): mean, interval, paired difference to the baseline, p."""

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siamloss.config import StatsConfig
from siamloss.errors import RecordError
from siamloss.metrics.catalogue import METRICS
from siamloss.stats.bootstrap import bootstrap_means, interval, resample, seed_means
from siamloss.stats.signflip import FEWEST_PAIRS, sign_flip_p

COLUMNS = ["benchmark", "metric", "variant", "n_seeds", "mean", "low", "high", "diff", "diff_low", "diff_high", "p"]


@dataclass(frozen=True, eq=False)
class _Runs:
    """One metric of one variant on one benchmark: values and weights float64 ``(S, Q)``, both axes sorted by name."""

    seeds: tuple[int, ...]
    sequences: tuple[str, ...]
    values: np.ndarray
    weights: np.ndarray

    def at(self, seeds: tuple[int, ...]) -> "_Runs":
        """These seeds only; the one run of a control without randomness stands for every seed, by broadcasting."""
        if seeds == self.seeds or len(self.seeds) == 1:
            return self
        rows = [self.seeds.index(seed) for seed in seeds]
        return _Runs(seeds, self.sequences, self.values[rows], self.weights[rows])


def summarise(metrics: pd.DataFrame, variants: list[str], baseline: str, stats: StatsConfig) -> pd.DataFrame:
    """Summarise metrics over seeds and sequences.

    Parameters
    ----------
    metrics : ``benchmark, metric, variant, seed, sequence, value, weight`` as :func:`siamloss.metrics.measure` makes
        it; rows in any order. Every run must cover the same sequences.
    variants : rows of the table, in order; other variants in ``metrics`` are ignored.
    baseline : the variant all differences are taken to.
    stats : ``draws`` bootstrap draws, ``level`` of the intervals, ``seed`` of the draws.

    Returns
    -------
    DataFrame with :data:`COLUMNS`, sorted by benchmark, metric (as in ``METRICS``) and variant (as given).
    ``mean`` is the mean over seeds of the weighted mean over sequences; ``low, high`` its percentile interval under the
    hierarchical bootstrap. ``diff`` is the variant minus the baseline, over the seeds both have; ``diff_low`` and
    ``diff_high`` come from the same draws of seeds and sequences for both. A variant with one seed is compared to every
    seed of the baseline. ``p`` is the two-sided exact sign-flip test over the per-seed differences, uncorrected for the
    number of variants; NaN with fewer than 6 paired seeds. The last four are NaN for the baseline itself.

    Raises
    ------
    RecordError : a variant without metrics, or a run with missing or doubled sequences.
    """
    runs = _split(metrics[metrics["variant"].isin([*variants, baseline])])
    groups = metrics[["benchmark", "metric"]].drop_duplicates().itertuples(index=False, name=None)
    rows = []
    for benchmark, metric in sorted(groups, key=lambda group: (group[0], _rank(group[1]))):
        base = _find(runs, benchmark, metric, baseline)
        for variant in variants:
            own = _find(runs, benchmark, metric, variant)
            if own.sequences != base.sequences:
                raise RecordError(
                    f"'{variant}' and '{baseline}' cover different sequences of '{benchmark}'; run snakemake again"
                )
            difference = [np.nan] * 4 if variant == baseline else _difference(own, base, benchmark, stats)
            rows.append([benchmark, metric, variant, len(own.seeds), *_mean(own, benchmark, stats), *difference])
    return pd.DataFrame(rows, columns=COLUMNS)


def _rank(metric: str) -> tuple[int, str]:
    names = list(METRICS)
    return (names.index(metric) if metric in METRICS else len(names), metric)


def _split(metrics: pd.DataFrame) -> dict[tuple[str, str, str], _Runs]:
    """Runs by (benchmark, metric, variant)."""
    keys = ["benchmark", "metric", "variant", "seed", "sequence"]
    codes, names = zip(*(pd.factorize(metrics[key], sort=True) for key in keys), strict=True)
    names = [list(level) for level in names]
    order = np.lexsort(codes[::-1])
    codes = np.stack(codes)[:, order]
    values, weights = (metrics[column].to_numpy(dtype=np.float64)[order] for column in ("value", "weight"))
    starts = np.flatnonzero(np.any(codes[:3, 1:] != codes[:3, :-1], axis=0)) + 1
    runs = {}
    for rows in np.split(np.arange(len(order)), starts) if len(order) else []:
        name = tuple(names[level][codes[level, rows[0]]] for level in range(3))
        seeds, sequences = np.unique(codes[3, rows]), np.unique(codes[4, rows])
        shape = (len(seeds), len(sequences))
        grid = np.stack(np.meshgrid(seeds, sequences, indexing="ij")).reshape(2, -1)
        if not np.array_equal(codes[3:, rows], grid):
            raise RecordError(
                f"the seeds of '{name[2]}' were not scored on the same sequences of '{name[0]}'; run snakemake again"
            )
        if np.isnan(values[rows][weights[rows] > 0]).any():
            raise RecordError(f"'{name[2]}' has a NaN {name[1]} on '{name[0]}'; run snakemake to score it again")
        labels = tuple(names[3][code] for code in seeds), tuple(names[4][code] for code in sequences)
        runs[name] = _Runs(*labels, values[rows].reshape(shape), weights[rows].reshape(shape))
    return runs


def _find(runs: dict[tuple[str, str, str], _Runs], benchmark: str, metric: str, variant: str) -> _Runs:
    if (benchmark, metric, variant) not in runs:
        raise RecordError(f"no {metric} of '{variant}' on '{benchmark}'; run snakemake to track and score it")
    return runs[benchmark, metric, variant]


@functools.lru_cache(maxsize=8)
def _draws(runs: _Runs, benchmark: str, stats: StatsConfig) -> np.ndarray:
    resamples = resample(benchmark, stats.seed, stats.draws, *runs.values.shape)
    return bootstrap_means(runs.values, runs.weights, resamples)


def _mean(runs: _Runs, benchmark: str, stats: StatsConfig) -> tuple[float, float, float]:
    mean = float(seed_means(runs.values, runs.weights).mean())
    return mean, *interval(_draws(runs, benchmark, stats), stats.level)


def _difference(own: _Runs, base: _Runs, benchmark: str, stats: StatsConfig) -> tuple[float, float, float, float]:
    """Difference to the baseline, its interval, and p."""
    seeds = base.seeds if len(own.seeds) == 1 else tuple(seed for seed in base.seeds if seed in own.seeds)
    if not seeds:
        return (np.nan,) * 4
    own, base = own.at(seeds), base.at(seeds)
    by_seed = seed_means(own.values, own.weights) - seed_means(base.values, base.weights)
    low, high = interval(_draws(own, benchmark, stats) - _draws(base, benchmark, stats), stats.level)
    known = len(seeds) >= FEWEST_PAIRS and not np.isnan(by_seed).any()
    return float(by_seed.mean()), low, high, sign_flip_p(by_seed) if known else np.nan
