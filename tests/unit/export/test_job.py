"""The folder of an export: what is in it, and that it is whole or not there."""

import json
import re
import shutil

import pytest
from tests.unit.export.runs import put_run
from typer.testing import CliRunner

from siamloss.cli_export import app
from siamloss.config import ModelConfig, TrackConfig
from siamloss.errors import ConfigError, CorruptError, MissingDataError
from siamloss.export import check
from siamloss.export.check import MismatchError
from siamloss.export.job import export_run, tracker_constants
from siamloss.geometry.network import GEOMETRY
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.manifest import verify_manifest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_folder_holds_models_constants_and_a_manifest_of_them(exported):
    assert set(files(exported)) == {"exemplar.onnx", "search.onnx", "tracker.json", "manifest.json"}
    manifest = verify_manifest(exported)
    assert set(manifest["files"]) == {"exemplar.onnx", "search.onnx", "tracker.json"}
    assert 0 < manifest["deviation"] < 1e-5


def test_constants_are_those_of_the_network_the_tracker_and_the_run(exported, run):
    constants = json.loads((exported / "tracker.json").read_text())
    versions = constants.pop("versions")
    assert set(versions) == {"siamloss", "torch", "onnx", "onnxruntime"}
    assert constants == {
        "exemplar_px": 63,
        "search_px": 127,
        "stride_px": 4,
        "score_cells": 17,
        "context": 0.5,
        "scales": [1.0, 1 / 1.0375, 1.0375],
        "scale_factors": [1.0, 0.9745, 0.9745],
        "scale_penalty": "shift_safe",
        "scale_lr": 0.59,
        "response_up": 16,
        "window_influence": 0.176,
        "peak": "subcell",
        "size_min": 0.2,
        "size_max": 5.0,
        "variant": "gsl",
        "seed": 3,
        "head": "correlation",
        "model": {"backbone": "small", "width": 0.5, "score_gain": 1e-3},
        "run_manifest_sha256": sha256_file(run / "manifest.json"),
        "opset": 17,
    }


def test_five_scales_begin_with_the_present_size():
    constants = tracker_constants(GEOMETRY["alexnet"], TrackConfig(scales=5, scale_step=2.0), 0.5)
    assert constants["scales"] == [1.0, 0.5, 2.0, 0.25, 4.0]
    assert constants["scale_factors"] == [1.0] + [0.9745] * 4


def test_the_verb_replaces_an_earlier_export_and_says_how_close_it_is(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "tracker.json").write_text("{}")
    (tmp_path / "out" / "old").write_text("")
    result = CliRunner().invoke(app, ["--run", str(run), "--out", str(tmp_path / "out"), "--opset", "15"])
    assert result.exit_code == 0, result.output
    assert re.search(r"within \d\.\de-0\d of PyTorch's", result.output)
    verify_manifest(tmp_path / "out")
    assert "old" not in files(tmp_path / "out")
    assert json.loads((tmp_path / "out" / "tracker.json").read_text())["opset"] == 15


def test_a_mismatch_leaves_an_earlier_export_as_it_was(exported, run, tmp_path, monkeypatch):
    shutil.copytree(exported, tmp_path / "out")
    monkeypatch.setattr(check, "TOLERANCE", 0.0)
    with pytest.raises(MismatchError):
        export_run(run, tmp_path / "out")
    with pytest.raises(MismatchError):
        export_run(run, tmp_path / "new")
    assert files(tmp_path / "out") == files(exported)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_no_export_is_not_replaced(run, tmp_path, kind):
    out = tmp_path / "mine"
    if kind == "folder":
        out.mkdir()
        (out / "thesis.tex").write_text("years")
    else:
        out.write_text("years")
    with pytest.raises(ConfigError, match="exists and is no earlier export; give another --out"):
        export_run(run, out)
    assert (out / "thesis.tex" if kind == "folder" else out).read_text() == "years"


def test_a_damaged_run_is_refused(run, tmp_path):
    shutil.copytree(run, tmp_path / "run")
    data = bytearray((tmp_path / "run" / "weights.safetensors").read_bytes())
    data[-1] ^= 1
    (tmp_path / "run" / "weights.safetensors").write_bytes(data)
    with pytest.raises(CorruptError, match="changed after it was written"):
        export_run(tmp_path / "run", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_run_that_does_not_name_its_network_is_refused(models, tmp_path):
    old = put_run(tmp_path / "old", models["correlation"], ModelConfig("small", 0.5), model=None)
    with pytest.raises(CorruptError, match="does not say which network it holds; train it again"):
        export_run(old, tmp_path / "out")


def test_a_missing_run_is_named(tmp_path):
    with pytest.raises(MissingDataError, match="is no run directory"):
        export_run(tmp_path / "none", tmp_path / "out")
