"""The summary table: values by hand, pairing, broadcasting, invariances, refusals, speed."""

import time

import numpy as np
import pandas as pd
import pytest

from siamloss.config import StatsConfig
from siamloss.errors import RecordError
from siamloss.stats import COLUMNS, sign_flip_p, summarise

STATS = StatsConfig(draws=500)
EMPTY = ["diff", "diff_low", "diff_high", "p", "p_holm"]


def tidy(variant, values, weights=None, benchmark="otb", metric="success_auc", seeds=None):
    """Tidy rows of one variant from values ``(S, Q)``."""
    values = np.asarray(values, dtype=float)
    weights = np.ones_like(values) if weights is None else np.broadcast_to(weights, values.shape)
    return pd.DataFrame(
        [
            (benchmark, metric, variant, seed, f"sequence{q}", values[s, q], float(weights[s, q]))
            for s, seed in enumerate(seeds or range(len(values)))
            for q in range(values.shape[1])
        ],
        columns=["benchmark", "metric", "variant", "seed", "sequence", "value", "weight"],
    )


def random_values(seed, seeds=6, sequences=9, shift=0.0):
    rng = np.random.default_rng(seed)
    return rng.random(sequences) * 0.5 + rng.normal(0, 0.02, (seeds, sequences)) + shift


@pytest.fixture
def metrics():
    noise = np.random.default_rng(9).normal(0, 0.01, (6, 9))
    base = random_values(1)
    return pd.concat([tidy("logistic", base), tidy("gsl", base + 0.05 + noise), tidy("oracle", np.ones((1, 9)))])


def row(table, variant, **where):
    for column, wanted in where.items():
        table = table[table[column] == wanted]
    (found,) = table[table["variant"] == variant].to_dict("records")
    return found


def test_columns_order_and_the_empty_cells_of_the_baseline(metrics):
    table = summarise(metrics, ["oracle", "logistic", "gsl"], "logistic", STATS, fixed=("oracle",))
    assert table["n_paired"].tolist() == [6, 6, 6]
    assert (
        list(table)
        == ["benchmark", "metric", "variant", "n_seeds", "n_paired", "mean", "low", "high", *EMPTY]
        == COLUMNS
    )
    assert table["variant"].tolist() == ["oracle", "logistic", "gsl"]
    assert table["n_seeds"].tolist() == [1, 6, 6]
    assert table.loc[1, EMPTY].isna().all()
    assert table.loc[[0, 2], EMPTY].notna().all(axis=None)
    assert summarise(metrics, ["logistic"], "logistic", STATS).to_csv().splitlines()[1].endswith(",,,,,")


def test_means_are_weighted_over_sequences_and_plain_over_seeds():
    values, weights = [[0.2, 0.8], [0.4, np.nan]], [[1.0, 3.0], [2.0, 0.0]]
    found = row(summarise(tidy("a", values, np.array(weights)), ["a"], "a", STATS), "a")
    assert found["mean"] == pytest.approx(((0.2 + 2.4) / 4 + 0.4) / 2, abs=1e-15)


def test_differences_are_per_seed_and_p_is_their_sign_flip_test(metrics):
    table = summarise(metrics, ["logistic", "gsl"], "logistic", STATS)
    by_seed = metrics.groupby(["variant", "seed"])["value"].mean().unstack(0)
    differences = by_seed["gsl"] - by_seed["logistic"]
    found = row(table, "gsl")
    assert found["diff"] == pytest.approx(differences.mean(), abs=1e-12)
    assert found["p"] == sign_flip_p(differences) == 2 / 64
    assert found["diff_low"] < found["diff"] < found["diff_high"]
    assert found["low"] < found["mean"] < found["high"]


