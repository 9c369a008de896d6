"""Maps with and without a look-alike: table and figure."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.report.fakes import make_experiment
from tests.unit.report.separability_rows import THREE, frame, rows

from siamloss.report import style
from siamloss.report.hard_samples import draw_hard_samples, hard_table, has_groups
from siamloss.report.separation import measured_variants


@pytest.fixture
def experiment(tmp_path):
    return make_experiment(tmp_path, THREE)


def split(variant, hard, plain, seed=0):
    return rows(variant, hard, hard + 0.05, seed=seed, group="distractor", maps=3) + rows(
        variant, plain, plain + 0.02, seed=seed, group="plain", maps=5
    )


@pytest.fixture
def found():
    return frame(
        rows("logistic", 0.5, 0.5), split("logistic", 0.5, 0.9), split("gsl", 0.6, 0.8), split("gsl", 0.8, 1.0, seed=1)
    )


def test_both_groups_of_unseen_maps_are_needed(found):
    assert has_groups(found)
    for group in ("distractor", "plain"):
        assert not has_groups(found[found["group"] != group])
    assert not has_groups(found[found["role"] == "train"])


def test_table_has_a_column_per_quantity_and_group(found, experiment):
    table = hard_table(found, measured_variants(found, experiment), experiment)
    assert [(column.group[:3], column.name) for column in table.columns] == [
        ("har", "with a look-alike"),
        ("har", "without"),
        ("ROC", "with a look-alike"),
        ("ROC", "without"),
    ]
    logistic, gsl = table.rows
    assert [cell.value for cell in logistic.cells] == [".500", ".900"] * 2
    assert [cell.value for cell in gsl.cells] == [".700", ".900"] * 2
    assert gsl.cells[0].details == ("training .750", "gap −.050")
    assert [cell.rank for cell in gsl.cells] == [0, 0, 1, 0]
    assert "(3 per run)" in table.caption
    assert "(5)" in table.caption


def test_figure_marks_both_groups_with_the_range_of_the_seeds(found, experiment):
    figure = draw_hard_samples(found, experiment, style.looks(THREE, "logistic", "gsl"))
    assert len(figure.axes) == 2
    for axes in figure.axes:
        marks = [line for line in axes.lines if line.get_marker() not in ("None", "")]
        assert [line.get_xdata()[0] for line in marks] == [0.5, 0.9, pytest.approx(0.7), pytest.approx(0.9)]
        assert [line.get_markerfacecolor() == "white" for line in marks] == [False, True] * 2
        assert {line.get_color() for line in marks[2:]} == {style.OURS}
        spans = [
            line.get_xdata() for line in axes.lines if line.get_color() == style.OURS and len(line.get_xdata()) == 2
        ]
        np.testing.assert_allclose(spans, [[0.6, 0.8], [0.8, 1.0]])
        assert axes.get_xlim()[1] < 1.1
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["Logistic", "GSL"]


def test_variants_whose_maps_are_not_split_are_left_out(found, experiment):
    more = pd.concat([found, frame(rows("triplet", 0.5, 0.5), rows("triplet", 0.5, 0.5, group="plain"))])
    table = hard_table(more, measured_variants(more, experiment), experiment)
    assert [row.label for row in table.rows] == ["Logistic", "GSL"]
    figure = draw_hard_samples(more, experiment, style.looks(THREE, "logistic", "gsl"))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["Logistic", "GSL"]


def test_maps_that_are_not_split_have_no_groups():
    assert not has_groups(frame(rows("gsl", 0.5, 0.5)))
