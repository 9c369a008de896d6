"""Interquartile mean over all runs and sequences."""

import numpy as np

from siamloss.stats.bootstrap import Resamples


def interquartile_mean(values: np.ndarray) -> float:
    """Mean of the middle half of all values of ``(S, Q)``; NaN values are left out, and NaN if none is left.

    The fourth part of the values, rounded down, is cut at each end. It is less moved by sequences that every tracker
    loses or solves than the mean, and uses more of the data than the median. Every sequence of every run counts once,
    also where the benchmark weights sequences by their frames: it is a summary beside the benchmark's own number.

    Source
    ------
    Agarwal et al. 2021 (rliable), section 4.3: scipy's ``trim_mean`` at 25 %.

    Example
    -------
    >>> interquartile_mean(np.array([[0.0, 0.4], [0.6, 5.0]]))
    0.5
    """
    ordered = np.sort(values[~np.isnan(values)])
    cut = ordered.size // 4
    return float(ordered[cut : ordered.size - cut].mean()) if ordered.size else np.nan


def bootstrap_iqm(values: np.ndarray, resamples: Resamples) -> np.ndarray:
    """The interquartile mean in every draw of seeds and sequences, float64 ``(draws,)``; NaN without a value."""
    rows, columns = np.nonzero(~np.isnan(values))
    if rows.size == 0:
        return np.full(len(resamples.seeds), np.nan)
    order = np.argsort(values[rows, columns], kind="stable")
    rows, columns = rows[order], columns[order]
    ordered = values[rows, columns]
    # (values, draws): how many drawn values are at or below each one; whole numbers, exact in float32
    reached = resamples.seeds.T.astype(np.float32)[rows]
    reached *= resamples.sequences.T.astype(np.float32)[columns]
    np.cumsum(reached, axis=0, out=reached)
    count = reached[-1].astype(np.float64)
    cut = np.floor(count / 4)
    np.clip(reached, cut.astype(np.float32), (count - cut).astype(np.float32), out=reached)
    total = ordered[-1] * (count - cut) - ordered[0] * cut - np.diff(ordered) @ reached[:-1]  # summation by parts
    return np.where(count > 0, total, np.nan) / np.where(count > 0, count - 2 * cut, 1.0)


def iqm_cells(values: np.ndarray) -> np.ndarray:
    """Cells ``(S, Q)`` whose mean is the interquartile mean and whose spread is its own, for an interval.

    A cell holds by how much the estimate leans on its value (Huber 1981, section 3.3: the influence function of a
    trimmed mean, which is a winsorised value); a NaN value leans nowhere.
    """
    estimate = interquartile_mean(values)
    if np.isnan(estimate):
        return np.full(values.shape, np.nan)
    clipped = np.clip(values, *np.nanquantile(values, [0.25, 0.75]))
    return estimate + np.where(np.isnan(values), 0.0, 2 * (clipped - np.nanmean(clipped)))
