"""Two Gaussians and their common area, and how well one fits a set of scores: the poster assumes that it does."""

import math

import numpy as np


def normal_below(x: float) -> float:
    """Standard normal distribution function."""
    return math.erfc(-x / math.sqrt(2)) / 2


def gaussian_overlap(mean_a: float, var_a: float, mean_b: float, var_b: float) -> float:
    """Area below both of two normal densities: the integral of their minimum, in [0, 1].

    With equal variances it is 2 Phi(-|mean_a - mean_b| / (2 sigma)); else the densities cross twice and the area is
    summed piece by piece (Inman and Bradley 1989, "The overlapping coefficient"). A density without variance is a
    point: its overlap is 1 with the same point and 0 with everything else.

    Unlike d' it sees a difference in variance, and unlike ``empirical_overlap`` of
    :func:`siamloss.metrics.separability.separability` it only sees the two moments the loss acts on.

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
    inside_wide = normal_below(ratio * high - shift) - normal_below(ratio * low - shift)
    return min(max(inside_wide + normal_below(low) + normal_below(-high), 0.0), 1.0)


def gaussian_fit(scores: np.ndarray) -> dict[str, float]:
    """How far scores are from the normal distribution with their own mean and (population) variance.

    Parameters
    ----------
    scores : float64, any shape, at least one, all finite.

    Returns
    -------
    dict of float: ``ks`` in [0, 1], the Kolmogorov-Smirnov distance: the greatest difference between the shares of
    scores below a threshold in the sample and under the Gaussian; ``skew`` = m3 / m2^1.5, above 0 with a long tail to
    the right; ``kurtosis`` = m4 / m2^2 - 3, the excess over a Gaussian. None depends on the scale of the scores.

    Scores that are all equal are the Gaussian without variance, a point: all three are 0.

    Notes
    -----
    ``ks`` is a distance, not a test: the parameters are fitted to the same scores (Lilliefors 1967) and neighbouring
    cells of a map are not independent, so no p can be read from it. For comparison, with many scores: a uniform
    distribution has .06, an exponential one .16, two equal points .34.
    """
    ordered = np.sort(scores, axis=None).astype(np.float64)
    deviations = ordered - ordered.mean()
    variance = float((deviations**2).mean())
    if ordered[0] == ordered[-1] or variance == 0:
        return {"ks": 0.0, "skew": 0.0, "kurtosis": 0.0}
    standard = deviations / math.sqrt(variance)
    expected = np.fromiter(map(normal_below, standard.tolist()), np.float64, standard.size)
    ranks = np.arange(standard.size + 1) / standard.size
    distance = max((ranks[1:] - expected).max(), (expected - ranks[:-1]).max())
    return {
        "ks": float(distance),
        "skew": float((standard**3).mean()),
        "kurtosis": float((standard**4).mean() - 3.0),
    }
