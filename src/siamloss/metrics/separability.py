"""How well the scores of positive and negative cells are separated: the poster's blue area, measured.

All quantities are over cells with label +1 or -1, pooled over maps, except ``hard_violation``, which is per map. The
overlaps, d', AUC, violations and the fit of a Gaussian do not change when all scores are shifted or scaled by a
positive factor, so losses with different score scales can be compared; means and variances can not.
"""

import math

import numpy as np

from siamloss.errors import DivergedError
from siamloss.metrics.gaussian import gaussian_fit, gaussian_overlap

BINS = 100
QUANTITIES = (
    *("pos_mean", "pos_var", "neg_mean", "neg_var", "gaussian_overlap", "empirical_overlap"),
    *("dprime", "roc_auc", "hard_violation"),
    *("pos_ks", "pos_skew", "pos_kurtosis", "neg_ks", "neg_skew", "neg_kurtosis"),
)
"""What :func:`separability` returns, in its order."""


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
    dict of float, by :data:`QUANTITIES`: ``pos_mean, pos_var, neg_mean, neg_var`` (population variance),
    ``gaussian_overlap`` [0, 1], ``empirical_overlap`` [0, 1], ``roc_auc`` [0, 1], ``dprime`` [0, inf] =
    abs(mean+ - mean-) / sqrt((var+ + var-) / 2), and ``hard_violation`` [0, 1], the share of maps whose best negative
    scores at least as high as their worst positive (l_hard of GSL without its alpha is not below 0 there). Of each
    class ``pos_ks, pos_skew, pos_kurtosis, neg_ks, ...``: how well a Gaussian fits
    (:func:`siamloss.metrics.gaussian.gaussian_fit`).

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
    sides = {"pos": positive, "neg": negative}
    moments = {f"{name}_{key}": float(getattr(side, key)()) for name, side in sides.items() for key in ("mean", "var")}
    fits = {f"{name}_{key}": value for name, side in sides.items() for key, value in gaussian_fit(side).items()}
    gap = abs(moments["pos_mean"] - moments["neg_mean"])
    spread = math.sqrt((moments["pos_var"] + moments["neg_var"]) / 2)
    return {
        **moments,
        "gaussian_overlap": gaussian_overlap(*moments.values()),
        "empirical_overlap": empirical_overlap(positive, negative, bins),
        "dprime": gap / spread if spread else (math.inf if gap else 0.0),
        "roc_auc": roc_auc(positive, negative),
        "hard_violation": float((negative.max(axis=1) >= positive.min(axis=1)).mean()),
        **fits,
    }
