"""How well the scores of positive and negative cells are separated: the poster's blue area, measured.

All quantities are over cells with label +1 or -1, pooled over maps, except ``hard_violation``, which is per map. The
overlaps, d', AUC and violations do not change when all scores are shifted or scaled by a positive factor, so losses
with different score scales can be compared; means and variances can not.
"""

import math

import numpy as np

from siamloss.errors import DivergedError

BINS = 100


def gaussian_overlap(mean_a: float, var_a: float, mean_b: float, var_b: float) -> float:
    """Area below both of two normal densities: the integral of their minimum, in [0, 1].

    With equal variances it is 2 Phi(-|mean_a - mean_b| / (2 sigma)); else the densities cross twice and the area is
    summed piece by piece (Inman and Bradley 1989, "The overlapping coefficient"). A density without variance is a
    point: its overlap is 1 with the same point and 0 with everything else.

    Unlike d' it sees a difference in variance, and unlike :func:`separability`'s ``empirical_overlap`` it only sees
    the two moments the loss acts on.

    Example
    -------
    >>> round(gaussian_overlap(0.0, 1.0, 2.0, 1.0), 4)
    0.3173
    """
    if var_a > var_b:
        mean_a, var_a, mean_b, var_b = mean_b, var_b, mean_a, var_a
    if var_b == 0:
        return float(mean_a == mean_b)
    ratio = math.sqrt(var_a / var_b)
    if ratio == 0:
        return 0.0
    shift = (mean_b - mean_a) / math.sqrt(var_b)
    if ratio == 1 and shift == 0:
        return 1.0
    # Crossings in units of the narrower density, without cancellation: (1 - r^2) u^2 + 2 r s u - (s^2 - 2 ln r) = 0.
    curvature = (1 - ratio) * (1 + ratio)
    root = math.sqrt(max(shift**2 - 2 * curvature * math.log(ratio), 0.0))
    q = -(ratio * shift + math.copysign(root, shift))
    far = q / curvature if curvature else math.copysign(math.inf, q)
    low, high = sorted((far, -(shift**2 - 2 * math.log(ratio)) / q))
    inside_wide = _phi(ratio * high - shift) - _phi(ratio * low - shift)
    return min(max(inside_wide + _phi(low) + _phi(-high), 0.0), 1.0)


def _phi(x: float) -> float:
    """Standard normal distribution function."""
    return math.erfc(-x / math.sqrt(2)) / 2


def empirical_overlap(positive: np.ndarray, negative: np.ndarray, bins: int = BINS) -> float:
    """Area below both histograms, in [0, 1]; ``bins`` equal bins from the least to the greatest of all scores.

    Makes no assumption on the shape, but more bins or fewer scores make it smaller.
    """
    span = (min(positive.min(), negative.min()), max(positive.max(), negative.max()))
    shares = [np.histogram(scores, bins=bins, range=span)[0] / scores.size for scores in (positive, negative)]
    return float(np.minimum(*shares).sum())


def roc_auc(positive: np.ndarray, negative: np.ndarray) -> float:
    """Chance that a positive cell scores above a negative one, ties counting half, in [0, 1] (Mann-Whitney U)."""
    ordered = np.sort(negative, axis=None)
    below = np.searchsorted(ordered, positive, side="left") + np.searchsorted(ordered, positive, side="right")
    return float(below.mean() / (2 * ordered.size))


def separability(scores: np.ndarray, labels: np.ndarray, bins: int = BINS) -> dict[str, float]:
    """Separation of positive and negative cells over many score maps.

    Parameters
    ----------
    scores : float ``(N, H, W)`` score maps, unit of the loss; at least one map.
    labels : ``(H, W)``, +1 positive, -1 negative, 0 ignored; the same for all maps.
    bins : bins of the histograms behind ``empirical_overlap``.

    Returns
    -------
    dict of float: ``pos_mean, pos_var, neg_mean, neg_var`` (population variance), ``gaussian_overlap`` [0, 1],
    ``empirical_overlap`` [0, 1], ``dprime`` [0, inf] = abs(mean+ - mean-) / sqrt((var+ + var-) / 2), ``roc_auc``
    [0, 1], and ``hard_violation`` [0, 1], the share of maps whose best negative scores at least as high as their worst
    positive (l_hard of GSL without its alpha is not below 0 there).

    Raises
    ------
    DivergedError : a score is not finite.
    ValueError : the labels have no positive or no negative cell.
    """
    scores, labels = np.asarray(scores, dtype=np.float64), np.asarray(labels)
    positive, negative = scores[:, labels == 1], scores[:, labels == -1]
    if positive.size == 0 or negative.size == 0:
        raise ValueError("separability needs maps with positive and negative cells; check the labels")
    if not (np.isfinite(positive).all() and np.isfinite(negative).all()):
        raise DivergedError("score maps hold NaN or infinity; train this run again with a lower learning rate")
    moments = {
        "pos_mean": float(positive.mean()),
        "pos_var": float(positive.var()),
        "neg_mean": float(negative.mean()),
        "neg_var": float(negative.var()),
    }
    gap = abs(moments["pos_mean"] - moments["neg_mean"])
    spread = math.sqrt((moments["pos_var"] + moments["neg_var"]) / 2)
    return {
        **moments,
        "gaussian_overlap": gaussian_overlap(*moments.values()),
        "empirical_overlap": empirical_overlap(positive, negative, bins),
        "dprime": gap / spread if spread else (math.inf if gap else 0.0),
        "roc_auc": roc_auc(positive, negative),
        "hard_violation": float((negative.max(axis=1) >= positive.min(axis=1)).mean()),
    }
