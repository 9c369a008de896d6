"""Metrics of several terms: expected average overlap through the same statistics as every other metric."""

import itertools

import numpy as np
import pandas as pd
import pytest

from siamloss.config import StatsConfig
from siamloss.errors import RecordError
from siamloss.metrics import eao
from siamloss.metrics.eao import Fragment
from siamloss.stats import compare, summarise
from siamloss.stats import terms as stats_terms
from siamloss.stats.bootstrap import Resamples, bootstrap_means, resample, seed_means
from siamloss.stats.components import linear_cells
from siamloss.stats.matrices import split_runs
from siamloss.stats.permutation import permutation_p
from siamloss.stats.terms import sequence_scores

INTERVAL = (10, 30)


def draw_terms(rng, longest, sequences=5):
    """EAO terms of each sequence of a run; fragments of ragged lengths, the longest of the last sequence's given."""
    found = []
    for number in range(sequences):
        lengths = rng.integers(2, longest, rng.integers(1, 4))
        fragments = [Fragment(rng.random(int(length)), failed=bool(rng.integers(2))) for length in lengths]
        if number == sequences - 1:
            fragments.append(Fragment(rng.random(longest), failed=False))
        found.append(eao.sum_terms(fragments, INTERVAL[1] + 1))
    return found


def matrices(runs):
    """Values and weights ``(S, Q, N)`` of runs of EAO terms."""
    parts = [eao.values_by_term(run, INTERVAL) for run in runs]
    return np.stack([values for _, values, _ in parts]), np.stack([weights for _, _, weights in parts])


