"""Means per attribute: numbers, tables, and the dot plot."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.unit.report.fakes import make_experiment

from siamloss.config import StatsConfig, Variant
from siamloss.metrics.attributes import of_sequences
from siamloss.report import style
from siamloss.report.attributes import ALL, COLUMNS, INTERVALS, attribute_table
from siamloss.report.attributes_figure import attribute_drawings, draw_attributes
from siamloss.report.attributes_table import attribute_label, attribute_tables
from siamloss.stats import summarise

SEQUENCES = [f"s{number}" for number in range(8)]
ATTRIBUTES = {"s0": {"FM", "OCC"}, "s1": {"OCC"}, "s2": {"OCC"}} | {f"s{number}": {"SV"} for number in (3, 4, 5, 6)}
NAMES = ("logistic", "triplet", "gsl", "gsl-var", "gsl-dis", "gsl-hard")
GAIN = {"SV": 0.1, "OCC": -0.1}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Six losses and a control, two seeds."""
    losses = [Variant(name, name.partition("-")[0], label=name.upper()) for name in NAMES]
    variants = [*losses, Variant("oracle", control="oracle", label="oracle")]
    made = make_experiment(tmp_path_factory.mktemp("r"), variants, terms=())
    return replace(made, stats=StatsConfig(draws=200))


