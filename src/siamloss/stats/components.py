"""Standard error of a mean over seeds and sequences, and intervals that hold what they promise.

A score is taken as y[s, q] = mean + seed[s] + sequence[q] + rest[s, q]: seeds and sequences are crossed, and both are
random. The percentile interval of the hierarchical bootstrap is off in three ways that docs/statistics.md measures: 6
resampled seeds have 5/6 of the variance, a normal quantile forgets that a variance of 6 seeds is itself uncertain, and
the rest is counted three times. So the draws give the shape of the interval, and the variance components its width.

Source: two-way analysis of variance with one value per cell (Searle, Casella and McCulloch 1992, chapter 4); degrees of
freedom after Satterthwaite 1946.
"""

import math
from dataclasses import dataclass

import numpy as np

from siamloss.stats.bootstrap import interval


@dataclass(frozen=True)
class Spread:
    """Standard error of a mean, and the degrees of freedom of its square; NaN for a single cell."""

    error: float
    df: float


def spread(cells: np.ndarray) -> Spread:
    """Standard error of the mean of ``cells`` for other seeds and other sequences.

    Parameters
    ----------
    cells : float ``(S, Q)``, scores, differences, or the :func:`linear_cells` of another estimator.

    Returns
    -------
    Spread: with one seed over sequences alone (it can say nothing about other seeds), with one sequence over seeds.
    """
    seeds, sequences = cells.shape
    mean, by_seed, by_sequence = cells.mean(), cells.mean(axis=1, keepdims=True), cells.mean(axis=0, keepdims=True)
    if 1 in cells.shape:
        df = cells.size - 1
        return Spread(math.sqrt(float(np.var(cells, ddof=1)) / cells.size), df) if df else Spread(math.nan, math.nan)
    of_rest = float(np.sum((cells - by_seed - by_sequence + mean) ** 2)) / ((seeds - 1) * (sequences - 1))
    squares = [  # mean square, degrees of freedom, sign
        (sequences * float(np.sum((by_seed - mean) ** 2)) / (seeds - 1), seeds - 1, 1.0),
        (seeds * float(np.sum((by_sequence - mean) ** 2)) / (sequences - 1), sequences - 1, 1.0),
    ]
    squares = [term for term in squares if term[0] > of_rest]  # else its variance component is estimated as 0
    squares += [(of_rest, (seeds - 1) * (sequences - 1), 1.0 - len(squares))]
    variance = sum(sign * square for square, _, sign in squares)
    if variance == 0:
        return Spread(0.0, math.inf)
    df = variance**2 / sum((sign * square) ** 2 / freedom for square, freedom, sign in squares)
    return Spread(math.sqrt(variance / cells.size), df)


def linear_cells(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Cells whose plain mean is the mean over seeds of the weighted mean over sequences, to first order in each cell.

    Parameters
    ----------
    values, weights : float ``(S, Q)`` or, for N terms, ``(S, Q, N)``; a value of weight 0 may be NaN.

    Returns
    -------
    float64 ``(S, Q)``, of several terms the mean of their cells; with equal weights and one term the values themselves.
    NaN for a seed without weight.
    """
    values, weights = np.atleast_3d(values), np.atleast_3d(weights)
    values = np.where(weights > 0, values, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    known = total > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (values * weights).sum(axis=1, keepdims=True) / total
        cells = mean + weights.shape[1] * weights * (values - mean) / total
        return np.where(known, cells, 0.0).sum(axis=2) / known.sum(axis=2)


def calibrated_interval(
    draws: np.ndarray,
    estimate: float,
    spread: Spread,
    level: float,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> tuple[float, float]:
    """Percentile interval of bootstrap draws, stretched about the estimate to the width of a t interval.

    Parameters
    ----------
    draws : float ``(draws,)`` of the hierarchical bootstrap; NaN draws are left out.
    estimate, spread : what was drawn around, and its standard error.
    level : share of intervals that hold the truth, in (0, 1).
    bounds : least and greatest possible value.

    Returns
    -------
    ``(low, high)``; NaN where there is no draw, no estimate (a seed without a number) or no standard error (one seed on
    one sequence).
    """
    from scipy.special import ndtri, stdtrit

    draws = draws[~np.isnan(draws)]
    if draws.size == 0 or math.isnan(estimate) or not math.isfinite(spread.error):
        return math.nan, math.nan
    ends = np.array(interval(draws, level))
    width = ends[1] - ends[0]
    if width > 1e-12 * np.abs(draws).max():
        tail = (1 + level) / 2
        quantile = ndtri(tail) if math.isinf(spread.df) else stdtrit(spread.df, tail)
        ends = estimate + (ends - estimate) * (2 * quantile * spread.error / width)
    low, high = np.clip(ends, *bounds)
    return float(low), float(high)
