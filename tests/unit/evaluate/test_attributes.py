"""Means per attribute."""

import numpy as np
import pandas as pd
import pytest

from siamloss.config import StatsConfig
from siamloss.evaluate.attributes import ALL, COLUMNS, attribute_table
from siamloss.stats import summarise

SEQUENCES = [f"s{number}" for number in range(8)]
ATTRIBUTES = {"s0": frozenset({"FM", "OCC"}), "s1": frozenset({"OCC"}), "s2": frozenset({"OCC"}), "s7": frozenset()}
STATS = StatsConfig(draws=200)


@pytest.fixture
def metrics():
    rng = np.random.default_rng(0)
    rows = [
        ("otb", "success_auc", variant, seed, name, rng.uniform(0.2, 0.8), 1.0)
        for variant in ("ours", "base")
        for seed in (0, 1)
        for name in SEQUENCES
    ]
    return pd.DataFrame(rows, columns=["benchmark", "metric", "variant", "seed", "sequence", "value", "weight"])


def test_a_row_per_attribute_and_variant(metrics):
    table = attribute_table(metrics, ATTRIBUTES, ["base", "ours"], "base", STATS)
    assert list(table.columns) == COLUMNS
    counts = table.drop_duplicates("attribute").set_index("attribute")["n_sequences"]
    assert counts.to_dict() == {ALL: 8, "OCC": 3, "FM": 1}
    assert list(counts.index) == [ALL, "OCC", "FM"]


def test_means_are_of_the_sequences_with_the_attribute(metrics):
    table = attribute_table(metrics, ATTRIBUTES, ["base", "ours"], "base", STATS).set_index(["attribute", "variant"])
    ours, base = (
        metrics[(metrics["variant"] == name) & metrics["sequence"].isin(["s0", "s1", "s2"])]
        for name in ("ours", "base")
    )
    assert table.loc[("OCC", "ours"), "mean"] == pytest.approx(ours["value"].mean())
    assert table.loc[("OCC", "ours"), "diff"] == pytest.approx(ours["value"].mean() - base["value"].mean())
    row = table.loc[("OCC", "ours")]
    assert row["low"] <= row["mean"] <= row["high"]
    assert row["diff_low"] <= row["diff"] <= row["diff_high"]
    assert np.isnan(table.loc[("OCC", "base"), "diff"])


def test_the_row_of_all_sequences_is_the_overall_summary(metrics):
    table = attribute_table(metrics, ATTRIBUTES, ["base", "ours"], "base", STATS)
    overall = summarise(metrics, ["base", "ours"], "base", STATS)
    pd.testing.assert_frame_equal(
        table[table["attribute"] == ALL][["mean", "low", "high"]], overall[["mean", "low", "high"]]
    )


def test_without_attributes_only_all_sequences_are_left(metrics):
    assert set(attribute_table(metrics, {}, ["ours"], "base", STATS)["attribute"]) == {ALL}