def test_draws_are_paired():
    """A constant gain has no uncertainty, however different the sequences are."""
    base = random_values(4)
    table = summarise(pd.concat([tidy("a", base), tidy("b", base + 0.03)]), ["a", "b"], "a", STATS)
    found = row(table, "b")
    assert (found["diff_low"], found["diff_high"]) == (pytest.approx(0.03, abs=1e-12), pytest.approx(0.03, abs=1e-12))
    assert row(table, "a")["high"] - row(table, "a")["low"] > 0.1


def test_an_unpaired_difference_would_be_wider():
    base, rng = random_values(4), np.random.default_rng(0)
    table = summarise(
        pd.concat([tidy("a", base), tidy("b", base + rng.normal(0, 0.01, base.shape))]), ["b"], "a", STATS
    )
    found = row(table, "b")
    assert found["diff_high"] - found["diff_low"] < (found["high"] - found["low"]) / 5


def test_the_run_of_a_control_without_randomness_is_compared_to_every_seed_of_the_baseline():
    base = random_values(2)
    alone = pd.concat([tidy("a", base), tidy("still", np.full((1, 9), 0.1))])
    repeated = pd.concat([tidy("a", base), tidy("still", np.full((6, 9), 0.1))])
    found, expected = (
        row(summarise(metrics, ["still"], "a", STATS, fixed=("still",)), "still") for metrics in (alone, repeated)
    )
    assert (found.pop("n_seeds"), expected.pop("n_seeds")) == (1, 6)
    assert found == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(("seeds", "has_p"), [(5, False), (6, True)])
def test_p_needs_six_paired_seeds(seeds, has_p):
    base = random_values(3, seeds)
    table = summarise(pd.concat([tidy("a", base), tidy("b", base + 0.1)]), ["b"], "a", STATS)
    found = row(table, "b")
    assert (not np.isnan(found["p"])) is has_p
    assert found["diff"] == pytest.approx(0.1)


def test_only_seeds_that_both_have_are_paired():
    base = random_values(3, 8)
    other = tidy("b", base[2:5] + np.array([[0.1], [0.2], [0.3]]), seeds=[2, 3, 4])
    found = row(summarise(pd.concat([tidy("a", base), other]), ["b"], "a", STATS), "b")
    assert found["diff"] == pytest.approx(0.2)
    assert np.isnan(found["p"])
    assert found["n_seeds"] == 3
    stranger = tidy("b", base[:2], seeds=[50, 51])
    found = row(summarise(pd.concat([tidy("a", base), stranger]), ["b"], "a", STATS), "b")
    assert np.isnan(found["diff"])
    assert np.isnan(found["diff_low"])


def test_row_order_does_not_matter(metrics):
    variants = ["logistic", "gsl", "oracle"]
    expected = summarise(metrics, variants, "logistic", STATS)
    for seed in range(3):
        shuffled = metrics.sample(frac=1.0, random_state=seed)
        pd.testing.assert_frame_equal(summarise(shuffled, variants, "logistic", STATS), expected, check_exact=True)


def test_other_variants_do_not_matter(metrics):
    alone = summarise(metrics[metrics["variant"] != "oracle"], ["gsl"], "logistic", STATS)
    among = summarise(metrics, ["oracle", "gsl", "logistic"], "logistic", STATS)
    assert row(alone.drop(columns="p_holm"), "gsl") == row(among.drop(columns="p_holm"), "gsl")
    beside_a_broken_one = pd.concat([metrics, tidy("unfinished", np.full((2, 3), np.nan))])
    assert row(summarise(beside_a_broken_one, ["gsl"], "logistic", STATS), "gsl") == row(alone, "gsl")


def test_other_benchmarks_do_not_matter(metrics):
    other = metrics.assign(benchmark="another")
    both = summarise(pd.concat([other, metrics]), ["gsl"], "logistic", STATS)
    assert both["benchmark"].tolist() == ["another", "otb"]
    alone = summarise(metrics, ["gsl"], "logistic", STATS)
    own = "p_holm"
    assert row(both.drop(columns=own), "gsl", benchmark="otb") == row(alone.drop(columns=own), "gsl")
    assert both.loc[0, "low"] != both.loc[1, "low"]


