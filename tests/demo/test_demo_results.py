"""What the finished demo must show; run after `make reproduce` by `make check-demo`."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "results" / "demo"
PROFILE = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text())

pytestmark = pytest.mark.demo


@pytest.fixture(scope="module")
def means():
    """Mean of each (benchmark, metric) by variant."""
    table = pd.read_csv(HOME / "tables" / "main.csv")
    return table.pivot_table(index=["benchmark", "metric"], columns="variant", values="mean")


@pytest.mark.parametrize("variant", ["logistic", "triplet", "gsl"])
def test_every_loss_beats_a_box_that_never_moves_on_every_benchmark(means, variant):
    better = means[variant] - means["never-moves"]
    lower_is_better = better.index.get_level_values("metric") == "failures"
    assert (better.where(~lower_is_better, -better) > 0).all(), better
    assert set(means.index.get_level_values("benchmark")) == set(PROFILE["datasets"]["test"])


def test_training_adds_to_random_features(means):
    """That the chain learns at all. Whether GSL learns enough in 240 steps is a result and is not asserted."""
    gain = means["logistic"] - means["untrained"]
    assert gain["synthetic-otb", "success_auc"] > 0
    assert gain["synthetic-got10k", "ao"] > 0


def test_oracle_scores_what_each_metric_allows(means):
    oracle = means["oracle"].unstack()
    assert oracle.loc["synthetic-otb", "success_auc"] == pytest.approx(20 / 21)
    assert oracle.loc["synthetic-otb", "precision_20"] == 1
    assert oracle.loc["synthetic-got10k", "ao"] == pytest.approx(1)
    assert oracle.loc["synthetic-vot", "failures"] == 0


def test_enough_variants_and_seeds():
    assert len([name for name in PROFILE["variants"] if name not in ("never-moves", "untrained", "oracle")]) >= 7
    assert len(PROFILE["seeds"]) >= 2


def test_every_variant_had_the_same_budget_on_the_validation_role():
    found = [json.loads(path.read_text()) for path in sorted((HOME / "tune").glob("*.json"))]
    tuned = {item["variant"] for item in found}
    assert {"logistic", "triplet", "gsl", "gsl-dis", "gsl-hard", "gsl-margin", "gsl-var"} <= tuned
    for item in found:
        assert (item["dataset"], item["role"]) == (PROFILE["datasets"]["val"], "val")
        assert len(item["trials"]) == PROFILE["tune"]["trials"]
        assert item["budget"] == found[0]["budget"]


def test_no_run_of_the_main_table_collapsed_but_one_that_has_no_margin():
    collapsed = [path.parent.parent.name for path in HOME.glob("train/*/seed*/run.json") if is_collapsed(path)]
    assert not set(collapsed) & {"logistic", "triplet", "gsl", "gsl-dis"}


def is_collapsed(path):
    return json.loads(path.read_text())["collapsed"]


def test_over_fitting_and_hard_samples_are_measured_for_every_trained_variant():
    frame = pd.read_parquet(HOME / "separability" / "main.parquet")
    trained = [name for name in PROFILE["variants"] if name not in ("never-moves", "untrained", "oracle")]
    epochs = frame[(frame["stage"] == "epoch") & (frame["quantity"] == "roc_auc")]
    for name in trained:
        own = epochs[epochs["variant"] == name]
        assert set(own["epoch"]) == set(range(1, PROFILE["train"]["epochs"] + 1))
        assert set(own["role"]) == {"train", "val"}
    assert {"all", "distractor", "plain"} == set(frame[frame["stage"] == "final"]["group"])


def test_page_is_whole_and_small_enough():
    page = HOME / "report" / "index.html"
    assert page.stat().st_size < 15e6
    text = page.read_text()
    assert "</html>" in text
    for variant in PROFILE["report"]["main"]:
        assert variant in text