def tidy(variant, runs, metric="eao"):
    rows = []
    for seed, run in enumerate(runs):
        n, values, weights = eao.values_by_term(run, INTERVAL)
        for (q, k), value in np.ndenumerate(values):
            rows.append(("vot", metric, variant, seed, f"sequence{q}", n[k], value, weights[q, k]))
    columns = ["benchmark", "metric", "variant", "seed", "sequence", "term", "value", "weight"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize("longest", [8, 10, 11, 22, 30, 31, 80])
def test_the_mean_over_terms_is_the_official_eao(longest):
    """The curve ends before the interval (NaN), within it, and after it."""
    runs = [draw_terms(np.random.default_rng(seed), longest) for seed in range(6)]
    expected = [eao.eao(sum(run[1:], run[0]), INTERVAL) for run in runs]
    assert np.isnan(expected).all() == (longest <= 10)
    np.testing.assert_allclose(seed_means(*matrices(runs)), expected, rtol=0, atol=1e-12)


def test_draws_are_those_of_the_official_eao_where_its_curve_ends_nowhere_early():
    """Every sequence has a fragment past the interval, so that no draw shortens the curve."""
    rng = np.random.default_rng(1)
    run = [item + eao.sum_terms([Fragment(rng.random(50), False)], INTERVAL[1] + 1) for item in draw_terms(rng, 40)]
    counts = resample("vot", 0, 200, 1, len(run)).sequences
    found = bootstrap_means(*matrices([run]), Resamples(np.ones((200, 1)), counts))
    np.testing.assert_allclose(found, eao.resample(run, counts.astype(int), INTERVAL), rtol=0, atol=1e-12)
    assert found.std() > 0.01


def test_a_draw_without_the_longest_fragment_goes_on_with_those_that_failed():
    """At n = 10 to 30 counts the failed fragment of 5 frames; the official curve of that draw ends before."""
    run = [
        eao.sum_terms([Fragment(np.ones(5), failed=True)], INTERVAL[1] + 1),
        eao.sum_terms([Fragment(np.ones(40), failed=False)], INTERVAL[1] + 1),
    ]
    counts = np.array([[1.0, 1.0], [2.0, 0.0]])
    both, failed = bootstrap_means(*matrices([run]), Resamples(np.ones((2, 1)), counts))
    official = eao.resample(run, counts.astype(int), INTERVAL)
    assert both == pytest.approx(official[0], abs=1e-12)
    assert failed == pytest.approx(np.mean([4 / n for n in range(10, 31)]), abs=1e-12)
    assert np.isnan(official[1])


def test_terms_that_no_drawn_sequence_has_are_left_out():
    values, weights = np.array([[[0.2, 0.6], [0.4, np.nan]]]), np.array([[[1.0, 1.0], [3.0, 0.0]]])
    draws = bootstrap_means(values, weights, Resamples(np.ones((2, 1)), np.array([[1.0, 1.0], [0.0, 2.0]])))
    np.testing.assert_allclose(draws, [(0.35 + 0.6) / 2, 0.4], rtol=0, atol=1e-15)
    np.testing.assert_allclose(sequence_scores(values, weights), [[0.4, 0.4]], rtol=0, atol=1e-15)
    assert np.isnan(sequence_scores(values, 0 * weights)).all()


def test_small_blocks_give_the_same_draws(monkeypatch):
    runs = [draw_terms(np.random.default_rng(seed), 60) for seed in range(3)]
    resamples = resample("vot", 0, 50, 3, 5)
    expected = bootstrap_means(*matrices(runs), resamples)
    monkeypatch.setattr(stats_terms, "BLOCK", 200)
    np.testing.assert_allclose(bootstrap_means(*matrices(runs), resamples), expected, rtol=0, atol=1e-14)


def test_cells_average_to_the_estimate_and_follow_it():
    """A sequence that weighs a little more moves the estimate by its cell, to first order."""
    runs = [draw_terms(np.random.default_rng(seed), 60) for seed in range(2)]
    values, weights = matrices(runs)
    cells, estimate = linear_cells(values, weights), seed_means(values, weights)
    np.testing.assert_allclose(cells.mean(axis=1), estimate, rtol=0, atol=1e-12)
    step, heavier = 1e-6, weights.copy()
    heavier[1, 2] *= 1 + step
    moved = (seed_means(values, heavier)[1] - estimate[1]) / step * 5
    assert cells[1, 2] - estimate[1] == pytest.approx(moved, rel=1e-4)
    assert abs(moved) > 1e-3


def test_permutations_recompute_the_number_from_swapped_sequences():
    own, base = ([draw_terms(np.random.default_rng(10 * k + seed), 60) for seed in range(2)] for k in (1, 2))
    (values, weights), (other, other_weights) = matrices(own), matrices(base)

    def difference(swapped):
        found = []
        for one, two in zip(own, base, strict=True):
            first = [two[q] if q in swapped else one[q] for q in range(5)]
            second = [one[q] if q in swapped else two[q] for q in range(5)]
            found.append(np.subtract(*(eao.eao(sum(run[1:], run[0]), INTERVAL) for run in (first, second))))
        return abs(np.mean(found))

    subsets = itertools.chain.from_iterable(itertools.combinations(range(5), size) for size in range(6))
    sizes = np.array([difference(set(subset)) for subset in subsets])
    assert permutation_p(values, other, weights, other_weights) == (sizes >= sizes[0] - 1e-12).mean()


def test_tables_have_eao_like_any_other_metric():
    """One variant's curve ends within the interval, and it has fewer terms."""
    ends = {"a": (0, 60), "b": (50, 22)}
    runs = {
        name: [draw_terms(np.random.default_rng(first + seed), end) for seed in range(6)]
        for name, (first, end) in ends.items()
    }
    metrics = pd.concat([tidy(name, found) for name, found in runs.items()]).sample(frac=1.0, random_state=0)
    stats = StatsConfig(draws=400)
    summary = summarise(metrics, ["a", "b"], "a", stats).set_index("variant")
    means = {name: np.array([eao.eao(sum(run[1:], run[0]), INTERVAL) for run in found]) for name, found in runs.items()}
    assert summary.loc["b", "mean"] == pytest.approx(means["b"].mean(), abs=1e-12)
    assert summary.loc["b", "diff"] == pytest.approx((means["b"] - means["a"]).mean(), abs=1e-12)
    assert summary.loc["b", "diff_low"] < summary.loc["b", "diff"] < summary.loc["b", "diff_high"]
    assert summary.loc["b", "low"] < summary.loc["b", "mean"] < summary.loc["b", "high"]
    found = compare(metrics, ["b"], "a", stats).iloc[0]
    (values, weights), (other, other_weights) = matrices(runs["b"]), matrices(runs["a"])
    assert found["p_sequences"] == permutation_p(values, other, weights, other_weights)
    assert found["n_sequences"] == 5
    assert found[["iqm", "iqm_low", "improvement", "improvement_high", "detectable"]].notna().all()


def test_a_curve_that_ends_before_the_interval_has_no_number_and_no_test():
    runs = {"a": 60, "b": 5}
    metrics = pd.concat(
        [tidy(name, [draw_terms(np.random.default_rng(s), end) for s in range(6)]) for name, end in runs.items()]
    )
    row = summarise(metrics, ["b"], "a", StatsConfig(draws=50)).iloc[0]
    assert row[["mean", "low", "diff", "diff_low", "p", "p_holm"]].isna().all()
    row = compare(metrics, ["b"], "a", StatsConfig(draws=50)).iloc[0]
    assert row[["iqm", "improvement", "detectable", "p_sequences"]].isna().all()


def test_a_missing_or_doubled_term_is_refused():
    metrics = tidy("a", [draw_terms(np.random.default_rng(0), 60)])
    (runs,) = split_runs(metrics).values()
    assert runs.values.shape == (1, 5, 21)
    for broken in (metrics.iloc[1:], pd.concat([metrics, metrics.iloc[:1]])):
        with pytest.raises(RecordError, match="not scored on the same sequences"):
            split_runs(broken)
    shorter = pd.concat([metrics, metrics[metrics["term"] > 10].assign(variant="b")])
    with pytest.raises(RecordError, match="cover different"):
        summarise(shorter, ["b"], "a", StatsConfig(draws=10))


def test_main_and_further_metrics_are_corrected_apart():
    rng = np.random.default_rng(0)
    columns = ["benchmark", "metric", "variant", "seed", "sequence", "value", "weight"]
    rows = [
        ("otb", metric, variant, seed, f"s{q}", 0.4 + 0.1 * (variant != "a") + 0.01 * rng.random(), 1.0)
        for metric in ("success_auc", "precision_20", "normalized_precision")
        for variant in ("a", "b", "c")
        for seed in range(6)
        for q in range(4)
    ]
    metrics = pd.DataFrame(rows, columns=columns)
    table = summarise(metrics, ["a", "b", "c"], "a", StatsConfig(draws=20)).set_index(["metric", "variant"])
    assert (table["p"].dropna() == 2 / 64).all()
    assert table.loc[("success_auc", "b"), "p_holm"] == table.loc[("precision_20", "c"), "p_holm"] == 4 * 2 / 64
    assert table.loc[("normalized_precision", "b"), "p_holm"] == 2 * 2 / 64
    found = compare(metrics, ["b", "c"], "a", StatsConfig(draws=20)).set_index(["metric", "variant"])
    assert found.loc[("success_auc", "b"), "p_sequences_holm"] == 4 * 2 / 16
    assert found.loc[("normalized_precision", "b"), "p_sequences_holm"] == 2 * 2 / 16


def test_a_run_without_a_number_has_no_interval_and_no_verdict():
    """A seed whose fragments all end before the interval: the draws that miss it must not speak for all seeds."""
    rows = []
    for variant, level in (("logistic", 0.5), ("gsl", 0.3)):
        for seed in range(3):
            for number in range(4):
                lost = variant == "gsl" and seed == 2
                value = np.nan if lost else level + 0.01 * number
                rows.append(("vot", "eao", variant, seed, f"s{number}", 0, value, float(not lost)))
    columns = ["benchmark", "metric", "variant", "seed", "sequence", "term", "value", "weight"]
    table = pd.DataFrame(rows, columns=columns)
    found = summarise(table, ["logistic", "gsl"], "logistic", StatsConfig(draws=200)).set_index("variant")
    assert found.loc["gsl", ["mean", "low", "high", "diff", "diff_low", "diff_high"]].isna().all()
    assert found.loc["logistic", ["mean", "low", "high"]].notna().all()


def test_on_short_sequences_the_whole_curve_ranks_the_tracker_that_never_fails_first():
    steady = [eao.sum_terms([eao.Fragment(np.full(50, 0.6), failed=False)], frames=50)]
    failing = [eao.sum_terms([eao.Fragment(np.full(25, 0.8), failed=True)], frames=50)]

    def value(terms, whole):
        _, values, weights = eao.values_by_term(terms, (20, 49), whole=whole)
        known = weights[0] > 0
        return values[0][known].mean()

    assert value(steady, whole=False) < value(failing, whole=False)
    assert value(steady, whole=True) == pytest.approx(0.6)
    assert value(steady, whole=True) > value(failing, whole=True)
    n = np.arange(20, 50)
    assert value(failing, whole=True) == pytest.approx(np.mean(0.8 * np.minimum(n, 24) / n))


def test_the_interval_of_a_difference_of_shares_stays_within_what_it_can_be():
    """Two seeds that disagree: the t interval with one degree of freedom is wider than all there is."""
    rows = [
        ("got10k", metric, variant, seed, f"s{number}", 0, value, 1.0)
        for metric in ("ao", "failures")
        for variant, values in (("logistic", (0.2, 0.9)), ("gsl", (0.8, 0.3)))
        for seed, value in enumerate(values)
        for number in range(3)
    ]
    columns = ["benchmark", "metric", "variant", "seed", "sequence", "term", "value", "weight"]
    found = summarise(pd.DataFrame(rows, columns=columns), ["gsl"], "logistic", StatsConfig(draws=200))
    found = found.set_index("metric")
    assert found.loc["ao", ["diff_low", "diff_high"]].tolist() == [-1.0, 1.0]
    assert found.loc["failures", "diff_low"] < -1.0, "a number of failures has no upper end"
