"""The least difference that an experiment of this size would find."""

import math

from siamloss.stats.components import Spread

POWER = 0.8


def detectable_difference(spread: Spread, level: float = 0.95, power: float = POWER) -> float:
    """True difference whose interval leaves 0 out with probability ``power``.

    Parameters
    ----------
    spread : standard error of the paired difference over seeds and sequences.
    level : of the interval, in (0.5, 1). power : in (0.5, 1).

    Returns
    -------
    float >= 0, unit of the metric: the standard error times the noncentrality at which a t test of its degrees of
    freedom has this power, 2.80 for many seeds and sequences and 3.51 for 5 degrees. NaN without a standard error.

    Notes
    -----
    It says how large an effect had to be to be found, before or without regard to the difference that was found:
    "power at the observed effect" would only restate p. An observed difference can be below it and significant.

    Source
    ------
    Cohen 1988, "Statistical Power Analysis", chapter 2, with the noncentral t distribution.

    Example
    -------
    >>> round(detectable_difference(Spread(0.0065, 99)), 4)
    0.0184
    """
    from scipy.special import nctdtrinc, ndtri, stdtrit

    if not math.isfinite(spread.error):
        return math.nan
    tail = (1 + level) / 2
    if math.isinf(spread.df):
        return spread.error * float(ndtri(tail) + ndtri(power))
    return spread.error * float(nctdtrinc(spread.df, 1 - power, stdtrit(spread.df, tail)))
