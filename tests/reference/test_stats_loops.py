"""Every statistic against a plain loop that lays out what the vectorised code only counts."""

import itertools
import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamloss.config import StatsConfig
from siamloss.stats.bootstrap import resample
from siamloss.stats.components import linear_cells, spread
from siamloss.stats.holm import holm
from siamloss.stats.improvement import (
    bootstrap_improvement,
    improvement_cells,
    probability_of_improvement,
    stratified_improvement,
    wins,
)
from siamloss.stats.iqm import bootstrap_iqm, interquartile_mean, iqm_cells
from siamloss.stats.permutation import permutation_p
from siamloss.stats.summary import summarise


def loop_iqm(values):
    values = sorted(values)
    cut = math.floor(len(values) / 4)
    return sum(values[cut : len(values) - cut]) / (len(values) - 2 * cut) if values else math.nan


def loop_improvement(own, base):
    """Mann-Whitney on each sequence, one pair of runs at a time."""
    shares = []
    for q in range(len(own[0])):
        pairs = [(a[q], b[q]) for a in own for b in base]
        if any(math.isnan(value) for pair in pairs for value in pair):
            continue
        shares.append(sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs))
    return sum(shares) / len(shares) if shares else math.nan


def loop_permutation(own, base, own_weights, base_weights):
    def mean(values, weights):
        total = sum(weights)
        return sum(v * w for v, w in zip(values, weights, strict=True) if w) / total if total else math.nan

    def statistic(swapped):
        differences = []
        for runs in zip(own, base, own_weights, base_weights, strict=True):
            a, b, wa, wb = (list(row) for row in runs)
            for q in swapped:
                a[q], b[q], wa[q], wb[q] = b[q], a[q], wb[q], wa[q]
            differences.append(mean(a, wa) - mean(b, wb))
        return sum(differences) / len(differences)

    count = len(own[0])
    subsets = [s for size in range(count + 1) for s in itertools.combinations(range(count), size)]
    observed = abs(statistic(()))
    return sum(not abs(statistic(subset)) < observed - 1e-12 for subset in subsets) / len(subsets)


def loop_holm(p):
    """Step down: the k-th least p is compared to level / (m - k + 1); the adjusted p is the least level that passes."""
    known = sorted((value, index) for index, value in enumerate(p) if not math.isnan(value))
    adjusted, floor = [math.nan] * len(p), 0.0
    for rank, (value, index) in enumerate(known):
        floor = max(floor, min(1.0, value * (len(known) - rank)))
        adjusted[index] = floor
    return adjusted


def loop_spread(cells):
    """Mean squares of the two-way layout, with sums written out."""
    count_s, count_q = len(cells), len(cells[0])
    mean = statistics.fmean(value for row in cells for value in row)
    rows = [statistics.fmean(row) for row in cells]
    columns = [statistics.fmean(row[q] for row in cells) for q in range(count_q)]
    of_seeds = count_q * sum((row - mean) ** 2 for row in rows) / (count_s - 1)
    of_sequences = count_s * sum((column - mean) ** 2 for column in columns) / (count_q - 1)
    left = (count_s - 1) * (count_q - 1)
    rest = sum((cells[s][q] - rows[s] - columns[q] + mean) ** 2 for s in range(count_s) for q in range(count_q)) / left
    seed_part, sequence_part = max(0.0, of_seeds - rest) / count_q, max(0.0, of_sequences - rest) / count_s
    return math.sqrt(seed_part / count_s + sequence_part / count_q + rest / (count_s * count_q))


def random_runs(seed, seeds=4, sequences=7, ties=True):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 6, (seeds, sequences)) / 5 if ties else rng.random((seeds, sequences))
    return values, rng.integers(0, 5, (seeds, sequences)).astype(float)


def lay_out(values, seed_counts, sequence_counts):
    rows = [row for row, times in enumerate(seed_counts) for _ in range(int(times))]
    columns = [q for q, times in enumerate(sequence_counts) for _ in range(int(times))]
    return values[np.ix_(rows, columns)]


