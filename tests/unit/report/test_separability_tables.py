"""The tables about separability."""

import math

import pytest
from tests.unit.report.fakes import make_experiment
from tests.unit.report.separability_rows import THREE, frame, rows

from siamloss.report.latex import to_latex
from siamloss.report.markdown import to_markdown
from siamloss.report.separability_tables import separability_tables, significant


@pytest.fixture
def experiment(tmp_path):
    return make_experiment(tmp_path, THREE)


def column(table, name, group=None):
    (index,) = (i for i, item in enumerate(table.columns) if item.name.startswith(name) and group in (None, item.group))
    return [row.cells[index] for row in table.rows]


def finals(**values):
    return [rows(name, *pair) for name, pair in values.items()]


def test_only_what_was_measured_has_a_table(experiment):
    final = rows("gsl", 0.5, 0.6)
    halves = [rows("gsl", 0.5, 0.6, group=group) for group in ("distractor", "plain")]
    epoch = rows("gsl", 0.5, 0.6, stage="epoch")
    assert separability_tables(frame(), experiment) == {}
    assert separability_tables(frame(rows("stranger", 0.5, 0.6)), experiment) == {}
    assert list(separability_tables(frame(final), experiment)) == ["separability", "moments"]
    assert list(separability_tables(frame(final, halves[0]), experiment)) == ["separability", "moments"]
    found = separability_tables(frame(final, *halves, epoch), experiment)
    assert list(found) == ["separability", "moments", "hard-samples", "overfitting"]
    assert all(table.name == name for name, table in found.items())


def test_separability_ranks_trained_variants_on_unseen_scenes(experiment):
    parts = finals(logistic=(0.4, 0.3), gsl=(0.2, 0.25), triplet=(0.3, 0.1), untrained=(0.1, 0.1))
    table = separability_tables(frame(*parts), experiment)["separability"]
    assert [row.label for row in table.rows] == ["Logistic", "GSL", "Triplet", "untrained"]
    assert [(row.block, row.role) for row in table.rows] == [
        ("trained", "baseline"),
        ("trained", "ours"),
        ("trained", ""),
        ("control", ""),
    ]
    assert [cell.rank for cell in column(table, "Gaussian overlap")] == [0, 1, 2, 0]
    assert [cell.rank for cell in column(table, "d′")] == [1, 0, 2, 0]
    assert column(table, "ROC AUC")[1].details == ("training .250", "gap −.050")


def test_the_fit_of_a_gaussian_is_shown_but_not_ranked(experiment):
    part = rows("gsl", {"pos_ks": 0.081, "neg_ks": 0.152}, {"pos_ks": 0.05, "neg_ks": 0.2})
    table = separability_tables(frame(part, rows("logistic", 0.3, 0.3)), experiment)["separability"]
    positives, negatives = (column(table, name, "distance from a Gaussian (KS)") for name in ("positives", "negatives"))
    assert (positives[1].value, negatives[1].value) == (".081", ".152")
    assert positives[1].details == ("training .050", "gap +.031")
    assert {cell.rank for cell in positives + negatives} == {0}


def test_moments_of_both_classes_on_both_kinds_of_scenes(experiment):
    val = {"pos_mean": 1.5, "pos_var": 2.25e-6, "neg_mean": -1234.4, "neg_var": 0.04}
    train = {"pos_mean": 2.5, "pos_var": 3.0, "neg_mean": -3.5, "neg_var": 4.5}
    table = separability_tables(frame(rows("gsl", val, train)), experiment)["moments"]
    assert [item.group for item in table.columns] == ["unseen scenes"] * 4 + ["training scenes"] * 4
    assert [item.name for item in table.columns[:4]] == ["mean +", "variance +", "mean −", "variance −"]
    shown = [cell.value for cell in table.rows[0].cells]
    assert shown == ["1.50", "2.25e−6", "−1234", ".0400", "2.50", "3.00", "−3.50", "4.50"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (0.1, ".100"),
        (-0.01234, "−.0123"),
        (0.9999, "1.00"),
        (12.345, "12.3"),
        (99999.0, "1.00e5"),
        (-3.21e7, "−3.21e7"),
        (1.234e-5, "1.23e−5"),
        (math.nan, "–"),
        (math.inf, "∞"),
    ],
)
def test_three_figures_whatever_the_scale(value, shown):
    assert significant(value) == shown


def test_a_diverged_run_is_missing_everywhere(experiment):
    tables = separability_tables(frame(rows("gsl", math.nan, math.nan)), experiment)
    for table in tables.values():
        assert {cell.value for cell in table.rows[0].cells} == {"–"}


def test_every_table_can_be_written(experiment):
    halves = [rows(v.name, 0.5, 0.6, group=group) for v in THREE for group in ("distractor", "plain")]
    epochs = [rows("gsl", 0.1 * epoch, 0.6, stage="epoch", epoch=epoch) for epoch in (1, 2, 3)]
    parts = finals(logistic=(0.4, 0.3), gsl=(0.2, 0.25), triplet=(0.3, 0.1), untrained=(math.inf, 0.1))
    for table in separability_tables(frame(*parts, *halves, *epochs), experiment).values():
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
        assert "GSL" in to_markdown(table)
        assert to_latex(table).isascii()
