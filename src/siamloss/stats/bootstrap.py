"""Hierarchical bootstrap of a weighted mean over seeds and sequences.

All runs are evaluated on the same sequences, so seeds and sequences are crossed: a draw resamples both sets once, with
replacement, and applies the sequences it drew to every seed. Resampling frames, or sequences anew for each seed, would
treat the difficulty of a sequence as independent noise and make intervals too narrow. With few seeds the draws
themselves are too narrow: :mod:`siamloss.stats.components` sets the width of the intervals.

Source: Owen 2007, "The pigeonhole bootstrap"; paired use after Agarwal et al. 2021 (rliable), which resamples runs
only.
"""

import functools
import zlib
from dataclasses import dataclass

import numpy as np

from siamloss.stats.terms import blocks, mean_over_terms, weighted_sums


@dataclass(frozen=True)
class Resamples:
    """How often each item is drawn.

    Attributes
    ----------
    seeds : float64 ``(draws, S)`` whole numbers, rows sum to S; read-only.
    sequences : float64 ``(draws, Q)`` whole numbers, rows sum to Q; read-only.
    """

    seeds: np.ndarray
    sequences: np.ndarray


@functools.lru_cache(maxsize=16)
def resample(key: str, seed: int, draws: int, seed_count: int, sequence_count: int) -> Resamples:
    """Draw seeds and sequences with replacement.

    The stream depends on ``seed`` and ``key`` (the benchmark) alone: all variants and metrics of a benchmark get the
    same draws, which is what makes their differences paired, whatever else is in the table.
    """

    def counts(stream: int, items: int) -> np.ndarray:
        generator = np.random.default_rng([seed, zlib.crc32(key.encode()), stream])
        drawn = generator.multinomial(items, np.full(items, 1.0 / items), size=draws).astype(np.float64)
        drawn.flags.writeable = False  # shared by all callers through the cache
        return drawn

    return Resamples(seeds=counts(0, seed_count), sequences=counts(1, sequence_count))


def seed_means(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over sequences for each seed; of several terms, the mean.

    Parameters
    ----------
    values, weights : float ``(S, Q)`` or, for N terms, ``(S, Q, N)``; a value of weight 0 may be NaN.

    Returns
    -------
    float64 ``(S,)``; NaN for a seed whose weights are all 0.
    """
    return _ratios(values, weights, np.ones((1, values.shape[1])))[0]


def bootstrap_means(values: np.ndarray, weights: np.ndarray, resamples: Resamples) -> np.ndarray:
    """The mean over seeds of the weighted mean over sequences, in every draw.

    Parameters
    ----------
    values, weights : float ``(S, Q)`` or ``(S, Q, N)``; a value of weight 0 may be NaN.
    resamples : counts for S seeds and Q sequences.

    Returns
    -------
    float64 ``(draws,)``; NaN where a drawn seed has no weight in the drawn sequences.
    """
    means = _ratios(values, weights, resamples.sequences)
    return np.sum(resamples.seeds * np.where(resamples.seeds > 0, means, 0.0), axis=1) / values.shape[0]


def _ratios(values: np.ndarray, weights: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Weighted means ``(draws, S)`` of values ``(S, Q[, N])`` when sequence q is drawn counts[:, q] times."""
    weighted, weights = weighted_sums(values, weights)
    parts = [
        mean_over_terms(counts[rows] @ weighted, counts[rows] @ weights, len(values))
        for rows in blocks(len(counts), weights.shape[1])
    ]
    return np.concatenate(parts)


def interval(draws: np.ndarray, level: float) -> tuple[float, float]:
    """Percentile interval ``(low, high)`` that holds the share ``level`` of the draws; NaN draws are left out."""
    draws = draws[~np.isnan(draws)]
    if draws.size == 0:
        return np.nan, np.nan
    at = np.array([(1 - level) / 2, (1 + level) / 2]) * (draws.size - 1)
    low, high = np.interp(at, np.arange(draws.size), np.sort(draws))  # np.quantile, in a fifth of the time
    return float(low), float(high)
