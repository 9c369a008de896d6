"""Separability over the seeds of a variant."""

import math

import numpy as np
import pandas as pd
import pytest
from tests.unit.report.fakes import make_experiment
from tests.unit.report.separability_rows import THREE, frame, rows

from siamloss.config import Variant
from siamloss.report.separation import COLUMNS, QUANTITIES, gap_cell, heading, measured_variants, over_seeds, ranked


def one(table: pd.DataFrame, variant: str, quantity: str = "roc_auc") -> pd.Series:
    (row,) = (row for _, row in table.iterrows() if (row["variant"], row["quantity"]) == (variant, quantity))
    return row


def test_values_are_means_and_ranges_over_seeds():
    table = over_seeds(frame(rows("gsl", 0.8, 0.9), rows("gsl", 0.6, 0.9, seed=1), rows("gsl", 0.7, 0.5, seed=4)))
    assert list(table.columns) == COLUMNS
    found = one(table, "gsl")
    assert found["n_seeds"] == 3
    assert found["maps"] == 8
    assert (found["val"], found["train"]) == (pytest.approx(0.7), pytest.approx(2.3 / 3))
    assert (found["val_low"], found["val_high"]) == (0.6, 0.8)
    assert found["gap"] == pytest.approx(np.mean([-0.1, -0.3, 0.2]))
    assert (found["gap_low"], found["gap_high"]) == (pytest.approx(-0.3), pytest.approx(0.2))


def test_one_diverged_seed_is_not_averaged_away():
    table = over_seeds(frame(rows("gsl", 0.8, 0.9), rows("gsl", math.nan, 0.9, seed=1), rows("triplet", 0.6, 0.7)))
    found = one(table, "gsl")
    assert found[["val", "val_low", "val_high", "gap", "gap_low", "gap_high"]].isna().all()
    assert found["train"] == pytest.approx(0.9)
    assert one(table, "triplet").notna().all()


def test_the_same_infinity_has_no_gap():
    table = over_seeds(frame(rows("gsl", math.inf, math.inf), rows("triplet", math.inf, 3.0)))
    assert (one(table, "gsl")["val"], one(table, "gsl")["gap"]) == (math.inf, 0.0)
    assert one(table, "triplet")["gap"] == math.inf


def test_stages_groups_and_epochs_are_kept_apart():
    table = frame(
        rows("gsl", 0.8, 0.9),
        rows("gsl", 0.1, 0.2, group="distractor", maps=3),
        rows("gsl", 0.5, 0.6, stage="epoch", epoch=1),
        rows("gsl", 0.7, 0.9, stage="epoch", epoch=2),
    )
    assert one(over_seeds(table), "gsl")["val"] == 0.8
    hard = one(over_seeds(table, group="distractor"), "gsl")
    assert (hard["val"], hard["maps"]) == (0.1, 3)
    by_epoch = over_seeds(table, "epoch")
    assert by_epoch.loc[by_epoch["quantity"] == "dprime", ["epoch", "val"]].to_numpy().tolist() == [[1, 0.5], [2, 0.7]]


def test_a_role_that_was_not_measured_is_missing():
    table = frame(rows("gsl", 0.8, 0.9))
    found = one(over_seeds(table[table["role"] == "val"]), "gsl")
    assert found["val"] == 0.8
    assert np.isnan([found["train"], found["gap"]]).all()


def test_nothing_measured_is_an_empty_table():
    table = over_seeds(frame(rows("gsl", 0.8, 0.9)), "epoch")
    assert table.empty
    assert list(table.columns) == COLUMNS


def test_variants_come_in_the_order_of_the_experiment_controls_last(tmp_path):
    grid = Variant("gsl[eta=1]", "gsl", label="eta 1")
    experiment = make_experiment(tmp_path, [THREE[3], *THREE[:3]])
    experiment = experiment.__class__(**{**vars(experiment), "grid_variants": (grid, THREE[0])})
    names = ["triplet", "untrained", "gsl[eta=1]", "logistic", "from another profile"]
    found = measured_variants(frame(*(rows(name, 0.5, 0.5) for name in names)), experiment)
    assert [variant.name for variant in found] == ["logistic", "triplet", "gsl[eta=1]", "untrained"]


def test_cells_hold_unseen_value_training_value_and_gap_and_rank_trained_variants():
    table = over_seeds(frame(*(rows(v.name, value, 0.5) for v, value in zip(THREE, (0.7, 0.9, 0.8, 1.0), strict=True))))
    found = [one(table, variant.name) for variant in THREE]
    cells = ranked(found, THREE, QUANTITIES["roc_auc"])
    assert [cell.rank for cell in cells] == [0, 1, 2, 0]
    assert [cell.rank for cell in ranked(found, THREE, QUANTITIES["gaussian_overlap"])] == [1, 0, 2, 0]
    assert (cells[0].value, cells[0].details) == (".700", ("training .500", "gap +.200"))
    assert gap_cell(one(over_seeds(frame(rows("gsl", math.nan, 0.5))), "gsl")).value == "–"
    assert [heading(QUANTITIES[name])[-1] for name in ("roc_auc", "hard_violation")] == ["↑", "↓"]
