"""What the intervals and tests promise, measured: 2,000 simulated benchmarks of 6 seeds x 100 sequences.

Scores are crossed: y[s, q] = truth + seed[s] + sequence[q] + rest[s, q], all three random and new in each benchmark.
"""

import math

import numpy as np
import pytest

from siamloss.stats.bootstrap import bootstrap_means, interval, resample
from siamloss.stats.components import calibrated_interval, linear_cells, spread
from siamloss.stats.holm import holm
from siamloss.stats.improvement import (
    bootstrap_improvement,
    improvement_cells,
    stratified_improvement,
    wins,
)
from siamloss.stats.iqm import bootstrap_iqm, interquartile_mean, iqm_cells
from siamloss.stats.permutation import permutation_p
from siamloss.stats.power import detectable_difference
from siamloss.stats.signflip import sign_flip_p

BENCHMARKS, SEEDS, SEQUENCES, LEVEL = 2000, 6, 100, 0.95
DRAWS = resample("simulated", 0, 400, SEEDS, SEQUENCES)
FEWER = resample("simulated", 0, 200, SEEDS, SEQUENCES)
ONES = np.ones((SEEDS, SEQUENCES))


def crossed(seed_sd, sequence_sd, rest_sd, seed, skewed=False, count=BENCHMARKS):
    """Benchmarks ``(S, Q)`` with true mean 0; skewed: a few sequences are far harder than the others."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        sequence = 1 - rng.exponential(size=SEQUENCES) if skewed else rng.normal(size=SEQUENCES)
        yield (rng.normal(0, seed_sd, (SEEDS, 1)) + sequence_sd * sequence + rng.normal(0, rest_sd, (SEEDS, SEQUENCES)))


def mean_interval(values, weights=ONES):
    draws = bootstrap_means(values, weights, DRAWS)
    mean = float(np.average(values, axis=1, weights=weights[0]).mean())
    return calibrated_interval(draws, mean, spread(linear_cells(values, weights)), LEVEL)


def coverage(intervals, truth=0.0):
    return np.mean([low <= truth <= high for low, high in intervals])


MODELS = {
    "seeds": (0.03, 0.0, 0.05, False),
    "sequences": (0.01, 0.2, 0.05, False),
    "both": (0.02, 0.1, 0.1, False),
    "rest": (0.005, 0.03, 0.1, False),
    "skewed": (0.01, 0.2, 0.05, True),
}


@pytest.mark.parametrize("model", MODELS)
def test_intervals_of_a_mean_cover_the_truth(model):
    """A paired difference is the same case: its cells are differences."""
    *sizes, skewed = MODELS[model]
    found = coverage(mean_interval(values) for values in crossed(*sizes, seed=11, skewed=skewed))
    assert 0.93 <= found <= 0.97


def test_intervals_of_a_weighted_mean_cover_the_truth():
    """Sequences of 20 to 1,000 frames, as in GOT-10k's AO."""
    weights = np.broadcast_to(np.random.default_rng(0).uniform(20, 1000, SEQUENCES), (SEEDS, SEQUENCES))
    found = coverage(mean_interval(values, weights) for values in crossed(0.02, 0.1, 0.1, seed=2))
    assert 0.93 <= found <= 0.97


def test_the_plain_percentile_interval_does_not():
    """Why :mod:`siamloss.stats.components` exists; the same benchmarks as above."""
    plain = {
        model: coverage(interval(bootstrap_means(v, ONES, DRAWS), LEVEL) for v in crossed(*sizes, seed=11, count=500))
        for model, (*sizes, _) in MODELS.items()
    }
    assert plain["seeds"] < 0.90
    assert plain["rest"] > 0.97


def test_intervals_of_the_interquartile_mean_cover_the_truth():
    """The scores are symmetric, so the true interquartile mean is 0 too."""

    def found(values):
        estimate = interquartile_mean(values)
        return calibrated_interval(bootstrap_iqm(values, FEWER), estimate, spread(iqm_cells(values)), LEVEL)

    assert 0.93 <= coverage(found(values) for values in crossed(0.02, 0.1, 0.1, seed=3)) <= 0.97


