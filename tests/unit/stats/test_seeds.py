"""Intervals over seeds alone."""

import numpy as np
import pytest

from siamloss.config import StatsConfig
from siamloss.stats.seeds import mean_over_seeds

STATS = StatsConfig(draws=5000)


def test_width_is_that_of_a_t_interval():
    values = np.array([0.1, 0.3, 0.2, 0.25, 0.15, 0.2])
    mean, low, high = mean_over_seeds(values, STATS)
    assert mean == pytest.approx(0.2)
    assert high - low == pytest.approx(2 * 2.570582 * values.std(ddof=1) / np.sqrt(6), rel=1e-6)


def test_two_seeds_say_very_little():
    mean, low, high = mean_over_seeds(np.array([0.10, 0.12]), STATS)
    assert (mean, low, high) == pytest.approx((0.11, 0.11 - 12.7062 * 0.01, 0.11 + 12.7062 * 0.01), rel=1e-4)


def test_one_seed_and_what_is_not_finite_have_no_interval():
    assert mean_over_seeds(np.array([0.4]), STATS)[0] == 0.4
    for values in ([0.4], [0.4, np.nan], [0.4, np.inf], []):
        assert np.isnan(mean_over_seeds(np.array(values), STATS)[1:]).all()


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(0).random(6)
    assert mean_over_seeds(values, STATS) == mean_over_seeds(values, STATS)
    assert mean_over_seeds(values, STATS) != mean_over_seeds(values, StatsConfig(draws=5000, seed=1))
    assert mean_over_seeds(np.full(6, 0.5), STATS) == pytest.approx((0.5, 0.5, 0.5))
