"""Holm's correction by hand, and how many seeds it costs."""

import numpy as np
import pytest

from siamloss.stats import fewest_pairs, holm, sign_flip_p


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        ([], []),
        ([0.04], [0.04]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.04, 0.01, 0.03], [0.06, 0.03, 0.06]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.02, np.nan, 0.01, np.nan], [0.02, np.nan, 0.02, np.nan]),
        ([np.nan], [np.nan]),
        ([1 / 32] * 3, [3 / 32] * 3),
    ],
    ids=["none", "one", "rising", "shuffled", "capped", "untested", "all-untested", "ties"],
)
def test_by_hand(p, expected):
    np.testing.assert_allclose(holm(np.array(p, dtype=float)), expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("family", [1, 2, 6, 42, 63])
def test_with_fewer_pairs_no_outcome_of_the_family_gets_a_star(family):
    enough = fewest_pairs(family)
    for pairs, starred in ((enough, True), (enough - 1, False)):
        best = holm(np.array([sign_flip_p(np.ones(pairs))] + [1.0] * (family - 1)))
        assert bool(best.min() < 0.05) is starred
