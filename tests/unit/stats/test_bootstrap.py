"""The hierarchical bootstrap: means against loops, paired draws."""

import numpy as np
import pytest

from siamloss.stats.bootstrap import Resamples, bootstrap_means, interval, resample, seed_means


def loop_mean(values, weights, seed_counts, sequence_counts):
    """Lay the drawn runs out one by one and average."""
    means = []
    for row, times in enumerate(seed_counts):
        drawn = [(values[row, q], weights[row, q]) for q, count in enumerate(sequence_counts) for _ in range(count)]
        total = sum(w for _, w in drawn)
        mean = sum(v * w for v, w in drawn if w) / total if total else np.nan
        means += [mean] * times
    return sum(means) / len(means)


def random_runs(seed, seeds=4, sequences=7):
    rng = np.random.default_rng(seed)
    values, weights = rng.random((seeds, sequences)), rng.integers(0, 5, (seeds, sequences)).astype(float)
    return np.where(weights > 0, values, np.nan), weights


@pytest.mark.parametrize("seed", range(5))
def test_draws_equal_a_plain_loop(seed):
    values, weights = random_runs(seed)
    resamples = resample("otb", seed, 40, *values.shape)
    found = bootstrap_means(values, weights, resamples)
    expected = [
        loop_mean(values, weights, s, q)
        for s, q in zip(resamples.seeds.astype(int), resamples.sequences.astype(int), strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_the_identity_draw_is_the_mean():
    values, weights = random_runs(3)
    whole = Resamples(np.ones((1, 4), int), np.ones((1, 7), int))
    assert bootstrap_means(values, weights, whole)[0] == pytest.approx(seed_means(values, weights).mean(), abs=1e-15)


def test_seed_means_by_hand():
    values = np.array([[1.0, 4.0], [np.nan, 2.0], [np.nan, np.nan]])
    weights = np.array([[1.0, 2.0], [0.0, 5.0], [0.0, 0.0]])
    np.testing.assert_array_equal(seed_means(values, weights), [3.0, 2.0, np.nan])


def test_a_draw_without_weight_is_nan_and_left_out_of_the_interval():
    values, weights = np.array([[0.5, np.nan]]), np.array([[3.0, 0.0]])
    draws = bootstrap_means(values, weights, Resamples(np.ones((2, 1), int), np.array([[1, 1], [0, 2]])))
    np.testing.assert_array_equal(draws, [0.5, np.nan])
    assert interval(draws, 0.95) == (0.5, 0.5)
    assert np.isnan(interval(draws[1:], 0.95)).all()


def test_counts_are_those_of_drawing_with_replacement():
    resamples = resample("otb", 0, 4000, 6, 10)
    assert resamples.seeds.shape == (4000, 6)
    assert resamples.sequences.shape == (4000, 10)
    assert (resamples.seeds.sum(axis=1) == 6).all()
    assert (resamples.sequences.sum(axis=1) == 10).all()
    assert resamples.sequences.mean(axis=0) == pytest.approx(np.ones(10), abs=0.06)
    assert resamples.sequences.var(axis=0) == pytest.approx(np.full(10, 0.9), abs=0.1)


def test_the_stream_depends_on_seed_and_benchmark_only():
    first = resample("otb", 0, 50, 6, 10)
    again = resample("otb", 0, 50, 6, 10)
    np.testing.assert_array_equal(first.seeds, again.seeds)
    np.testing.assert_array_equal(first.sequences, again.sequences)
    np.testing.assert_array_equal(first.sequences, resample("otb", 0, 50, 3, 10).sequences)
    assert (first.sequences != resample("vot", 0, 50, 6, 10).sequences).any()
    assert (first.sequences != resample("otb", 1, 50, 6, 10).sequences).any()


def test_interval_is_the_percentile_interval():
    low, high = interval(np.arange(101.0), 0.9)
    assert (low, high) == (pytest.approx(5.0), pytest.approx(95.0))


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_interval_is_that_of_numpy(level):
    draws = np.random.default_rng(0).normal(size=257)
    draws[[3, 200]] = np.nan
    expected = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2])
    assert interval(draws, level) == pytest.approx(tuple(expected), abs=1e-15)
