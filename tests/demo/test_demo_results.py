"""What the finished demo must show; run after `make reproduce` by `make check-demo`."""

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
@pytest.mark.parametrize("control", ["never-moves", "untrained"])
def test_trained_trackers_beat_the_controls_on_every_benchmark(means, variant, control):
    better = means[variant] - means[control]
    lower_is_better = better.index.get_level_values("metric") == "robustness"
    assert (better.where(~lower_is_better, -better) > 0).all(), better
    assert set(means.index.get_level_values("benchmark")) == set(PROFILE["datasets"]["test"])


def test_oracle_scores_what_each_metric_allows(means):
    oracle = means["oracle"].unstack()
    assert oracle.loc["synthetic-otb", "success_auc"] == pytest.approx(20 / 21)
    assert oracle.loc["synthetic-otb", "precision_20"] == 1
    assert oracle.loc["synthetic-got10k", "ao"] == pytest.approx(1)
    assert oracle.loc["synthetic-vot", "robustness"] == 0


def test_enough_variants_and_seeds():
    assert len([name for name in PROFILE["variants"] if name not in ("never-moves", "untrained", "oracle")]) >= 7
    assert len(PROFILE["seeds"]) >= 2


def test_page_is_whole_and_small_enough():
    page = HOME / "report" / "index.html"
    assert page.stat().st_size < 15e6
    text = page.read_text()
    assert "</html>" in text
    for variant in PROFILE["report"]["main"]:
        assert variant in text
