"""The exact sign-flip test against brute force and values known by hand."""

import itertools

import numpy as np
import pytest

from siamloss.errors import ConfigError
from siamloss.stats.signflip import FEWEST_PAIRS, sign_flip_p


def brute_force(differences):
    """Count all sign patterns, one by one, in exact integers."""
    observed = abs(sum(differences))
    patterns = list(itertools.product((1, -1), repeat=len(differences)))
    hits = sum(abs(sum(s * d for s, d in zip(signs, differences, strict=True))) >= observed for signs in patterns)
    return hits / len(patterns)


@pytest.mark.parametrize("count", range(1, 11))
@pytest.mark.parametrize("seed", range(5))
def test_equals_brute_force_with_many_ties(count, seed):
    differences = np.random.default_rng([count, seed]).integers(-4, 6, count).tolist()
    assert sign_flip_p(differences) == brute_force(differences)


@pytest.mark.parametrize("seed", range(5))
def test_equals_brute_force_on_decimals(seed):
    thousandths = np.random.default_rng(seed).integers(-30, 40, 8).tolist()
    assert sign_flip_p(np.array(thousandths) / 1000) == brute_force(thousandths)


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ([0.01, 0.02, 0.01, 0.03, 0.02, 0.01], 2 / 64),
        ([-0.01, -0.02, -0.01, -0.03, -0.02, -0.01], 2 / 64),
        ([1, 1, 1, 1, 1, -1], 14 / 64),
        ([1, 2, 4], 2 / 8),
        ([-1, 2, 4], 4 / 8),
        ([3, -3], 1.0),
        ([0, 0, 0], 1.0),
        ([0.1], 1.0),
    ],
    ids=["all-up", "all-down", "one-down", "powers", "powers-flipped", "balanced", "zeros", "single"],
)
def test_by_hand(differences, expected):
    assert sign_flip_p(differences) == expected


def test_rounding_does_not_hide_a_tie():
    """In floats 0.1 + 0.2 > 0.3, yet both signs of the last give |sum| = 0.6 or 0 exactly."""
    assert sign_flip_p([0.1, 0.2, 0.3]) == 2 / 8
    assert sign_flip_p([0.1, 0.2, -0.3]) == 1.0


def test_six_is_the_fewest_that_can_be_significant():
    assert sign_flip_p(np.ones(FEWEST_PAIRS)) < 0.05 < sign_flip_p(np.ones(FEWEST_PAIRS - 1))


def test_order_and_unit_do_not_matter():
    differences = np.random.default_rng(0).normal(0.3, 1, 12)
    expected = sign_flip_p(differences)
    assert sign_flip_p(differences[::-1]) == sign_flip_p(-differences) == sign_flip_p(differences * 1e-6) == expected


def test_holds_its_level():
    """Under the null at most a share alpha of the p values is at or below alpha."""
    rng = np.random.default_rng(5)
    p = np.array([sign_flip_p(rng.normal(size=8)) for _ in range(2000)])
    for alpha in (0.05, 0.2, 0.5):
        assert abs((p <= alpha).mean() - np.floor(alpha * 128) / 128) < 0.03


def test_twenty_pairs_are_enumerated_and_more_are_refused():
    assert sign_flip_p(np.ones(20)) == 2 / 2**20
    with pytest.raises(ConfigError, match="at most 20 seeds, not 21"):
        sign_flip_p(np.ones(21))


@pytest.mark.parametrize("differences", [[], [0.1, np.nan]])
def test_nothing_and_nan_are_refused(differences):
    with pytest.raises(ValueError, match="at least one difference and no NaN"):
        sign_flip_p(differences)
