"""Counter-based randomness."""

import numpy as np

from siamloss.pairs.counter import permutation, random_bits, uniform


def test_values_depend_on_every_counter_and_their_order():
    values = {int(random_bits(*counters)) for counters in [(0, 0), (0, 1), (1, 0), (1, 1), (0,), (0, 0, 0)]}
    assert len(values) == 6


def test_vector_equals_scalars():
    vector = uniform(3, np.arange(5), 7)
    assert vector.tolist() == [float(uniform(3, i, 7)) for i in range(5)]


def test_what_draws_share_can_be_absorbed_once():
    shared = random_bits(3, 1, np.arange(5))
    for last in (0, 7):
        assert uniform(last, start=shared).tolist() == uniform(3, 1, np.arange(5), last).tolist()


def test_uniform_is_uniform_and_uncorrelated():
    draws = uniform(1, np.arange(20000)[:, None], np.arange(2))
    assert draws.min() >= 0
    assert draws.max() < 1
    counts = np.histogram(draws, bins=20, range=(0, 1))[0]
    expected = draws.size / 20
    assert ((counts - expected) ** 2 / expected).sum() < 43.8, "chi-square, 19 degrees of freedom, p = .001"
    assert abs(np.corrcoef(draws.T)[0, 1]) < 0.03


def test_permutation_is_one():
    first, second = permutation(50, 0, 1), permutation(50, 0, 2)
    assert sorted(first) == list(range(50))
    assert first.tolist() != second.tolist()
