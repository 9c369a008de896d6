"""The tables of the report: rows, cells, direction and captions."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.unit.report.fakes import make_experiment
from tests.unit.report.summaries import summary_of

from siamloss.config import Variant
from siamloss.report.job import build_tables, read_numbers
from siamloss.report.tables import caption, further_table, main_rows, panels, summary_table, terms_rows

NAN = float("nan")


@pytest.fixture
def small(tmp_path):
    """Three losses and a control."""
    variants = [Variant(name, name, label=name.upper()) for name in ("logistic", "gsl", "triplet")]
    return make_experiment(tmp_path, [*variants, Variant("oracle", control="oracle", label="oracle")], terms=("gsl",))


@pytest.fixture
def summary():
    """One share and one count, the latter better when low."""
    rows = [
        ("synthetic-vot", "accuracy", "logistic", 2, 0.50, 0.40, 0.60, NAN, NAN, NAN, NAN),
        ("synthetic-vot", "accuracy", "gsl", 2, 0.60, 0.50, 0.70, 0.10, -0.01, 0.21, NAN),
        ("synthetic-vot", "accuracy", "triplet", 2, 0.55, 0.45, 0.65, 0.05, 0.01, 0.09, NAN),
        ("synthetic-vot", "accuracy", "oracle", 1, 1.00, 1.00, 1.00, 0.50, 0.40, 0.60, NAN),
        ("synthetic-vot", "failures", "logistic", 2, 1.50, 1.00, 2.00, NAN, NAN, NAN, NAN),
        ("synthetic-vot", "failures", "gsl", 2, 2.50, 2.00, 3.00, 1.00, 0.50, 1.50, 0.008),
        ("synthetic-vot", "failures", "triplet", 2, 2.00, 1.50, 2.50, 0.50, -0.50, 1.50, 0.031),
        ("synthetic-vot", "failures", "oracle", 1, 0.00, 0.00, 0.00, -1.50, -2.00, -1.00, NAN),
        ("synthetic-otb", "success_auc", "logistic", 2, 0.50, 0.40, 0.60, NAN, NAN, NAN, NAN),
        ("synthetic-otb", "success_auc", "gsl", 2, 0.50, 0.40, 0.60, 0.0, -0.1, 0.1, 0.04),
        ("synthetic-otb", "success_auc", "triplet", 2, 0.50, 0.40, 0.60, 0.0, -0.1, 0.1, NAN),
        ("synthetic-otb", "success_auc", "oracle", 1, 1.00, 0.40, 0.60, 0.5, 0.4, 0.6, NAN),
    ]
    return summary_of(rows)


def test_panels_come_in_the_order_of_the_profile(small, summary):
    assert panels(summary, small) == [
        ("synthetic-otb", "success_auc"),
        ("synthetic-vot", "accuracy"),
        ("synthetic-vot", "failures"),
    ]


def test_further_metrics_stand_in_a_table_of_their_own(small, summary):
    """With its own tests counted: two here, where the main table has none of theirs."""
    more = summary[summary["metric"] == "success_auc"].assign(metric="normalized_precision", p=[NAN, 0.04, 0.5, NAN])
    both = pd.concat([summary, more], ignore_index=True)
    assert panels(both, small) == panels(summary, small)
    assert panels(both, small, main=False) == [("synthetic-otb", "normalized_precision")]
    assert summary_table("main", "T.", both, main_rows(small), small) == summary_table(
        "main", "T.", summary, main_rows(small), small
    )
    seeds = replace(small, seeds=tuple(range(8)))
    both = both.assign(n_seeds=8, n_paired=8)
    table = further_table(both, seeds)
    assert (table.name, [column.name for column in table.columns]) == (
        "further",
        ["Norm. precision (mean)\u00a0\u2191"],
    )
    assert [row.label for row in table.rows] == ["LOGISTIC", "GSL", "TRIPLET", "oracle"]
    assert "for the 2 tests made" in table.caption
    assert "for the 3 tests made" in summary_table("main", "T.", both, main_rows(seeds), seeds).caption
    assert further_table(summary, small) is None


def test_a_metric_that_nobody_has_a_value_of_has_no_column(small, summary):
    short = summary[summary["metric"] == "accuracy"].assign(metric="eao", mean=NAN, low=NAN, high=NAN, diff=NAN, p=NAN)
    assert panels(pd.concat([summary, short], ignore_index=True), small) == panels(summary, small)
    compared = pd.concat([summary, short], ignore_index=True).rename(columns={"mean": "iqm"})
    assert panels(compared, small) == panels(summary, small)
    short.loc[short["variant"] == "gsl", "mean"] = 0.3
    both = pd.concat([summary, short], ignore_index=True)
    table = summary_table("main", "T.", both, main_rows(small), small)
    assert [row.cells[-1].value for row in table.rows] == ["\u2013", ".300", "\u2013", "\u2013"]


def test_best_and_second_follow_the_direction_and_leave_controls_out(small, summary):
    table = summary_table("main", "Title.", summary, main_rows(small), small)
    marked = {row.label: [cell.rank for cell in row.cells] for row in table.rows}
    assert marked == {"LOGISTIC": [0, 0, 1], "GSL": [0, 1, 0], "TRIPLET": [0, 2, 2], "oracle": [0, 0, 0]}
    assert [column.name[-1] for column in table.columns] == ["\u2191", "\u2191", "\u2193"]


def test_cells_hold_mean_interval_and_paired_difference(small, summary):
    table = summary_table("main", "Title.", summary, main_rows(small), small)
    baseline, gsl = table.rows[0], table.rows[1]
    assert baseline.role == "baseline"
    assert gsl.role == "ours"
    assert baseline.cells[1].details == ("[.400, .600]",)
    assert gsl.cells[1].value == ".600"
    assert gsl.cells[1].details == ("[.500, .700]", "\u0394 +.100", "[\u2212.010, +.210]")


def test_a_star_stands_for_p_below_the_level_only(small, summary):
    table = summary_table("main", "Title.", summary, main_rows(small), small)
    gsl, triplet = table.rows[1].cells[2], table.rows[2].cells[2]
    assert gsl.details[1:] == ("\u0394 +1.00*", "[+.50, +1.50]", "p = .008 (Holm .024)")
    assert triplet.details[1:] == ("\u0394 +.50", "[\u2212.50, +1.50]", "p = .031 (Holm .062)"), "corrected, no star"


def test_controls_are_a_block_of_their_own_even_if_the_profile_does_not_list_them(small, summary):
    chosen = replace(small, report=replace(small.report, main=("logistic", "gsl")))
    table = summary_table("main", "Title.", summary, main_rows(chosen), chosen)
    assert [row.label for row in table.block("trained")] == ["LOGISTIC", "GSL"]
    assert [row.label for row in table.block("control")] == ["oracle"]


def test_terms_open_with_the_baseline_and_need_a_list(small):
    assert [variant.name for variant in terms_rows(small)] == ["logistic", "gsl"]
    assert terms_rows(replace(small, report=replace(small.report, terms=()))) == []


def test_caption_says_seeds_interval_and_why_there_is_no_star(small):
    two = caption(small, 0)
    assert "2 seeds" in two
    assert "95 % interval over seeds and sequences" in two
    assert "no significance star is printed: with fewer than 6" in two
    assert "one seed says nothing about training again" in caption(replace(small, seeds=(0,)), 0)
    six = caption(replace(small, seeds=tuple(range(6))), 2)
    assert "sign-flip" in six
    assert "no significance star" not in six


def test_every_number_leads_to_a_variant_whose_runs_it_comes_from(experiment, home):
    names = {variant.name for variant in experiment.variants}
    tables = build_tables(experiment, read_numbers(experiment, home))
    assert {"main", "terms", "further", "comparison", "separability", "tuning", "hard-samples"} <= set(tables)
    for name, table in tables.items():
        if name.startswith("attributes-"):
            assert all(column.variant in names for column in table.columns), name
        else:
            assert all(row.variant in names for row in table.rows), name
            assert all(row.label == experiment.variant(row.variant).label for row in table.rows), name