GAIN, SEED_SD, GAIN_SD, REST_SD = 0.02, 0.02, 0.03, 0.05
IMPROVEMENT = 0.5 * (1 + math.erf(GAIN / math.sqrt(2 * (2 * SEED_SD**2 + GAIN_SD**2 + 2 * REST_SD**2))))


def two_losses(seed, count=BENCHMARKS):
    """:func:`wins` of a loss that is better by ``GAIN``, and more so on some sequences than on others."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        base, own = rng.normal(0, SEED_SD, (2, SEEDS, 1)) + rng.normal(0, REST_SD, (2, SEEDS, SEQUENCES))
        sequence = rng.normal(0, 0.2, SEQUENCES)
        yield wins(own + sequence + rng.normal(GAIN, GAIN_SD, SEQUENCES), base + sequence)


def test_intervals_of_the_probability_of_improvement_cover_the_truth():
    def found(won):
        estimate = float(won.mean())
        return calibrated_interval(bootstrap_improvement(won, DRAWS), estimate, spread(improvement_cells(won)), LEVEL)

    assert 0.93 <= coverage((found(won) for won in two_losses(4)), IMPROVEMENT) <= 0.97


def test_the_stratified_bootstrap_is_too_narrow_where_runs_share_their_weights():
    intervals = (interval(stratified_improvement(won, 0, 100), LEVEL) for won in two_losses(4, 100))
    assert coverage(intervals, IMPROVEMENT) < 0.8


@pytest.mark.parametrize("model", ["seeds", "both"])
def test_the_detectable_difference_is_found_four_times_in_five(model):
    """The truth is shifted by what a long series of such benchmarks says is detectable, on average."""
    *sizes, _ = MODELS[model]
    benchmarks = list(crossed(*sizes, seed=5, count=1000))
    detectable = np.sqrt(np.mean([detectable_difference(spread(values)) ** 2 for values in benchmarks]))
    found = np.mean([mean_interval(values + detectable)[0] > 0 for values in benchmarks])
    assert 0.75 <= found <= 0.88


def at_most_nominal(p, level):
    """The share of false alarms may exceed the level by chance only: 3 standard errors of 2,000 draws."""
    share = np.mean(np.asarray(p) <= level)
    assert share <= level + 3 * math.sqrt(level * (1 - level) / BENCHMARKS), share
    return share


@pytest.mark.parametrize("shape", ["normal", "laplace", "standard_cauchy"])
def test_size_of_the_sign_flip_test_over_six_seeds(shape):
    """At six seeds the least p is 2 / 64: one false alarm in 32, not in 20."""
    rng = np.random.default_rng(6)
    p = [sign_flip_p(getattr(rng, shape)(size=SEEDS)) for _ in range(BENCHMARKS)]
    assert at_most_nominal(p, 0.05) > 0.02
    at_most_nominal(p, 0.10)


def test_size_of_the_permutation_test_over_a_hundred_sequences():
    """The two losses differ by chance on each sequence, seeds are anything; hard sequences differ more."""
    rng = np.random.default_rng(7)
    p = []
    for _ in range(BENCHMARKS):
        difference = rng.normal(0, rng.uniform(0.01, 0.2, SEQUENCES), SEQUENCES)
        p.append(permutation_p(difference, np.zeros(SEQUENCES), seed=1, draws=199))
    assert at_most_nominal(p, 0.05) > 0.03
    at_most_nominal(p, 0.20)


def test_size_of_the_random_sign_flips_over_thirty_seeds():
    rng = np.random.default_rng(8)
    p = [sign_flip_p(rng.normal(size=30), draws=199) for _ in range(BENCHMARKS)]
    assert at_most_nominal(p, 0.05) > 0.03


def test_holm_bounds_the_chance_of_a_single_false_star():
    """Ten metrics of the same runs, correlated, none of them different: a star anywhere in at most one table of 20."""
    rng = np.random.default_rng(9)
    least = []
    for _ in range(400):
        shared = rng.normal(size=12)
        p = np.array([sign_flip_p(shared + rng.normal(size=12)) for _ in range(10)])
        least.append((holm(p).min(), p.min()))
    corrected, uncorrected = np.mean(np.array(least) < 0.05, axis=0)
    assert corrected <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
    assert uncorrected > 0.15, "without the correction, false stars abound"
