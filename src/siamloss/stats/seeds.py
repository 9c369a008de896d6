"""A quantity with one value per run, such as the overlap of its score distributions, over seeds."""

import numpy as np

from siamloss.config import StatsConfig
from siamloss.stats.bootstrap import resample
from siamloss.stats.components import calibrated_interval, spread


def mean_over_seeds(values: np.ndarray, stats: StatsConfig) -> tuple[float, float, float]:
    """Mean and its bootstrap interval over seeds.

    Parameters
    ----------
    values : float ``(S,)``, one per seed: a quantity, or its paired difference between two variants.
    stats : ``draws``, ``level`` and ``seed`` of the interval.

    Returns
    -------
    ``(mean, low, high)``; the interval has the width of a t interval with S - 1 degrees of freedom, and is NaN for a
    single seed or where a value is not finite. It says nothing about other scenes: all seeds are measured on the same.
    """
    values = np.asarray(values, dtype=np.float64)
    mean = float(values.mean()) if values.size else np.nan
    if values.size < 2 or not np.isfinite(values).all():
        return mean, np.nan, np.nan
    draws = resample("seeds", stats.seed, stats.draws, values.size, 1).seeds @ values / values.size
    return mean, *calibrated_interval(draws, mean, spread(values[:, None]), stats.level)