@pytest.mark.parametrize("seed", range(5))
def test_interquartile_mean_and_its_draws(seed):
    values, weights = random_runs(seed)
    values = np.where(weights > 0, values, np.nan)
    assert interquartile_mean(values) == pytest.approx(loop_iqm(values[weights > 0].tolist()), abs=1e-15)
    resamples = resample("iqm", seed, 60, *values.shape)
    expected = [
        loop_iqm([v for v in lay_out(values, s, q).ravel() if not math.isnan(v)])
        for s, q in zip(resamples.seeds, resamples.sequences, strict=True)
    ]
    np.testing.assert_allclose(bootstrap_iqm(values, resamples), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_probability_of_improvement_and_its_draws(seed):
    (own, _), (base, _) = random_runs(seed), random_runs(seed + 100)
    own[0, seed] = np.nan
    assert probability_of_improvement(own, base) == pytest.approx(loop_improvement(own.tolist(), base.tolist()))
    resamples = resample("improvement", seed, 60, *own.shape)
    expected = [
        loop_improvement(lay_out(own, s, q).tolist(), lay_out(base, s, q).tolist())
        for s, q in zip(resamples.seeds, resamples.sequences, strict=True)
    ]
    # A draw may leave out the run with the hole; the package leaves out its sequence in every draw.
    known = [math.isfinite(value) and resamples.seeds[i, 0] > 0 for i, value in enumerate(expected)]
    found = bootstrap_improvement(wins(own, base), resamples)
    np.testing.assert_allclose(found[known], np.array(expected)[known], rtol=0, atol=1e-12)


def test_stratified_draws_are_those_of_separate_runs_per_sequence():
    own, base = random_runs(1)[0], random_runs(2, seeds=3)[0]
    found = stratified_improvement(wins(own, base), 5, 3000)
    rng = np.random.default_rng(0)
    expected = []
    for _ in range(3000):
        pick = [
            np.stack([values[rng.integers(0, len(values), len(values)), q] for q in range(7)], axis=1)
            for values in (own, base)
        ]
        expected.append(loop_improvement(pick[0].tolist(), pick[1].tolist()))
    assert found.mean() == pytest.approx(np.mean(expected), abs=0.01)
    assert found.std() == pytest.approx(np.std(expected), rel=0.06)


@pytest.mark.parametrize("seed", range(6))
def test_exact_permutations_of_weighted_runs(seed):
    (own, own_weights), (base, base_weights) = random_runs(seed, 3), random_runs(seed + 50, 3)
    own_weights[:, 0] = base_weights[:, 0] = 1.0
    arguments = own, base, own_weights, base_weights
    assert permutation_p(*arguments) == loop_permutation(*(values.tolist() for values in arguments))


@pytest.mark.parametrize("seed", range(5))
def test_standard_error_of_crossed_cells(seed):
    rng = np.random.default_rng(seed)
    scales = [(1, 1, 1), (0, 0, 1), (3, 0, 1), (0, 3, 1), (2, 2, 0.1)][seed]
    cells = scales[0] * rng.normal(size=(4, 1)) + scales[1] * rng.normal(size=9) + scales[2] * rng.normal(size=(4, 9))
    assert spread(cells).error == pytest.approx(loop_spread(cells.tolist()), rel=1e-12)


probabilities = st.lists(st.one_of(st.floats(0, 1), st.just(math.nan)), max_size=12)


@given(probabilities)
def test_holm_adjusted(p):
    np.testing.assert_allclose(holm(np.array(p)), loop_holm(p), rtol=0, atol=1e-15)


@given(probabilities, st.randoms())
def test_holm_keeps_order_and_is_between_p_and_bonferroni(p, random):
    adjusted, known = holm(np.array(p)), ~np.isnan(p)
    tested = np.array(p)[known]
    assert (adjusted[known] >= tested).all()
    assert (adjusted[known] <= np.minimum(tested * known.sum(), 1.0) + 1e-15).all()
    order = list(range(len(p)))
    random.shuffle(order)
    np.testing.assert_array_equal(holm(np.array(p)[order]), adjusted[order])


runs = st.integers(1, 4).flatmap(
    lambda rows: st.integers(1, 5).flatmap(
        lambda columns: st.tuples(
            *[st.lists(st.lists(st.integers(0, 4), min_size=columns, max_size=columns), min_size=rows, max_size=rows)]
            * 2
        )
    )
)


@settings(max_examples=60)
@given(runs)
def test_improvement_of_swapped_variants_adds_to_one(pair):
    own, base = (np.array(values, dtype=float) for values in pair)
    there, back = probability_of_improvement(own, base), probability_of_improvement(base, own)
    assert there + back == pytest.approx(1.0)
    assert there == pytest.approx(loop_improvement(own.tolist(), base.tolist()))
    assert probability_of_improvement(own, own) == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(3))
