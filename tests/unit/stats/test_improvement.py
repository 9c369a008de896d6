"""The probability of improvement by hand; loops and draws are in tests/reference."""

import numpy as np
import pytest

from siamloss.stats.bootstrap import resample
from siamloss.stats.improvement import (
    bootstrap_improvement,
    improvement_cells,
    probability_of_improvement,
    stratified_improvement,
    wins,
)


@pytest.mark.parametrize(
    ("own", "base", "expected"),
    [
        ([[1.0, 1.0]], [[0.0, 0.0]], 1.0),
        ([[1.0, 0.0]], [[0.0, 1.0]], 0.5),
        ([[0.5, 0.5]], [[0.5, 0.5]], 0.5),
        ([[0.5, 0.6]], [[0.4, 0.6], [0.3, 0.7]], 0.625),
        ([[0.9, np.nan]], [[0.1, 0.5]], 1.0),
        ([[np.nan]], [[0.1]], np.nan),
    ],
    ids=["always", "one-each", "ties", "two-runs", "hole", "nothing"],
)
def test_by_hand(own, base, expected):
    assert probability_of_improvement(np.array(own), np.array(base)) == pytest.approx(expected, nan_ok=True)


def test_it_counts_how_often_and_not_by_how_much():
    base = np.random.default_rng(0).random((3, 5))
    assert probability_of_improvement(base[:1] + 1e-3, base[:1]) == 1.0
    assert probability_of_improvement(10 * base, 10 * base[::-1]) == probability_of_improvement(base, base[::-1])


def test_what_always_wins_has_no_uncertainty():
    base = np.random.default_rng(1).random((4, 6))
    won = wins(base + 2, base)
    np.testing.assert_allclose(bootstrap_improvement(won, resample("x", 0, 50, 4, 6)), 1.0)
    np.testing.assert_allclose(stratified_improvement(won, 0, 50), 1.0)
    np.testing.assert_allclose(improvement_cells(won), 1.0)


def test_draws_repeat_and_holes_do_not_spread():
    rng = np.random.default_rng(2)
    own, base = rng.random((2, 4, 6))
    own[1, 3] = np.nan
    won, resamples = wins(own, base), resample("x", 0, 200, 4, 6)
    first, again = (stratified_improvement(won, 3, 200) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    draws = bootstrap_improvement(won, resamples)
    assert np.isfinite(draws).all()
    assert improvement_cells(won).mean() == pytest.approx(probability_of_improvement(own, base))
    assert draws.mean() == pytest.approx(probability_of_improvement(own, base), abs=0.05)
