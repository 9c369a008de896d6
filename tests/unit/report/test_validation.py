"""What validation scenes say of a grid."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.report.fakes_grids import make_ablation

from siamloss.report.grids import grid_view
from siamloss.report.training import CENTER
from siamloss.report.validation import (
    final_values,
    last_center_errors,
    validation_frame,
    validation_measures,
    validation_table,
)


@pytest.fixture
def view(tmp_path):
    experiment = make_ablation(tmp_path)
    return grid_view(experiment, experiment.grids[2])


@pytest.fixture
def curves(view):
    """The last epoch is 1 px better per place in the list, and 2 px worse in seed 1."""
    return {
        v.name: {
            seed: [{"epoch": e, "val": {CENTER: 20.0 - index + 2 * seed + 9 * (e == 1)}} for e in (1, 2)]
            for seed in (0, 1)
        }
        for index, v in enumerate(view.variants)
    }


@pytest.fixture
def separability(view):
    rows = []
    for index, variant in enumerate(view.variants):
        for seed in (0, 1):
            for stage, role, group, away in (
                ("final", "val", "all", 0.0),
                ("final", "train", "all", 0.4),
                ("final", "val", "plain", 0.3),
                ("epoch", "val", "all", 0.2),
            ):
                for quantity in ("roc_auc", "gaussian_overlap"):
                    rows.append(
                        (variant.name, seed, stage, 2, role, group, quantity, 0.1 * index + 0.02 * seed + away, 8)
                    )
    columns = ["variant", "seed", "stage", "epoch", "role", "group", "quantity", "value", "maps"]
    return pd.DataFrame(rows, columns=columns)


def test_final_values_are_those_of_all_unseen_maps(separability):
    found = final_values(separability, "roc_auc")
    assert found[("gsl", 1)] == pytest.approx(0.1 + 0.02)
    assert final_values(separability, "roc_auc", role="train")[("gsl", 0)] == pytest.approx(0.5)


def test_center_errors_are_of_the_last_epoch(curves):
    found = last_center_errors({**curves, "empty": {0: []}, "silent": {0: [{"epoch": 1, "val": None}]}})
    assert found[("logistic", 1)] == 22.0
    assert np.isnan(found[("empty", 0)])
    assert np.isnan(found[("silent", 0)])


def test_means_ranges_and_paired_differences(curves, separability, view):
    frame = validation_frame(curves, separability, view).set_index(["quantity", "variant"])
    row = frame.loc[(CENTER, "gsl[score=cosine]")]
    assert (row["mean"], row["low"], row["high"], row["diff"], row["n_seeds"]) == (19.0, 18.0, 20.0, -2.0, 2)
    assert np.isnan(frame.loc[(CENTER, "logistic"), "diff"])
    assert frame.loc[("roc_auc", "gsl"), "mean"] == pytest.approx(0.11)


def test_one_missing_seed_is_not_averaged_away(curves, separability, view):
    curves["gsl"][1][-1]["val"] = {}
    frame = validation_frame(curves, separability, view).set_index(["quantity", "variant"])
    assert np.isnan(frame.loc[(CENTER, "gsl"), "mean"])


def test_measures_differ_to_the_reference_and_not_to_the_baseline(curves, separability, view):
    frame = validation_frame(curves, separability, view)
    errors = validation_measures(frame, "gsl")[0]
    assert errors.values["diff"].tolist() == [1.0, 0.0, -1.0, -2.0]
    assert not errors.higher_is_better
    assert validation_measures(frame, None)[0].values["diff"].isna().all()


def test_the_table_ranks_and_prints_the_difference(curves, separability, view):
    frame = validation_frame(curves, separability, view)
    table = validation_table("score-validation", frame, view, "val")
    assert [row.cells[0].rank for row in table.rows] == [0, 0, 2, 1]
    assert [row.cells[1].rank for row in table.rows] == [0, 0, 2, 1]
    assert [row.cells[2].rank for row in table.rows] == [1, 2, 0, 0]
    assert table.rows[0].cells[0].details == ("[20.0, 22.0]",)
    assert table.rows[1].cells[0].details == ("[19.0, 21.0]", "\u0394 \u22121.0")


def test_a_difference_of_nothing_is_printed(curves, separability, view):
    curves["gsl"] = curves["logistic"]
    table = validation_table("t", validation_frame(curves, separability, view), view, "val")
    assert table.rows[1].cells[0].details == ("[20.0, 22.0]", "\u0394 .0")
