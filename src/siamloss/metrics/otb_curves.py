"""Curves of many sequences at once: shares of frames above, or at and below, each threshold."""

import numpy as np

from siamloss.metrics.protocols import OTB

SUCCESS_THRESHOLDS = np.arange(OTB.success_thresholds) / (OTB.success_thresholds - 1)
PRECISION_THRESHOLDS = np.arange(OTB.precision_thresholds, dtype=np.float64)
NORMALIZED_THRESHOLDS = np.arange(OTB.precision_thresholds) / 100

TOOLKIT_SUCCESS_THRESHOLDS = np.linspace(0.0, 1.0, OTB.success_thresholds)
"""As the GOT-10k toolkit and pysot compute them: 3 * 0.05 is one rounding step above 0.15. It decides ties only."""
TOOLKIT_NORMALIZED_THRESHOLDS = np.linspace(0.0, 0.5, OTB.precision_thresholds)
"""As the later GOT-10k toolkit computes them; pysot divides by 100."""

NEAR = 1e-6
"""Of a step between thresholds: further away than this, rounding cannot put a value on the wrong side."""


def shares_above(values: np.ndarray, starts: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Share of each sequence's values strictly above each threshold; NaN is above none.

    Parameters
    ----------
    values : float ``(T,)``, the sequences one behind the other.
    starts : int ``(Q,)``, the first value of each sequence, rising from 0.
    thresholds : float ``(N,)``, rising in even steps, N >= 2.

    Returns
    -------
    float64 ``(Q, N)`` in [0, 1]; NaN for a sequence without values.
    """
    passed = _histogram(_rank(values, thresholds, nan=-np.inf), starts, len(thresholds) + 1)
    counts = passed[:, ::-1].cumsum(axis=1)[:, -2::-1]
    return _divide(counts, starts, len(values))


def shares_within(values: np.ndarray, starts: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Share of each sequence's values at or below each threshold; NaN is within none. See :func:`shares_above`."""
    first = _histogram(_rank(values, thresholds, nan=np.inf), starts, len(thresholds) + 1)
    return _divide(first.cumsum(axis=1)[:, :-1], starts, len(values))


def _rank(values: np.ndarray, thresholds: np.ndarray, nan: float) -> np.ndarray:
    """How many thresholds are below each value, int64 ``(T,)``; evenly spaced thresholds, NaN taken for ``nan``.

    The same as ``np.searchsorted``, several times faster: a guess from the spacing, and one exact step up or down for
    the few values so near a threshold that rounding could have misled it.
    """
    if np.isnan(values).any():
        values = np.where(np.isnan(values), nan, values)
    steps = values - thresholds[0]
    steps *= 1.0 / (thresholds[1] - thresholds[0])
    rank = np.clip(np.ceil(steps), 0, len(thresholds)).astype(np.int64)
    with np.errstate(invalid="ignore"):  # infinite values are near nothing
        steps -= np.rint(steps)
    near = np.flatnonzero(np.abs(steps, out=steps) < NEAR)
    if near.size:
        bounds = np.concatenate([[-np.inf], thresholds, [np.inf]])
        at, value = rank[near], values[near]
        at -= (bounds[at] >= value) & (at > 0)
        at += (bounds[at + 1] < value) & (at < len(thresholds))
        rank[near] = at
    return rank


def _lengths(starts: np.ndarray, total: int) -> np.ndarray:
    return np.diff(np.append(np.asarray(starts, dtype=np.int64), total))


def _histogram(bins: np.ndarray, starts: np.ndarray, count: int) -> np.ndarray:
    """How many of each sequence's values fall into each bin, int64 ``(Q, count)``."""
    lengths = _lengths(starts, len(bins))
    rows = np.repeat(np.arange(len(lengths)) * count, lengths)
    return np.bincount(rows + bins, minlength=len(lengths) * count).reshape(len(lengths), count)


def _divide(counts: np.ndarray, starts: np.ndarray, total: int) -> np.ndarray:
    lengths = _lengths(starts, total)[:, None]
    return np.where(lengths > 0, counts / np.maximum(lengths, 1), np.nan)
