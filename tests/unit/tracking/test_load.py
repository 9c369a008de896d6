"""From a run directory to a tracker."""

import json
import os
import shutil

import numpy as np
import pytest

from siamloss.data.open import open_dataset
from siamloss.errors import ConfigError, CorruptError, MissingDataError
from siamloss.provenance.manifest import write_manifest
from siamloss.tracking.load import newest_run, open_run, tracker_of
from siamloss.tracking.protocols import one_pass
from siamloss.training.job import train_run


@pytest.fixture(scope="module")
def run(tiny, tiny_stores, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    train_run(tiny, "untrained", 0, *tiny_stores, folder / "progress", folder / "run", threads=1)
    return folder / "run"


def test_a_run_says_all_that_its_tracker_needs(tiny, run):
    sequence = open_dataset(tiny, tiny.datasets.test[0])[0]
    columns = ["x", "y", "w", "h", "score"]
    found = one_pass(open_run(run, tiny.track, threads=1), sequence)[columns]
    assert found.equals(one_pass(tracker_of(tiny, run, threads=1), sequence)[columns])
    assert np.abs(np.diff(found["x"])).max() > 0


def test_a_trained_variant_needs_its_run(tiny):
    with pytest.raises(ConfigError, match="needs its run directory; give --run results"):
        tracker_of(tiny, None)


@pytest.mark.parametrize("change", [{"model": None}, {"model": {"backbone": "small", "depth": 3}}, {"context": None}])
def test_a_run_of_another_release_is_named(run, tmp_path, change):
    old = shutil.copytree(run, tmp_path / "old")
    facts = json.loads((old / "run.json").read_text()) | change
    (old / "run.json").write_text(json.dumps(facts))
    (old / "manifest.json").unlink()
    write_manifest(old)
    with pytest.raises(CorruptError, match="does not say which network it holds; train it again"):
        open_run(old)


def test_what_is_no_run_is_named(tmp_path):
    with pytest.raises(MissingDataError, match="is no run directory; give results"):
        open_run(tmp_path)


def test_the_newest_run_of_all_profiles_is_found(run, tmp_path):
    for number, name in enumerate(["a/train/gsl/seed00", "b/train/triplet/seed01", "b/train/logistic/seed00"]):
        shutil.copytree(run, tmp_path / name)
        os.utime(tmp_path / name / "run.json", (0, [100, 300, 200][number]))
    assert newest_run(tmp_path) == tmp_path / "b/train/triplet/seed01"
    with pytest.raises(MissingDataError, match=r"no trained run in .*; run snakemake --cores all, or give --run"):
        newest_run(tmp_path / "c")