def test_the_seed_of_the_draws_is_the_only_randomness(metrics):
    first, again = (summarise(metrics, ["gsl"], "logistic", STATS) for _ in range(2))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert first.to_csv().encode() == again.to_csv().encode()
    other = summarise(metrics, ["gsl"], "logistic", StatsConfig(draws=500, seed=1))
    assert other.loc[0, "low"] != first.loc[0, "low"]
    assert other.loc[0, "mean"] == first.loc[0, "mean"]


def test_a_lower_level_is_narrower(metrics):
    wide = row(summarise(metrics, ["gsl"], "logistic", STATS), "gsl")
    narrow = row(summarise(metrics, ["gsl"], "logistic", StatsConfig(draws=500, level=0.5)), "gsl")
    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]


def test_metrics_come_in_the_order_of_the_catalogue():
    names = ["precision_20", "zeta", "success_auc", "alpha"]
    metrics = pd.concat([tidy("a", random_values(1), metric=name) for name in names])
    assert summarise(metrics, ["a"], "a", STATS)["metric"].tolist() == ["success_auc", "precision_20", "alpha", "zeta"]


def test_what_cannot_be_compared_is_refused(metrics):
    with pytest.raises(RecordError, match="no success_auc of 'triplet' on 'otb'"):
        summarise(metrics, ["triplet"], "logistic", STATS)
    with pytest.raises(RecordError, match="no success_auc of 'bce' on 'otb'"):
        summarise(metrics, ["gsl"], "bce", STATS)
    fewer = metrics[(metrics["variant"] != "gsl") | (metrics["sequence"] != "sequence3")]
    with pytest.raises(RecordError, match="'gsl' and 'logistic' cover different sequences"):
        summarise(fewer, ["gsl"], "logistic", STATS)
    with pytest.raises(RecordError, match="seeds of 'logistic' were not scored on the same sequences"):
        summarise(metrics.iloc[1:], ["gsl"], "logistic", STATS)
    with pytest.raises(RecordError, match="seeds of 'logistic' were not scored on the same sequences"):
        summarise(pd.concat([metrics, metrics.iloc[:1]]), ["gsl"], "logistic", STATS)
    unscored = metrics.assign(value=metrics["value"].where(metrics["variant"] != "oracle"))
    with pytest.raises(RecordError, match="'oracle' has a NaN success_auc"):
        summarise(unscored, ["oracle"], "logistic", STATS)


def test_p_is_corrected_for_all_tests_of_the_table(metrics):
    other = metrics.assign(benchmark="another")
    table = summarise(pd.concat([other, metrics]), ["logistic", "gsl", "oracle"], "logistic", STATS, fixed=("oracle",))
    tested = table["p"].notna()
    assert tested.sum() == 4
    assert (table.loc[tested, "p"] == 2 / 64).all()
    assert (table.loc[tested, "p_holm"] == 4 * 2 / 64).all()
    assert table.loc[~tested, "p_holm"].isna().all()
    alone = summarise(metrics, ["logistic", "gsl"], "logistic", STATS)
    assert row(alone, "gsl")["p_holm"] == row(alone, "gsl")["p"]


def test_more_than_twenty_seeds_are_tested_too():
    base = random_values(3, 24)
    found = row(summarise(pd.concat([tidy("a", base), tidy("b", base + 0.1)]), ["b"], "a", STATS), "b")
    assert found["p"] == 1 / 100_000


