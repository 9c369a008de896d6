"""The table beside the summary: every column from its own function, direction, pairing, the same bytes."""

import numpy as np
import pandas as pd
import pytest

from siamloss.config import StatsConfig
from siamloss.stats import COMPARISON_COLUMNS, compare, permutation_p
from siamloss.stats.components import spread
from siamloss.stats.improvement import probability_of_improvement
from siamloss.stats.iqm import interquartile_mean
from siamloss.stats.power import detectable_difference

STATS = StatsConfig(draws=300)


def tidy(variant, values, metric="success_auc", benchmark="otb", seeds=None):
    return pd.DataFrame(
        [
            (benchmark, metric, variant, seed, f"sequence{q}", values[s, q], 1.0)
            for s, seed in enumerate(seeds or range(len(values)))
            for q in range(values.shape[1])
        ],
        columns=["benchmark", "metric", "variant", "seed", "sequence", "value", "weight"],
    )


@pytest.fixture
def values():
    rng = np.random.default_rng(5)
    base = rng.random(8) * 0.5 + rng.normal(0, 0.02, (6, 8))
    return {"logistic": base, "gsl": base + rng.normal(0.03, 0.03, (6, 8)), "oracle": np.full((1, 8), 0.95)}


@pytest.fixture
def metrics(values):
    return pd.concat([tidy(name, found) for name, found in values.items()])


def row(table, variant):
    return table.set_index("variant").loc[variant]


def test_every_column(values, metrics):
    table = compare(metrics, list(values), "logistic", STATS)
    assert list(table) == COMPARISON_COLUMNS
    found, own, base = row(table, "gsl"), values["gsl"], values["logistic"]
    assert found["iqm"] == pytest.approx(interquartile_mean(own))
    assert found["improvement"] == pytest.approx(probability_of_improvement(own, base))
    assert found["detectable"] == pytest.approx(detectable_difference(spread(own - base)))
    assert found["p_sequences"] == permutation_p(own, base)
    assert found["iqm_low"] < found["iqm"] < found["iqm_high"]
    assert found["improvement_low"] < found["improvement"] < found["improvement_high"] <= 1
    assert (found["n_seeds"], found["n_sequences"]) == (6, 8)
    np.testing.assert_allclose(
        [found["p_sequences_holm"], row(table, "oracle")["p_sequences_holm"]],
        [max(found["p_sequences"], 2 * 2 / 256), 2 * 2 / 256],
    )
    empty = ["improvement", "improvement_low", "improvement_high", "detectable", "p_sequences", "p_sequences_holm"]
    assert row(table, "logistic")[empty].isna().all()


def test_fewer_failures_are_an_improvement(values):
    fewer = pd.concat([tidy(name, 5 - found, "failures") for name, found in values.items()])
    more = compare(pd.concat([tidy(n, v) for n, v in values.items()]), ["gsl"], "logistic", STATS)
    assert row(compare(fewer, ["gsl"], "logistic", STATS), "gsl")["improvement"] == row(more, "gsl")["improvement"]


def test_only_shared_seeds_are_paired_and_one_run_stands_for_all(values, metrics):
    assert row(compare(metrics, ["oracle"], "logistic", STATS, fixed=("oracle",)), "oracle")["n_seeds"] == 6
    assert row(compare(metrics, ["oracle"], "logistic", STATS), "oracle")["n_seeds"] == 1
    strangers = pd.concat([tidy("logistic", values["logistic"]), tidy("gsl", values["gsl"][:2], seeds=[50, 51])])
    found = row(compare(strangers, ["gsl"], "logistic", STATS), "gsl")
    assert found["n_seeds"] == 0
    assert np.isnan(found["improvement"])
    assert np.isfinite(found["iqm"])


def test_the_same_seed_gives_the_same_bytes(metrics):
    first, again, other = (
        compare(metrics, ["gsl", "oracle"], "logistic", StatsConfig(draws=300, seed=seed)).to_csv().encode()
        for seed in (0, 0, 1)
    )
    assert first == again != other


def test_one_run_that_is_left_is_paired_by_its_own_seed_and_none_at_all_is_empty(values):
    left = tidy("gsl", values["gsl"][3:4], seeds=[3])
    metrics = pd.concat([tidy("logistic", values["logistic"]), left])
    found = row(compare(metrics, ["gsl", "other"], "logistic", STATS, partial=True), "gsl")
    same = pd.concat([tidy("logistic", values["logistic"][3:4], seeds=[3]), left])
    expected = row(compare(same, ["gsl"], "logistic", STATS), "gsl")
    assert found["n_seeds"] == 1
    assert found["improvement"] == expected["improvement"]
    empty = row(compare(metrics, ["gsl", "other"], "logistic", STATS, partial=True), "other")
    assert empty["n_seeds"] == 0
    assert np.isnan([empty["iqm"], empty["improvement"], empty["p_sequences"]]).all()
