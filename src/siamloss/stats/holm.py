"""Holm's step-down correction for many tests."""

import numpy as np

LEVEL = 0.05


def holm(p: np.ndarray) -> np.ndarray:
    """Adjust p values so that calling all those at or below a level true is wrong at most that often, for any of them.

    The chance of even one false star in the family is bounded, however the tests depend on each other (metrics of one
    run always do). Unlike Bonferroni's, which multiplies every p by the size of the family, only the least p pays in
    full; unlike Benjamini and Hochberg's it does not accept a share of false stars.

    Parameters
    ----------
    p : float ``(m,)``, the whole family; NaN where no test was made, which does not count.

    Returns
    -------
    float64 ``(m,)`` in [0, 1], never below ``p``; NaN stays.

    Source
    ------
    Holm 1979, "A simple sequentially rejective multiple test procedure".

    Example
    -------
    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p, dtype=np.float64)
    adjusted = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    factors = np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(factors * p[order]), 1.0)
    return adjusted


def fewest_pairs(family: int, level: float = LEVEL) -> int:
    """Paired seeds from which the least corrected p of a family of sign-flip tests can be below ``level``.

    Example
    -------
    >>> fewest_pairs(1), fewest_pairs(2), fewest_pairs(42)
    (6, 7, 11)
    """
    pairs = 1
    while family * 2 / 2**pairs >= level:
        pairs += 1
    return pairs