def test_an_interval_has_the_width_of_its_variance_components():
    """Six seeds that differ, on sequences that do not: the t interval over the seeds."""
    seeds = np.array([0.50, 0.52, 0.47, 0.55, 0.51, 0.49])
    values = np.repeat(seeds[:, None], 9, axis=1)
    found = row(summarise(tidy("a", values), ["a"], "a", StatsConfig(draws=20_000)), "a")
    half = 2.570582 * seeds.std(ddof=1) / np.sqrt(6)
    assert found["high"] - found["low"] == pytest.approx(2 * half, rel=1e-6)
    assert found["low"] < seeds.mean() - 0.9 * half < seeds.mean() + 0.9 * half < found["high"]


@pytest.mark.parametrize(("metric", "low", "high"), [("success_auc", 0.0, 1.0), ("failures", 0.0, 200.0)])
def test_intervals_stay_where_the_metric_can_be(metric, low, high):
    values = [[0.0, 1.0, 0.0, 1.0], [0.1, 0.9, 1.0, 0.0]]
    found = row(summarise(tidy("a", values, metric=metric), ["a"], "a", STATS), "a")
    assert found["low"] == low
    assert found["high"] <= high
    assert (found["high"] > 1.0) is (metric == "failures")


def test_no_metrics_give_an_empty_table(metrics):
    table = summarise(metrics.iloc[:0], ["gsl"], "logistic", STATS)
    assert table.empty
    assert list(table) == COLUMNS


def test_the_paper_profile_is_fast():
    base = tidy("v0", random_values(0, 6, 180))
    metrics = pd.concat(
        [
            base.assign(variant=f"v{v}", benchmark=benchmark, metric=metric)
            for v in range(15)
            for benchmark in ("otb", "vot", "got10k")
            for metric in ("success_auc", "ao", "accuracy")
        ]
    )
    started = time.process_time()
    table = summarise(metrics, [f"v{v}" for v in range(15)], "v0", StatsConfig(draws=2000))
    assert len(table) == 135
    assert time.process_time() - started < 10.0  # 0.8 s on one core; a draw made anew for every row takes 20 s


def test_one_run_that_is_left_of_a_trained_variant_is_paired_by_its_own_seed():
    base = random_values(3, 3)
    left = tidy("b", base[2:3] + 0.1, seeds=[2])
    found = row(summarise(pd.concat([tidy("a", base), left]), ["b"], "a", STATS), "b")
    assert (found["n_seeds"], found["n_paired"]) == (1, 1)
    assert found["diff"] == pytest.approx(0.1)
    stranger = tidy("b", base[2:3] + 0.1, seeds=[7])
    found = row(summarise(pd.concat([tidy("a", base[:1]), stranger]), ["b"], "a", STATS), "b")
    assert (found["n_seeds"], found["n_paired"]) == (1, 0)
    assert np.isnan(found["diff"])


def test_five_common_seeds_of_seven_have_no_p_and_no_star():
    base = random_values(3, 7)
    other = tidy("b", base[:6] + 0.3, seeds=[0, 1, 2, 3, 4, 9])
    table = summarise(pd.concat([tidy("a", base), other]), ["a", "b"], "a", STATS)
    found = row(table, "b")
    assert (found["n_seeds"], found["n_paired"]) == (6, 5)
    assert np.isnan(found["p"])
    assert np.isnan(found["p_holm"])


def test_a_variant_or_baseline_without_any_run_is_empty_only_where_that_is_allowed():
    base = random_values(3, 2)
    metrics = tidy("a", base)
    with pytest.raises(RecordError, match="no success_auc of 'b'"):
        summarise(metrics, ["a", "b"], "a", STATS)
    table = summarise(metrics, ["a", "b"], "a", STATS, partial=True)
    found = row(table, "b")
    assert (found["n_seeds"], found["n_paired"]) == (0, 0)
    assert np.isnan([found["mean"], found["low"], found["diff"], found["p"]]).all()
    alone = row(summarise(metrics, ["a"], "b", STATS, partial=True), "a")
    assert alone["mean"] == row(table, "a")["mean"]
    assert (alone["n_seeds"], alone["n_paired"]) == (2, 0)
    assert np.isnan(alone["diff"])
