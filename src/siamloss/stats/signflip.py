"""Exact paired sign-flip test."""

import numpy as np

from siamloss.errors import ConfigError

MOST_PAIRS = 20
FEWEST_PAIRS = 6
"""With fewer pairs no outcome has a two-sided p below 0.05: the least is 2 / 2**n, 0.031 for 6 and 0.063 for 5."""


def sign_flip_p(differences: np.ndarray) -> float:
    """Two-sided p of the hypothesis that paired differences are symmetric around 0.

    All 2**n ways to flip the signs are enumerated; p is the share of them whose absolute mean is at least the observed
    one. Unlike Wilcoxon's signed-rank test it uses the sizes of the differences, unlike the t test it assumes no shape.

    Parameters
    ----------
    differences : float ``(n,)``, one per seed, 1 <= n <= 20; not NaN.

    Returns
    -------
    float in [2 / 2**n, 1]; 1 when all differences are 0.

    Raises
    ------
    ConfigError : more than 20 differences.
    ValueError : none, or NaN among them.

    Source
    ------
    Fisher 1935, "The Design of Experiments", section 21.

    Example
    -------
    >>> sign_flip_p([0.01, 0.02, 0.01, 0.03, 0.02, 0.01]) == 2 / 64
    True
    """
    differences = np.asarray(differences, dtype=np.float64)
    if differences.size > MOST_PAIRS:
        raise ConfigError(
            f"the exact sign-flip test takes at most {MOST_PAIRS} seeds, not {differences.size}; list fewer 'seeds'"
        )
    if differences.size == 0 or np.isnan(differences).any():
        raise ValueError("the sign-flip test needs at least one difference and no NaN")
    # A flip of all signs leaves the absolute sum, so half of the flips are enough.
    sums = differences[:1]
    for difference in differences[1:]:
        sums = np.concatenate([sums + difference, sums - difference])
    tolerance = 1e-12 * np.abs(differences).sum()
    return float((np.abs(sums) >= abs(differences.sum()) - tolerance).mean())
