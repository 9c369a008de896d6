"""The exact sign-flip test against brute force and values known by hand."""

import itertools

import numpy as np
import pytest

from siamloss.stats.signflip import FEWEST_PAIRS, flipped_p, sign_flip_p


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


@pytest.mark.parametrize("shape", ["even", "wild", "ties"])
def test_size_is_at_most_nominal_given_the_sizes_of_the_differences(shape):
    """Under the null all sign patterns are equally likely: of their 256 p values at most a share alpha is <= alpha."""
    sizes = {"even": np.linspace(1, 2, 8), "wild": 10.0 ** np.arange(8), "ties": np.ones(8)}[shape]
    p = np.array([sign_flip_p(sizes * signs) for signs in itertools.product((1, -1), repeat=8)])
    for alpha in np.unique(p):
        assert (p <= alpha).mean() <= alpha
    for alpha in (0.01, 0.05, 0.1):
        assert (p <= alpha).mean() <= alpha


def test_twenty_pairs_are_enumerated_and_more_are_drawn():
    assert sign_flip_p(np.ones(20)) == 2 / 2**20
    assert sign_flip_p(np.ones(21), draws=999) == 1 / 1000
    assert sign_flip_p(np.zeros(21), draws=999) == 1.0


def test_drawn_flips_agree_with_all_of_them():
    differences = np.random.default_rng(3).normal(0.35, 1, 18)
    exact = sign_flip_p(differences)

    def drawn(draws):
        def statistic(flips):
            return differences.sum() - 2 * (flips[:, :18] @ differences)

        return flipped_p(statistic, 21, 0.0, 0, draws)  # three pairs that make no difference

    assert drawn(99_999) == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 99_999))


def test_the_same_seed_gives_the_same_p():
    differences = np.random.default_rng(4).normal(0.3, 1, 40)
    first, again, other = (sign_flip_p(differences, seed, 4999) for seed in (0, 0, 1))
    assert first == again != other
    assert sign_flip_p(differences[:8], 0) == sign_flip_p(differences[:8], 1)


@pytest.mark.parametrize("differences", [[], [0.1, np.nan]])
def test_nothing_and_nan_are_refused(differences):
    with pytest.raises(ValueError, match="at least one difference and no NaN"):
        sign_flip_p(differences)
