"""The verb: runs by their folders, a box as text or drawn, and where things go."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.unit.demo.conftest import read_back, read_table, write_file, write_folder
from typer.testing import CliRunner

from siamloss.cli_demo import app
from siamloss.demo.follow import TABLE, VIDEO
from siamloss.demo.run import labels, parse_box, run_demo
from siamloss.errors import ConfigError, CorruptError, MissingDataError

INIT = "60,40,30,24"


def test_box_from_text():
    np.testing.assert_array_equal(parse_box("60, 40.5,30,24"), [60.0, 40.5, 30.0, 24.0])
    np.testing.assert_array_equal(parse_box("-3,-4,30,24"), [-3.0, -4.0, 30.0, 24.0])


@pytest.mark.parametrize("text", ["", "a,b,c,d", "1,2,3", "1,2,3,4,5", "1 2 3 4", "1,2,nan,4", "1,2,inf,4", "1,2,0,4"])
def test_bad_box_names_the_form(text):
    with pytest.raises(ConfigError, match=r"is no box; write x,y,w,h in pixels, for example --init 120,80,64,48"):
        parse_box(text)


def test_labels_differ(tmp_path, run_folders):
    assert labels(run_folders) == ["logistic seed 0", "gsl seed 0"]
    for place in ("a/train/gsl/seed00", "b/train/gsl/seed00", "a/train/gsl/copy"):
        shutil.copytree(run_folders[1], tmp_path / place)
    first, other, copy = (tmp_path / place / name for place, name in PLACES)
    assert labels([first, other]) == ["gsl seed 0 of a", "gsl seed 0 of b"]
    assert labels([first, copy]) == [str(first), str(copy)]
    with pytest.raises(ConfigError, match="would be compared with itself; give another run"):
        labels([first, first.parent / "." / "seed00"])


def test_a_run_may_lie_anywhere(run_folders, monkeypatch):
    """Also right below the root of the file system."""
    monkeypatch.setattr("pathlib.Path.resolve", lambda path: Path("/") / path.name)
    assert labels(run_folders[:1]) == ["logistic seed 0"]


PLACES = (("a/train/gsl", "seed00"), ("b/train/gsl", "seed00"), ("a/train/gsl", "copy"))


def test_two_runs_on_a_video_file(tmp_path, frames, run_folders):
    path = write_file(tmp_path / "clip.avi", frames, "PNG ", fps=10.0)
    baseline, ours = run_folders
    done = run_demo(str(path), INIT, ours, baseline, tmp_path / "out", frames=5)
    table = read_table(done.table)
    assert table["tracker"].tolist() == ["logistic seed 0", "gsl seed 0"] * 5
    found, fps = read_back(done.video)
    assert (len(found), fps) == (5, 10.0)
    # Each run as it is alone.
    for folder, label in zip(run_folders, ("logistic seed 0", "gsl seed 0"), strict=True):
        alone = run_demo(str(path), INIT, folder, None, tmp_path / label, frames=5)
        single = read_table(alone.table).drop(columns="seconds")
        both = table[table["tracker"] == label].drop(columns="seconds").reset_index(drop=True)
        assert single.equals(both)


def test_newest_run_and_default_folder(tmp_path, frames, run_folders, results):
    os.utime(run_folders[0] / "run.json", (1, 1))
    said = []
    folder = write_folder(tmp_path / "clip", frames[:2])
    done = run_demo(str(folder), INIT, results=results, say=said.append)
    assert said == [f"run {run_folders[1]}, the newest in {results}"]
    assert done.table == results / "try" / "clip" / TABLE
    assert set(read_table(done.table)["tracker"]) == {"gsl seed 0"}


def test_what_is_missing_is_said_before_anything_is_written(tmp_path, frames, run_folders, monkeypatch):
    folder = str(write_folder(tmp_path / "clip", frames[:2]))
    with pytest.raises(MissingDataError, match="no trained run"):
        run_demo(folder, INIT, results=tmp_path)
    with pytest.raises(MissingDataError, match="is no run directory"):
        run_demo(folder, INIT, tmp_path, out=tmp_path / "out")
    monkeypatch.delenv("DISPLAY", raising=False)
    hollow = shutil.copytree(run_folders[0], tmp_path / "run")
    (hollow / "weights.safetensors").unlink()
    with pytest.raises(ConfigError, match="give the box with --init x,y,w,h"):
        run_demo(folder, None, hollow, out=tmp_path / "out")  # said before the network is loaded
    with pytest.raises(CorruptError, match=r"weights\.safetensors"):
        run_demo(folder, INIT, hollow, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_verb(tmp_path, frames, run_folders):
    folder = write_folder(tmp_path / "clip", frames[:3])
    words = [folder, "--init", INIT, "--run", run_folders[1], "--compare", run_folders[0], "--out", tmp_path / "out"]
    result = CliRunner().invoke(app, list(map(str, words)))
    assert result.exit_code == 0, result.output
    assert result.output.startswith("3 frames: ")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [TABLE, VIDEO]
