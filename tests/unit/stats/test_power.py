"""The detectable difference: known values; that it is found four times in five is in test_simulation."""

import math

import numpy as np
import pytest

from siamloss.stats.components import Spread
from siamloss.stats.power import detectable_difference


@pytest.mark.parametrize(("df", "factor"), [(math.inf, 2.8016), (1e6, 2.8016), (99, 2.8291), (5, 3.5139)])
def test_known_factors(df, factor):
    assert detectable_difference(Spread(0.01, df)) == pytest.approx(0.01 * factor, rel=1e-4)


def test_it_has_the_power_it_says():
    """t tests of normal samples of 6 whose true mean is the detectable difference."""
    rng = np.random.default_rng(0)
    samples = rng.normal(detectable_difference(Spread(1 / math.sqrt(6), 5)), 1, (20_000, 6))
    t = samples.mean(axis=1) / (samples.std(axis=1, ddof=1) / math.sqrt(6))
    assert (np.abs(t) > 2.570582).mean() == pytest.approx(0.8, abs=0.01)


def test_less_is_found_with_more_and_nothing_without_an_error():
    assert detectable_difference(Spread(0.01, 5)) > detectable_difference(Spread(0.01, 50))
    assert detectable_difference(Spread(0.01, 5), power=0.9) > detectable_difference(Spread(0.01, 5))
    assert detectable_difference(Spread(0.0, math.inf)) == 0.0
    assert math.isnan(detectable_difference(Spread(math.nan, math.nan)))
