"""The permutation test over sequences: known values, pairing, weights, size."""

import itertools

import numpy as np
import pytest

from siamloss.stats import permutation_p, sign_flip_p


@pytest.mark.parametrize("seed", range(4))
def test_with_equal_weights_it_is_the_sign_flip_test_over_sequences(seed):
    own, base = np.random.default_rng(seed).random((2, 3, 9))
    assert permutation_p(own, base) == sign_flip_p((own - base).mean(axis=0))
    assert permutation_p(own, base, 5 * np.ones((3, 9)), 5 * np.ones((3, 9))) == permutation_p(own, base)


def test_weights_decide_which_sequence_counts():
    """Sums of (+800, -.1, -.1) and of (+.8, -.1, -100): 8 of 8 and 6 of 8 sign patterns are at least as large."""
    own, base, weights = np.array([0.9, 0.1, 0.2]), np.array([0.1, 0.2, 0.3]), np.array([1000.0, 1.0, 1.0])
    assert permutation_p(own, base, weights, weights) == 1.0
    assert permutation_p(own, base, weights[::-1], weights[::-1]) == 6 / 8
    assert permutation_p(own, base) == 1.0


def test_seeds_are_swapped_together():
    """Six seeds that agree on three sequences are three sequences, not eighteen."""
    own = np.tile([0.5, 0.6, 0.7], (6, 1))
    assert permutation_p(own, own - 0.1) == 2 / 8


@pytest.mark.parametrize("pattern", ["even", "wild"])
def test_size_is_at_most_nominal_given_the_scores(pattern):
    rng = np.random.default_rng(1)
    first, second = rng.random((2, 2, 7)) * (1 if pattern == "even" else 10.0 ** np.arange(7))
    weights = rng.integers(1, 9, (2, 7)).astype(float)
    p = []
    for swaps in itertools.product((False, True), repeat=7):
        own, base = np.where(swaps, second, first), np.where(swaps, first, second)
        p.append(permutation_p(own, base, weights, weights))
    for alpha in (*np.unique(p), 0.05, 0.1):
        assert (np.array(p) <= alpha).mean() <= alpha


def test_many_sequences_are_drawn_with_a_fixed_seed():
    rng = np.random.default_rng(2)
    own, base = rng.random((2, 40)) + np.array([[0.1], [0.0]])
    first, again, other = (permutation_p(own, base, seed=seed, draws=1999) for seed in (0, 0, 1))
    assert first == again != other
    assert permutation_p(base + 1, base, draws=1999) == 1 / 2000
    assert permutation_p(base, base, draws=1999) == 1.0


def test_values_without_weight_do_not_matter_and_nothing_is_refused():
    own, base = np.array([0.5, 0.6, np.nan]), np.array([0.4, 0.4, 0.1])
    weights = np.array([1.0, 1.0, 0.0])
    assert permutation_p(own, base, weights, weights) == permutation_p(own[:2], base[:2])
    for values, mass in ((own[:0], weights[:0]), (own, 0 * weights)):
        with pytest.raises(ValueError, match="at least one sequence, and weight in every run"):
            permutation_p(values, values, mass, mass)
