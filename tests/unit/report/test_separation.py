"""Separability of train and val scores."""

import numpy as np
import pytest

from siamloss.metrics.separability import separability
from siamloss.report.inputs import Scores
from siamloss.report.separation import COLUMNS, QUANTITIES, measure_separation


def scores(seed: int, gap: float) -> Scores:
    rng = np.random.default_rng(seed)
    labels = np.array([[1, -1, 0], [-1, 1, -1]], np.int8)
    images = np.zeros((0, 1, 1, 3), np.uint8)
    train, val = (rng.normal(labels, 1 + extra, (20, 2, 3)).astype(np.float32) for extra in (0, gap))
    return Scores(train, val, labels, images, images)


def test_values_are_means_over_seeds_of_the_metrics_room():
    runs = [("gsl", scores(0, 0.5)), ("gsl", scores(1, 0.5))]
    table = measure_separation(runs)
    assert list(table.columns) == list(COLUMNS)
    assert list(table["quantity"]) == list(QUANTITIES)
    for _, row in table.iterrows():
        val = [separability(run.val, run.labels)[row["quantity"]] for _, run in runs]
        train = [separability(run.train, run.labels)[row["quantity"]] for _, run in runs]
        assert row["val"] == pytest.approx(np.mean(val), abs=0)
        assert row["gap"] == pytest.approx(np.mean(val) - np.mean(train))
        assert [row["gap_low"], row["gap_high"]] == sorted(a - b for a, b in zip(val, train, strict=True))
        assert row["n_seeds"] == 2


def test_one_diverged_seed_is_not_averaged_away():
    bad = scores(1, 0.5)
    bad.val[0] = np.nan
    table = measure_separation([("gsl", scores(0, 0.5)), ("gsl", bad), ("triplet", scores(2, 0.1))])
    assert table.loc[table["variant"] == "gsl", "val"].isna().all()
    assert table.loc[table["variant"] == "gsl", "train"].notna().all()
    assert table.loc[table["variant"] == "triplet", "val"].notna().all()


def test_perfect_separation_has_no_gap():
    labels = np.array([[1, -1]], np.int8)
    maps = np.broadcast_to(labels.astype(np.float32), (4, 1, 2))
    images = np.zeros((0, 1, 1, 3), np.uint8)
    table = measure_separation([("gsl", Scores(maps, maps, labels, images, images))]).set_index("quantity")
    assert np.isinf(table.loc["dprime", "val"])
    assert table.loc["dprime", "gap"] == 0
