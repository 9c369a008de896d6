"""Cells, reference and measures of a grid."""

import numpy as np
import pytest
from tests.unit.report.fakes_grids import make_ablation
from tests.unit.report.summaries import summary_of

from siamloss.config import Grid
from siamloss.report.grids import (
    benchmark_measures,
    cells_of,
    grid_view,
    is_number,
    setting,
)

NAN = float("nan")


@pytest.fixture
def experiment(tmp_path):
    return make_ablation(tmp_path, seeds=(3,))


def grid_of(experiment, name):
    return next(grid for grid in experiment.grids if grid.name == name)


def test_cells_are_row_major_with_the_last_parameter_fastest(experiment):
    cells = cells_of(grid_of(experiment, "eta-alpha"))
    assert cells.tolist() == [
        ["gsl[alpha=0]", "gsl", "gsl[alpha=1]"],
        ["gsl[eta=0.5,alpha=0]", "gsl[eta=0.5]", "gsl[eta=0.5,alpha=1]"],
    ]
    assert cells_of(grid_of(experiment, "three")).shape == (2, 2, 2)


def test_a_view_opens_with_the_baseline_and_has_the_grid_seeds(experiment):
    view = grid_view(experiment, grid_of(experiment, "eta"))
    assert [v.name for v in view.variants] == ["logistic", *grid_of(experiment, "eta").variants]
    assert view.seeds == (3,)


def test_settings_are_short_and_truth_is_no_number():
    assert [setting(value) for value in (0.1, 1.0, 3, "batch", True)] == ["0.1", "1", "3", "batch", "True"]
    assert not is_number(True)
    assert is_number(0)


def test_differences_and_their_clarity_come_from_the_summary_to_the_reference(experiment):
    view = grid_view(experiment, grid_of(experiment, "eta"))
    base = [
        ("synthetic-otb", "success_auc", name, 1, 0.5, 0.4, 0.6, 0.3, 0.2, 0.4, NAN) for name in ("logistic", "gsl")
    ]
    other = [
        ("synthetic-otb", "success_auc", "gsl", 1, 0.5, 0.4, 0.6, NAN, NAN, NAN, NAN),
        ("synthetic-otb", "success_auc", "above", 1, 0.6, 0.4, 0.6, 0.1, 0.05, 0.2, NAN),
        ("synthetic-otb", "success_auc", "below", 1, 0.4, 0.4, 0.6, -0.1, -0.2, -0.05, NAN),
        ("synthetic-otb", "success_auc", "level", 1, 0.5, 0.4, 0.6, 0.0, -0.1, 0.1, NAN),
    ]
    base += [(*row[:7], 9.0, 9.0, 9.0, NAN) for row in other[1:]]
    summary, against = (summary_of(rows) for rows in (base, other))
    (measure,) = benchmark_measures(summary, against, view)["synthetic-otb"]
    assert (measure.heading, measure.digits) == ("Success AUC \u2191", 3)
    assert measure.values.loc[["above", "below", "level"], "diff"].tolist() == [0.1, -0.1, 0.0]
    assert measure.values.loc[["gsl", "above", "below", "level"], "differs"].tolist() == [False, True, True, False]
    (plain,) = benchmark_measures(summary, None, view)["synthetic-otb"]
    assert plain.values["diff"].isna().all()


def test_values_of_a_list_have_no_cells(experiment):
    assert np.ndim(cells_of(Grid("g", ("a",), {"x": [1]}))) == 1