def test_linear_cells_average_to_the_estimate_and_follow_it(seed):
    """Their mean is the estimate; to first order a cell moves by what the estimate moves, times the cells."""
    values, weights = random_runs(seed, ties=False)
    weights += 1
    other, _ = random_runs(seed + 9, ties=False)

    def mean(values, weights):
        return float(np.mean([np.average(v, weights=w) for v, w in zip(values, weights, strict=True)]))

    assert linear_cells(values, weights).mean() == pytest.approx(mean(values, weights))
    won = wins(values, other)
    assert improvement_cells(won).mean() == pytest.approx(probability_of_improvement(values, other))
    assert iqm_cells(values).mean() == pytest.approx(interquartile_mean(values))
    heavier, step = weights.copy(), 1e-6
    heavier[1, 2] *= 1 + step
    moved = (mean(values, heavier) - mean(values, weights)) / step * values.size
    assert linear_cells(values, weights)[1, 2] - np.average(values[1], weights=weights[1]) == pytest.approx(moved, 1e-4)


def loop_unbalanced(rows, baseline):
    """Means over the seeds that a variant has, differences over the seeds that both have, one seed at a time.

    ``rows`` is ``{variant: {seed: {sequence: value}}}``, each sequence of weight 1.
    """
    found = {}
    for variant, runs in rows.items():
        means = {seed: sum(values.values()) / len(values) for seed, values in runs.items()}
        differences = []
        for seed, values in rows.get(baseline, {}).items():
            if seed in means and variant != baseline:
                differences.append(means[seed] - sum(values.values()) / len(values))
        mean = sum(means.values()) / len(means) if means else math.nan
        found[variant] = (
            len(means),
            mean,
            len(differences) if variant != baseline else len(means),
            sum(differences) / len(differences) if differences else math.nan,
        )
    return found


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sets(st.integers(0, 7)), min_size=3, max_size=3), st.integers(0, 2**32 - 1))
def test_unbalanced_seeds_are_summarised_as_in_a_loop(seeds, chance):
    """Any seeds may be missing of any variant, the baseline included."""
    rng = np.random.default_rng(chance)
    names = ("base", "one", "two")
    rows = {
        name: {seed: {f"s{q}": float(rng.random()) for q in range(4)} for seed in sorted(own)}
        for name, own in zip(names, seeds, strict=True)
    }
    tidy = [
        ("b", "ao", name, seed, sequence, value, 1.0)
        for name, runs in rows.items()
        for seed, values in runs.items()
        for sequence, value in values.items()
    ]
    columns = ["benchmark", "metric", "variant", "seed", "sequence", "value", "weight"]
    table = summarise(pd.DataFrame(tidy, columns=columns), list(names), "base", StatsConfig(draws=20), partial=True)
    if not tidy:
        assert table.empty
        return
    expected = loop_unbalanced(rows, "base")
    for row in table.to_dict("records"):
        count, mean, paired, difference = expected[row["variant"]]
        assert (row["n_seeds"], row["n_paired"]) == (count, paired if rows["base"] else 0)
        assert row["mean"] == pytest.approx(mean, nan_ok=True)
        assert row["diff"] == pytest.approx(difference, nan_ok=True)
        assert math.isnan(row["p"]) is (paired < 6 or row["variant"] == "base")
