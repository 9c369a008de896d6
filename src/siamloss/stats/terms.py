"""A metric of several terms: the mean over terms of weighted means over sequences. Ordinary metrics have one term.

VOT's expected average overlap is the mean over n of a ratio of two sums over sequences, so it has a term for each n.
Arrays are ``(S, Q, N)``, or ``(S, Q)`` for one term. A term counts where a sequence that was drawn has weight in it.
"""

from collections.abc import Iterator

import numpy as np

BLOCK = 1 << 18
"""Numbers that the sums of draws may fill at once, 2 MB; more draws are taken in several blocks."""


def weighted_sums(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is drawn from: weighted values and weights ``(Q, S * N)``; a value of weight 0 may be NaN."""
    values, weights = np.atleast_3d(values), np.atleast_3d(weights)
    weighted = np.where(weights > 0, values, 0.0) * weights
    return tuple(array.transpose(1, 0, 2).reshape(array.shape[1], -1) for array in (weighted, weights))


def mean_over_terms(sums: np.ndarray, weights: np.ndarray, runs: int) -> np.ndarray:
    """Numbers of S runs from the sums of every term.

    Parameters
    ----------
    sums, weights : ``(B, S * N)``, sums over sequences of the weighted values and of the weights.
    runs : S.

    Returns
    -------
    float64 ``(B, S)``: mean of sums / weights over the terms with weight; NaN for a run without any.
    """
    shape = (len(sums), runs, -1)
    known = weights > 0
    ratios = np.divide(sums, weights, out=np.zeros_like(sums), where=known).reshape(shape)
    count = known.reshape(shape).sum(axis=2)
    return np.where(count > 0, ratios.sum(axis=2), np.nan) / np.maximum(count, 1)


def blocks(rows: int, width: int) -> Iterator[slice]:
    """Slices of ``rows`` whose ``width`` numbers each fit into a block."""
    step = max(1, BLOCK // width)
    return (slice(start, start + step) for start in range(0, rows, step))


def sequence_scores(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Score of every run on every sequence alone, ``(S, Q)``: the mean of its terms; NaN where none has weight."""
    values, weights = np.atleast_3d(values), np.atleast_3d(weights)
    known = weights > 0
    count = known.sum(axis=2)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=2), np.nan) / np.maximum(count, 1)
