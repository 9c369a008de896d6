"""Reading what earlier stages wrote, and saying what is missing."""

import io
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from siamloss.errors import CorruptError, MissingDataError
from siamloss.metrics.scores_file import read_scores
from siamloss.paths import Home
from siamloss.provenance.manifest import NAME
from siamloss.report.attributes import COLUMNS as ATTRIBUTE_COLUMNS
from siamloss.report.figure_data import FigureData
from siamloss.report.inputs import (
    ATTRIBUTES,
    SUMMARY,
    read_curves,
    read_metrics,
    read_separability,
    read_stored,
    read_training_curve,
    read_tunings,
    run_facts,
    scored_runs,
)
from siamloss.report.job import write_tables
from siamloss.runs import network_runs
from siamloss.stats.summary import COLUMNS


@pytest.fixture
def copy(experiment, home, tmp_path):
    """A home of one's own to damage."""
    shutil.copytree(home.root, tmp_path / "fake", ignore=shutil.ignore_patterns("data", "track"))
    moved = replace(experiment, results=str(tmp_path))
    return moved, Home(moved)


def test_metrics_of_all_benchmarks_are_one_table(copy):
    experiment, home = copy
    found = read_metrics(experiment, home)
    assert set(found["benchmark"]) == {dataset.name for dataset in experiment.datasets.test}
    assert set(found["variant"]) == {variant.name for variant in experiment.variants}


def test_missing_benchmark_is_named_with_the_remedy(copy):
    experiment, home = copy
    home.metrics("synthetic-vot").unlink()
    with pytest.raises(MissingDataError, match=r"benchmark 'synthetic-vot' is missing .*run 'snakemake'"):
        read_metrics(experiment, home)


def test_a_run_that_was_not_scored_is_named(copy):
    experiment, home = copy
    more = replace(experiment, seeds=(0, 1, 7))
    with pytest.raises(MissingDataError, match=r"run 'logistic' seed 7 has no metrics on 'synthetic-otb'"):
        read_metrics(more, home)


def test_controls_without_randomness_need_seed_0_only(copy):
    experiment, home = copy
    found = read_metrics(experiment, home)
    assert set(found.loc[found["variant"] == "never-moves", "seed"]) == {0}


def test_truncated_metrics_are_corrupt(copy):
    experiment, home = copy
    path = home.metrics("synthetic-otb")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(CorruptError, match="not a whole Parquet file; delete it"):
        read_metrics(experiment, home)


def test_a_benchmark_without_curves_is_no_error(copy):
    experiment, home = copy
    assert set(read_curves(experiment, home)["benchmark"]) == {"synthetic-otb", "synthetic-got10k"}


def test_missing_and_damaged_scores(copy):
    experiment, home = copy
    path = home.scores("gsl", 1)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(CorruptError, match=r"seed01.npz is not a whole file"):
        read_scores(path)
    path.unlink()
    with pytest.raises(MissingDataError, match="score maps of run 'gsl' seed 1"):
        list(scored_runs(experiment, home))


def test_curve_with_a_broken_line_is_corrupt(copy):
    _, home = copy
    path = home.run("gsl", 0) / "curve.jsonl"
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(CorruptError, match=r"curve.jsonl has a line that is not JSON"):
        read_training_curve(path)


def test_facts_of_every_trained_run(copy):
    experiment, home = copy
    trained = network_runs(experiment, trained_only=True)
    found = run_facts(trained, home)
    assert [(run["variant"], run["seed"]) for run in found] == [
        (variant.name, seed) for variant in experiment.variants if not variant.control for seed in experiment.seeds
    ]
    (home.run("gsl", 1) / "run.json").unlink()
    with pytest.raises(MissingDataError, match="the facts of run 'gsl' seed 1"):
        run_facts(trained, home)


def test_a_tuning_that_is_missing_or_damaged_is_named(copy):
    experiment, home = copy
    assert list(read_tunings(experiment, home)) == ["logistic", "gsl", "<script>"]
    home.tune("gsl").write_text("{", encoding="utf-8")
    with pytest.raises(CorruptError, match=r"gsl.json is not JSON; delete it"):
        read_tunings(experiment, home)
    home.tune("gsl").unlink()
    with pytest.raises(MissingDataError, match=r"the tuning of 'gsl' is missing"):
        read_tunings(experiment, home)
    assert read_tunings(replace(experiment, tune=replace(experiment.tune, trials=0)), home) == {}


def test_separability_without_its_columns_is_corrupt(copy):
    _, home = copy
    read_separability(home).drop(columns="group").to_parquet(home.separability(), index=False)
    with pytest.raises(CorruptError, match="lacks the column 'group'"):
        read_separability(home)


def change_a_digit(path):
    """The last digit of the file, so that it still parses."""
    data = bytearray(path.read_bytes())
    place = max(number for number, byte in enumerate(data) if 0x30 <= byte <= 0x39)
    data[place] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", [SUMMARY, ATTRIBUTES])
def test_a_changed_digit_of_a_table_is_not_drawn(copy, sequences, name):
    experiment, home = copy
    write_tables(experiment, home, home.tables)
    read = {SUMMARY: lambda: FigureData(experiment, home).summary}
    read[ATTRIBUTES] = lambda: FigureData(experiment, home).by_attribute
    whole, path = read[name](), home.tables / name
    change_a_digit(path)
    assert len(pd.read_csv(io.BytesIO(path.read_bytes()))) == len(whole), "a table still"
    with pytest.raises(CorruptError, match=rf"{name} was changed after it was written; delete its folder and run"):
        read[name]()
    columns = {SUMMARY: COLUMNS, ATTRIBUTES: ATTRIBUTE_COLUMNS}[name]
    with pytest.raises(CorruptError, match=rf"{name} was changed"):
        read_stored(path, columns)
    change_a_digit(path)
    change_a_digit(home.tables / NAME)
    with pytest.raises(CorruptError, match=rf"{NAME} was changed"):
        read[name]()
    (home.tables / NAME).unlink()
    pd.testing.assert_frame_equal(read[name](), whole)
