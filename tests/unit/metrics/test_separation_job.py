"""The verb ``siamloss separability``: score maps of all runs in, one tidy table out."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save

from siamloss.config import Variant
from siamloss.data.synthetic import attributes
from siamloss.errors import CorruptError, MissingDataError
from siamloss.metrics.separability import QUANTITIES, separability
from siamloss.metrics.separation_job import COLUMNS, LOOK_ALIKE, MAPS, measure_separability, split_groups
from siamloss.paths import Home
from siamloss.provenance.manifest import write_manifest

LABELS = np.array([[-1, -1, 0], [-1, 1, 1], [0, 1, -1]], np.int8)
SIMILAR = np.array([0, 0.2, 0.7, 0.9, 0.69, np.nan], np.float32)


def maps(seed, count=6):
    return (np.random.default_rng(seed).normal(size=(count, 3, 3)) + 0.5 * LABELS).astype(np.float32)


@pytest.fixture
def home(tiny, tmp_path):
    few = (Variant("logistic", "logistic"), Variant("gsl", "gsl"), Variant("untrained", control="untrained"))
    return Home(replace(tiny, variants=few, results=str(tmp_path)))


def write_scores(home, variant, seed=0, **changed):
    images = np.zeros((1, 2, 2, 3), np.uint8)
    arrays = {
        "train_scores": maps(1),
        "val_scores": maps(2),
        "labels": LABELS,
        "train_distractor": SIMILAR,
        "val_distractor": SIMILAR[::-1],
        "example_exemplars": images,
        "example_searches": images,
    }
    path = home.scores(variant, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **{name: value for name, value in {**arrays, **changed}.items() if value is not None})


def write_run(home, variant, seed=0, arrays=None):
    """A run directory with maps of two epochs, or with these, or without the file where they are None."""
    folder = home.run(variant, seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text("{}")
    if arrays is not None:
        (folder / MAPS).write_bytes(save(arrays))
    write_manifest(folder)


EPOCHS = {f"{role}.{epoch:03d}": maps(10 * epoch + len(role), 4) for role in ("train", "val") for epoch in (1, 2)}


def measure(home, *runs):
    out = home.root / "separability.parquet"
    measure_separability(home.experiment, runs, home, out)
    return pd.read_parquet(out)


def values(table, **where):
    for column, value in where.items():
        table = table[table[column] == value]
    assert not table["quantity"].duplicated().any()
    return dict(zip(table["quantity"], table["value"], strict=True))


def test_every_run_is_measured_by_stage_role_and_group(home):
    for seed in (0, 3):
        write_scores(home, "gsl", seed, val_scores=maps(seed))
        write_run(home, "gsl", seed, EPOCHS)
    table = measure(home, ("gsl", 0), ("gsl", 3))
    assert list(table.columns) == COLUMNS
    last = home.experiment.train.epochs
    for seed in (0, 3):
        one = table[table["seed"] == seed]
        found = values(one, stage="final", role="val", group="all")
        assert found == separability(maps(seed), LABELS)
        assert tuple(found) == QUANTITIES
        assert values(one, stage="final", role="train", group="all") == separability(maps(1), LABELS)
        for epoch in (1, 2):
            for role in ("train", "val"):
                found = values(one, stage="epoch", epoch=epoch, role=role)
                assert found == separability(EPOCHS[f"{role}.{epoch:03d}"], LABELS)
    assert set(table.loc[table["stage"] == "final", "epoch"]) == {last}
    assert set(table.loc[table["stage"] == "epoch", "group"]) == {"all"}
    assert set(table.loc[table["stage"] == "epoch", "maps"]) == {4}


def test_maps_are_split_by_what_is_near_the_target(home):
    write_scores(home, "gsl")
    write_run(home, "gsl")
    table = measure(home, ("gsl", 0))
    for role, seed, hard, plain in (("train", 1, [2, 3], [0, 1, 4]), ("val", 2, [2, 3], [1, 4, 5])):
        for group, chosen in (("distractor", hard), ("plain", plain)):
            found = values(table, role=role, group=group)
            assert found == separability(maps(seed)[chosen], LABELS)
            assert set(table.loc[(table["role"] == role) & (table["group"] == group), "maps"]) == {len(chosen)}


def test_the_threshold_is_the_generators():
    assert attributes.LOOK_ALIKE == LOOK_ALIKE
    # 0.7 as float32 lies a little below the number; it counts as a look-alike all the same.
    assert split_groups(1, np.array([0.7], np.float32)).keys() == {"all", "distractor"}


@pytest.mark.parametrize("known", [None, np.full(6, np.nan, np.float32)], ids=["older-version", "unknown"])
def test_maps_whose_surroundings_are_not_known_are_not_split(home, known):
    write_scores(home, "gsl", train_distractor=known, val_distractor=known)
    write_run(home, "gsl")
    assert set(measure(home, ("gsl", 0))["group"]) == {"all"}


def test_a_role_is_split_even_if_the_other_is_not_and_groups_without_maps_are_left_out(home):
    write_scores(home, "gsl", train_distractor=None, val_distractor=np.zeros(6, np.float32))
    write_run(home, "gsl")
    table = measure(home, ("gsl", 0))
    assert set(zip(table["role"], table["group"], strict=True)) == {("train", "all"), ("val", "all"), ("val", "plain")}


@pytest.mark.parametrize("arrays", [None, {}], ids=["no-file", "no-maps"])
def test_a_run_that_kept_no_maps_has_no_epochs(home, arrays):
    write_scores(home, "gsl")
    write_run(home, "gsl", 0, arrays)
    assert set(measure(home, ("gsl", 0))["stage"]) == {"final"}


def test_an_untrained_network_has_no_run_to_read_and_epoch_0(home):
    write_scores(home, "untrained")
    table = measure(home, ("untrained", 0))
    assert set(zip(table["stage"], table["epoch"], strict=True)) == {("final", 0)}


def test_maps_that_are_not_finite_are_missing_values_of_their_own_only(home):
    bad = maps(2)
    bad[1, 1, 1] = np.nan
    write_scores(home, "gsl", val_scores=bad, val_distractor=np.array([0, 0, 0.8, 0.8, 0.8, 0.8], np.float32))
    write_run(home, "gsl", 0, {"val.001": np.full((4, 3, 3), np.inf, np.float32), "val.002": maps(5, 4)})
    table = measure(home, ("gsl", 0))
    missing = table[table["value"].isna()]
    assert set(zip(missing["stage"], missing["epoch"], missing["role"], missing["group"], strict=True)) == {
        ("final", home.experiment.train.epochs, "val", "all"),
        ("final", home.experiment.train.epochs, "val", "plain"),
        ("epoch", 1, "val", "all"),
    }
    assert len(missing) == 3 * len(QUANTITIES)


def test_missing_scores_leave_no_table(home):
    write_scores(home, "gsl")
    write_run(home, "gsl")
    with pytest.raises(MissingDataError, match=r"logistic.seed00\.npz"):
        measure(home, ("gsl", 0), ("logistic", 0))
    assert not (home.root / "separability.parquet").exists()


def test_damaged_or_lost_maps_are_refused(home):
    write_scores(home, "gsl")
    write_run(home, "gsl", 0, EPOCHS)
    path = home.run("gsl", 0) / MAPS
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(CorruptError, match=rf"{MAPS} was changed after .*delete .* and run snakemake again"):
        measure(home, ("gsl", 0))
    path.unlink()
    with pytest.raises(CorruptError, match=f"{MAPS} is missing"):
        measure(home, ("gsl", 0))


@pytest.mark.parametrize(
    "arrays",
    [
        {"val.one": maps(1)},
        {"test.001": maps(1)},
        {"val.001": np.zeros((4, 5, 5), np.float32)},
        {"val.001": np.zeros((0, 3, 3), np.float32)},
        {"val.001": np.zeros((3, 3), np.float32)},
    ],
)
def test_maps_that_are_not_expected_are_named(home, arrays):
    write_scores(home, "gsl")
    write_run(home, "gsl", 0, arrays)
    with pytest.raises(CorruptError, match=f"{MAPS} has maps '{next(iter(arrays))}'"):
        measure(home, ("gsl", 0))


def test_a_file_that_never_was_safetensors_is_corrupt(home):
    write_scores(home, "gsl")
    folder = home.run("gsl", 0)
    folder.mkdir(parents=True)
    (folder / MAPS).write_bytes(b"\xff" * 40)
    write_manifest(folder)
    with pytest.raises(CorruptError, match=f"{MAPS} is damaged; delete"):
        measure(home, ("gsl", 0))


def test_needs_no_torch():
    code = "import sys, siamloss.metrics.separation_job; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
