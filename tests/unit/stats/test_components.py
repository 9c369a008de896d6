"""Standard errors and calibrated intervals: special cases by hand; loops in tests/reference, coverage in simulation."""

import math

import numpy as np
import pytest

from siamloss.stats.components import Spread, calibrated_interval, linear_cells, spread


def test_one_seed_or_one_sequence_is_a_plain_standard_error():
    values = np.array([0.2, 0.5, 0.9, 0.4])
    expected = values.std(ddof=1) / 2
    for cells in (values[None], values[:, None]):
        assert spread(cells).error == pytest.approx(expected)
        assert spread(cells).df == 3
    assert math.isnan(spread(np.array([[0.3]])).error)


def test_seeds_alone_have_the_freedom_of_seeds():
    """Sequences that do not differ: 6 seeds are 6 values, whatever the number of sequences."""
    seeds = np.random.default_rng(0).normal(size=(6, 1))
    found = spread(np.repeat(seeds, 50, axis=1))
    assert found.error == pytest.approx(seeds.std(ddof=1) / math.sqrt(6))
    assert found.df == pytest.approx(5)


def test_no_variance_is_no_error():
    assert spread(np.full((4, 5), 0.25)) == Spread(0.0, math.inf)
    assert math.isnan(spread(np.full((4, 5), np.nan)).error)


def test_equal_weights_leave_the_values():
    values = np.random.default_rng(1).random((3, 4))
    np.testing.assert_allclose(linear_cells(values, np.full((3, 4), 7.0)), values, rtol=0, atol=1e-15)
    assert np.isnan(linear_cells(values, np.zeros((3, 4)))).all()


def test_normal_draws_give_the_t_interval():
    draws = np.random.default_rng(2).normal(10, 0.3, 200_000)
    low, high = calibrated_interval(draws, 10.0, Spread(2.0, 5.0), 0.95)
    assert (low, high) == (pytest.approx(10 - 2 * 2.570582, abs=0.05), pytest.approx(10 + 2 * 2.570582, abs=0.05))
    low, high = calibrated_interval(draws, 10.0, Spread(2.0, math.inf), 0.9)
    assert high - low == pytest.approx(4 * 1.644854, abs=0.05)


def test_the_shape_of_the_draws_is_kept():
    draws = np.random.default_rng(3).exponential(size=50_000)
    low, high = calibrated_interval(draws, 1.0, Spread(1.0, math.inf), 0.95)
    assert high - 1.0 > 2 * (1.0 - low)


def test_bounds_and_what_has_no_interval():
    draws = np.linspace(0, 2, 101)
    assert calibrated_interval(draws, 1.0, Spread(5.0, 3), 0.95, (0.0, 1.5)) == (0.0, 1.5)
    assert np.isnan(calibrated_interval(draws, 1.0, Spread(math.nan, math.nan), 0.5)).all(), "no standard error"
    assert np.isnan(calibrated_interval(draws, math.nan, Spread(1.0, 3), 0.5)).all(), "no estimate"
    assert np.isnan(calibrated_interval(np.full(3, np.nan), 1.0, Spread(1.0, 3), 0.95)).all()
    assert calibrated_interval(np.full(9, 0.7), 0.7, Spread(0.0, math.inf), 0.95) == pytest.approx((0.7, 0.7))