@pytest.fixture(scope="module")
def metrics():
    """Two metrics; ours gains on SV and loses on OCC, and the oracle has one seed."""
    rng = np.random.default_rng(0)
    rows = []
    for variant in (*NAMES, "oracle"):
        for seed in (0, 1) if variant != "oracle" else (0,):
            for name in SEQUENCES:
                gain = sum(GAIN.get(attribute, 0) for attribute in ATTRIBUTES.get(name, ())) * (variant == "gsl")
                for metric in ("success_auc", "precision_20"):
                    value = 0.5 + gain + rng.uniform(-0.02, 0.02)
                    rows.append(("synthetic-otb", metric, variant, seed, name, 0, value, 1.0))
    columns = ["benchmark", "metric", "variant", "seed", "sequence", "term", "value", "weight"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def table(metrics, small):
    return attribute_table(metrics, of_sequences(metrics, ATTRIBUTES), small)


@pytest.fixture(scope="module")
def auc(table):
    return table[table["metric"] == "success_auc"]


def test_a_row_per_metric_attribute_and_trained_variant_from_many_sequences_to_few(table, auc):
    assert list(table.columns) == COLUMNS
    assert list(dict.fromkeys(table["metric"])) == ["success_auc", "precision_20"]
    assert set(table["variant"]) == set(NAMES)
    counts = auc.drop_duplicates("attribute").set_index("attribute")["n_sequences"]
    assert list(counts.items()) == [(ALL, 8), ("SV", 4), ("OCC", 3), ("FM", 1)]
    assert len(table) == 2 * 4 * len(NAMES)


def test_means_are_of_the_sequences_with_the_attribute_and_differences_are_paired(auc, metrics):
    found = auc.set_index(["attribute", "variant"])
    chosen = metrics[(metrics["metric"] == "success_auc") & metrics["sequence"].isin(["s0", "s1", "s2"])]
    means = chosen.groupby("variant")["value"].mean()
    row = found.loc[("OCC", "gsl")]
    assert row["mean"] == pytest.approx(means["gsl"], abs=1e-12)
    assert row["diff"] == pytest.approx(means["gsl"] - means["logistic"], abs=1e-12)
    assert row["low"] <= row["mean"] <= row["high"]
    assert row["diff_low"] <= row["diff"] <= row["diff_high"]
    assert np.isnan(found.loc[("OCC", "logistic"), "diff"])


def test_the_row_of_all_sequences_is_the_overall_summary(table, metrics, small):
    overall = summarise(metrics, list(NAMES), "logistic", small.stats)
    columns = ["metric", "variant", "mean", *INTERVALS]
    found = table[table["attribute"] == ALL][columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, overall[columns], check_exact=True)


def test_fewer_than_three_sequences_have_a_count_and_a_mean_but_no_interval(auc):
    few, enough = auc[auc["attribute"] == "FM"], auc[auc["attribute"] == "OCC"]
    assert few[INTERVALS].isna().all(axis=None)
    assert few["mean"].notna().all()
    assert enough[["low", "high"]].notna().all(axis=None)


def test_a_sequence_counts_only_where_it_is_scored(metrics, small):
    """A tag that most sequences have inside the burn-in alone: weight 0 there, and no interval from the one left."""
    chosen = of_sequences(metrics, ATTRIBUTES)
    listed = chosen[chosen["attribute"] == "OCC"]["sequence"].unique()
    unscored = (chosen["attribute"] == "OCC") & chosen["sequence"].isin(listed[1:])
    chosen.loc[unscored, ["value", "weight"]] = [np.nan, 0.0]
    found = attribute_table(metrics, chosen, small)
    found = found[found["attribute"] == "OCC"]
    assert (found["n_sequences"] == 1).all()
    assert found[INTERVALS].isna().all(axis=None)


def test_a_benchmark_without_attributes_has_no_rows(metrics, small):
    found = attribute_table(metrics, of_sequences(metrics, {}), small)
    assert found.empty
    assert list(found.columns) == COLUMNS
    assert attribute_tables(found, small) == {}


def test_tables_have_a_row_per_attribute_and_mark_what_is_best_in_it(table, small):
    made = attribute_tables(table, small)
    assert list(made) == ["attributes-synthetic-otb-success_auc", "attributes-synthetic-otb-precision_20"]
    shown = made["attributes-synthetic-otb-success_auc"]
    labels = ["all sequences (8)", "SV scale variation (4)", "OCC occlusion (3)", "FM fast motion (1)\u2021"]
    assert [row.label for row in shown.rows] == labels
    assert [column.name for column in shown.columns][:3] == ["LOGISTIC (baseline)", "TRIPLET", "GSL (ours)"]
    sv, few = shown.rows[1], shown.rows[3]
    assert sv.cells[2].rank == 1
    assert sorted(cell.rank for cell in sv.cells) == [0, 0, 0, 0, 1, 2]
    assert sv.cells[2].details[1].startswith("\u0394 +.")
    assert [len(cell.details) for cell in sv.cells[:2]] == [1, 3]
    assert [len(cell.details) for cell in few.cells[:2]] == [0, 1]


def test_the_caption_counts_what_is_not_corrected(table, small):
    words = attribute_tables(table, small)["attributes-synthetic-otb-success_auc"].caption
    # Five losses differ from the baseline, on two attributes with enough sequences.
    assert "10 differences, not corrected" in words
    assert "\u2021 Fewer than 3 sequences" in words
    alone = table[table["attribute"].isin([ALL, "FM"])]
    words = attribute_tables(alone, small)["attributes-synthetic-otb-success_auc"].caption
    assert "No attribute has enough sequences" in words


def test_vot_says_that_frames_count(table, small):
    frames = table[table["metric"] == "success_auc"].assign(benchmark="synthetic-vot", metric="failures")
    words = attribute_tables(frames, small)["attributes-synthetic-vot-failures"]
    assert "failures that fell on a frame with the tag" in words.caption
    assert words.columns[0].group.endswith("\u2193")
    assert attribute_label("illum_change", 5) == "illumination change (5)"


def dots(axes):
    return {line.get_ydata()[0]: line for line in axes.lines if len(line.get_xdata()) == 1}


def test_lines_are_sorted_by_our_difference_and_dots_are_the_table(auc, small):
    figure = draw_attributes(auc, "success_auc", small, style.looks(small.variants, "logistic", "gsl"))
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in panels] == ["GSL", "TRIPLET", "GSL-VAR", "GSL-DIS", "GSL-HARD"]
    ours = auc[auc["variant"] == "gsl"].set_index("attribute")
    order = [ALL, *ours.drop(ALL)["diff"].sort_values(ascending=False).index]
    assert order[1] == "SV"
    counts = ours["n_sequences"]
    labels = [label.get_text() for label in panels[0].get_yticklabels()]
    assert labels == [attribute_label(name, counts[name]) for name in order]
    for axes, variant in zip(panels, ("gsl", "triplet"), strict=False):
        rows = auc[auc["variant"] == variant].set_index("attribute").loc[order]
        assert [dots(axes)[line].get_xdata()[0] for line in range(4)] == rows["diff"].tolist()
        ends = [line.get_xdata() for line in axes.lines if line.get_linewidth() == 1.4]
        np.testing.assert_array_equal(ends, rows[["diff_low", "diff_high"]])
    assert dots(panels[0])[1].get_markerfacecolor() == style.OURS
    assert dots(panels[0])[order.index("FM")].get_markerfacecolor() == "white"


def test_where_less_is_better_the_most_negative_difference_comes_first(auc, small):
    figure = draw_attributes(auc, "failures", small, style.looks(small.variants, "logistic", "gsl"))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[0] == "all sequences (8)"
    assert labels[-1] == "SV scale variation (4)"
    assert "\u2190 better" in figure._supxlabel.get_text()


def test_one_figure_per_benchmark_and_none_of_the_baseline_alone(table, small):
    looks = style.looks(small.variants, "logistic", "gsl")
    (picture,) = attribute_drawings(small, table, looks)
    assert (picture.section, picture.path) == ("attributes", "differences-by-attribute-synthetic-otb")
    assert "Success AUC" in picture.caption
    alone = replace(small, report=replace(small.report, main=("logistic",)))
    assert list(attribute_drawings(alone, table, looks)) == []
