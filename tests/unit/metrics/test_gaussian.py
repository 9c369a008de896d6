"""Common area of two Gaussians and fit of one, on cases known by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamloss.metrics.gaussian import gaussian_fit, gaussian_overlap


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((0, 1, 0, 1), 1.0),
        ((0, 1, 2, 1), 0.31731050786291415),
        ((5, 4, 1, 4), 0.31731050786291415),
        ((0, 0, 0, 0), 1.0),
        ((0, 0, 1, 0), 0.0),
        ((0, 0, 0, 1), 0.0),
        ((0, 1, 0, 0), 0.0),
        ((0, 1e-300, 0, 1e300), 0.0),
        ((0, 1, 1e6, 1), 0.0),
    ],
    ids=["same", "one-sigma-each", "scaled", "points", "two-points", "point-a", "point-b", "underflow", "far"],
)
def test_gaussian_overlap_by_hand(arguments, expected):
    assert gaussian_overlap(*arguments) == pytest.approx(expected, abs=1e-15)


def test_gaussian_overlap_of_concentric_densities():
    """Equal means, deviations 1 and 2: crossings at +-sqrt(8 ln 2 / 3)."""
    crossing = math.sqrt(8 * math.log(2) / 3)
    expected = math.erf(crossing / 2 / math.sqrt(2)) + math.erfc(crossing / math.sqrt(2))
    assert gaussian_overlap(3, 1, 3, 4) == pytest.approx(expected, abs=1e-15)


finite = st.floats(-1e3, 1e3)
variance = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))


@settings(deadline=None, derandomize=True)
@given(finite, variance, finite, variance)
def test_gaussian_overlap_is_symmetric_and_a_share(mean_a, var_a, mean_b, var_b):
    value = gaussian_overlap(mean_a, var_a, mean_b, var_b)
    assert 0.0 <= value <= 1.0
    assert value == pytest.approx(gaussian_overlap(mean_b, var_b, mean_a, var_a), abs=1e-9)
    assert value == pytest.approx(gaussian_overlap(-mean_a, var_a, -mean_b, var_b), abs=1e-9)


@settings(deadline=None, derandomize=True)
@given(finite, st.floats(1e-3, 1e3), st.floats(0, 100), st.floats(-1e-9, 1e-9))
def test_gaussian_overlap_is_continuous_where_the_variances_meet(mean, var, gap, nudge):
    equal = gaussian_overlap(mean, var, mean + gap, var)
    assert gaussian_overlap(mean, var * (1 + nudge), mean + gap, var) == pytest.approx(equal, abs=1e-8)


EVEN = (np.arange(100_000) + 0.5) / 100_000


@pytest.mark.parametrize(
    ("scores", "ks", "skew", "kurtosis"),
    [
        (EVEN, 0.0572, 0.0, -1.2),
        (-np.log(EVEN), 0.1587, 2.0, 6.0),
        (np.log(EVEN), 0.1587, -2.0, 6.0),
        (np.array([-1.0, 1.0]), 0.3413, 0.0, -2.0),
        (np.array([0.0, 0.0, 0.0, 1.0]), 0.75 - 0.2819, 2 / math.sqrt(3), 4 / 3 - 2),
    ],
    ids=["uniform", "exponential", "mirrored", "two-points", "tied"],
)
def test_fit_of_known_shapes(scores, ks, skew, kurtosis):
    found = gaussian_fit(scores)
    assert list(found) == ["ks", "skew", "kurtosis"]
    assert found["ks"] == pytest.approx(ks, abs=2e-4)
    assert found["skew"] == pytest.approx(skew, abs=2e-3)
    assert found["kurtosis"] == pytest.approx(kurtosis, abs=3e-2)  # the sampled tail ends


def test_a_gaussian_fits_a_gaussian_the_better_the_more_scores_there_are():
    draws = np.random.default_rng(0).normal(3, 2, 40_000)
    few, many = gaussian_fit(draws[:100]), gaussian_fit(draws)
    assert many["ks"] < 0.01 < few["ks"]
    assert abs(many["skew"]) < 0.05
    assert abs(many["kurtosis"]) < 0.1


@pytest.mark.parametrize("scores", [np.full(7, 0.1), np.array([3.0]), np.array([1e-200, 0.0])])
def test_scores_without_variance_are_a_point(scores):
    assert gaussian_fit(scores) == {"ks": 0.0, "skew": 0.0, "kurtosis": 0.0}


def test_fit_does_not_depend_on_shape_order_or_scale():
    scores = np.random.default_rng(1).gumbel(size=(5, 6))
    expected = gaussian_fit(scores)
    assert gaussian_fit(scores[::-1].ravel()) == expected
    assert gaussian_fit(scores * 1e-3 + 40) == pytest.approx(expected, rel=1e-9)
    mirrored = gaussian_fit(-scores)
    assert mirrored["ks"] == pytest.approx(expected["ks"], rel=1e-12)
    assert mirrored["skew"] == pytest.approx(-expected["skew"], rel=1e-9)
