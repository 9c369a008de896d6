"""Importing published weights as a run, and exporting a run's."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

from siamloss.cli_weights import app
from siamloss.config import ModelConfig
from siamloss.errors import ConfigError, CorruptError, MissingDataError
from siamloss.model import build_model
from siamloss.model.peer_layout import PEER_MODEL, to_peer
from siamloss.provenance.hashing import sha256_file
from siamloss.report.facts import split_facts
from siamloss.tracking.load import open_run
from siamloss.training.imported import export_weights, import_weights
from siamloss.training.run import load_run, read_facts, write_run
from siamloss.training.start import load_start

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def state():
    """Tensors in the peer's layout, of random weights."""
    model = build_model(PEER_MODEL, seed=5)
    for name, tensor in model.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 50.0)
    return to_peer(model.state_dict())


@pytest.fixture(scope="module")
def published(state, tmp_path_factory):
    path = tmp_path_factory.mktemp("published") / "siamfc_alexnet_e50.pth"
    torch.save(state, path)
    return path


@pytest.fixture(scope="module")
def run(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("imported") / "seed00"
    import_weights(published, folder, "published")
    return folder


def write(folder, config=PEER_MODEL, head="correlation", bias=0.0, **facts):
    """A run directory as training leaves it."""
    folder.mkdir()
    model = build_model(config, seed=2, head=head)
    with torch.no_grad():
        model.bias.fill_(bias)
    described = {"backbone": config.backbone, "width": config.width, "score_gain": config.score_gain}
    write_run(folder, model, [], {"variant": "x", "seed": 0, "head": head, "model": described, "context": 0.5, **facts})
    return folder


def test_run_says_where_its_weights_are_from(run, published):
    facts = read_facts(run)
    assert facts["variant"] == "published"
    assert facts["seed"] == facts["steps"] == 0
    assert facts["source"] == {"file": published.name, "sha256": sha256_file(published)}
    assert ModelConfig(**facts["model"]) == PEER_MODEL
    shared, _, _ = split_facts([facts])
    assert shared["source file"] == published.name


def test_imported_run_loads_and_starts_a_fine_tuning(run):
    model = load_run(run, PEER_MODEL, CPU)
    start = build_model(PEER_MODEL, seed=9)
    load_start(start, run)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, start.state_dict()[name]), name


def test_imported_run_tracks(run):
    image = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    tracker = open_run(run, threads=1, device="cpu")
    tracker.init(image, np.array([60.0, 40.0, 30.0, 40.0]))
    box, score = tracker.update(image)
    assert np.isfinite(box).all()
    assert np.isfinite(score)


def test_export_gives_back_what_was_imported(run, state, tmp_path):
    assert export_weights(run, tmp_path / "back.pth") == []
    back = torch.load(tmp_path / "back.pth", weights_only=True)
    assert list(back) == list(state)
    for name, tensor in state.items():
        assert torch.equal(back[name], tensor), name
    assert [path.name for path in tmp_path.iterdir()] == ["back.pth"]


@pytest.mark.parametrize("key", ["", "state_dict", "model"])
def test_nested_and_safetensors_files_hold_the_same(run, state, tmp_path, key):
    path = tmp_path / ("w.pth" if key else "w.safetensors")
    if key:
        torch.save({"epoch": 3, key: {f"module.{name}": value for name, value in state.items()}}, path)
    else:
        save_file({name: value.contiguous() for name, value in state.items()}, path)
    import_weights(path, tmp_path / "run")
    assert (tmp_path / "run" / "weights.safetensors").read_bytes() == (run / "weights.safetensors").read_bytes()


class Attack:
    """Pickled, this creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


FORMATS = {
    "torch": (torch.save, lambda path: torch.load(path, weights_only=False)),
    "pickle": (
        lambda value, path: path.write_bytes(pickle.dumps(value, protocol=2)),
        lambda path: pickle.loads(path.read_bytes()),
    ),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_pickle_with_code_is_refused_and_not_executed(name, state, tmp_path):
    save, load = FORMATS[name]
    bad = tmp_path / "bad.pth"
    save({**state, "backbone.conv6": Attack(tmp_path / "executed")}, bad)
    with pytest.raises(CorruptError, match=r"bad\.pth .*not executed"):
        import_weights(bad, tmp_path / "run")
    assert list(tmp_path.iterdir()) == [bad]
    load(bad)
    assert (tmp_path / "executed").is_dir(), "the attack works where it is let in"


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
@pytest.mark.parametrize("data", [b"", b"no weights", b"PK\x03\x04" + bytes(100)])
def test_damaged_files_are_named(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CorruptError, match=name):
        import_weights(tmp_path / name, tmp_path / "run")


def test_a_truncated_file_is_named(published, tmp_path):
    data = published.read_bytes()
    (tmp_path / "w.pth").write_bytes(data[: len(data) // 2])
    with pytest.raises(CorruptError, match=r"w\.pth"):
        import_weights(tmp_path / "w.pth", tmp_path / "run")


@pytest.mark.parametrize("value", [torch.zeros(3), [torch.zeros(3)], {1: torch.zeros(3)}])
def test_other_values_than_named_tensors_are_refused(tmp_path, value):
    torch.save(value, tmp_path / "w.pth")
    with pytest.raises(CorruptError, match="no tensors by name"):
        import_weights(tmp_path / "w.pth", tmp_path / "run")


def test_other_folders_are_never_replaced(published, run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("...")
    with pytest.raises(ConfigError, match="no run directory"):
        import_weights(published, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").exists()
    with pytest.raises(MissingDataError, match=r"absent\.pth"):
        import_weights(tmp_path / "absent.pth", tmp_path / "run")
    with pytest.raises(ConfigError, match="is a folder"):
        export_weights(run, tmp_path / "mine")


def test_networks_that_the_layout_cannot_hold_are_refused(tmp_path):
    cases = {
        "cosine": ({"head": "cosine"}, "cosine head"),
        "width": ({"config": ModelConfig(width=0.25)}, "width 0.25"),
        "small": ({"config": ModelConfig(backbone="small")}, "backbone small"),
    }
    for name, (settings, said) in cases.items():
        with pytest.raises(ConfigError, match=said):
            export_weights(write(tmp_path / name, **settings), tmp_path / "w.pth")
    assert not (tmp_path / "w.pth").exists()


def test_what_the_layout_cannot_hold_is_said(tmp_path):
    folder = write(tmp_path / "run", ModelConfig(score_gain=1e-2), bias=-1.5)
    gain, bias = export_weights(folder, tmp_path / "w.pth")
    assert "0.001, here by 0.01" in gain
    assert "-1.5" in bias


def test_verbs(published, tmp_path):
    runner = CliRunner()
    made = runner.invoke(app, ["import-weights", str(published), "--out", str(tmp_path / "run"), "--name", "theirs"])
    assert made.exit_code == 0, made.output
    assert len(made.output.splitlines()) == 1
    assert read_facts(tmp_path / "run")["variant"] == "theirs"
    back = runner.invoke(app, ["export-weights", "--run", str(tmp_path / "run"), "--out", str(tmp_path / "w.pth")])
    assert back.exit_code == 0, back.output
    assert back.output.splitlines() == [f"{tmp_path / 'w.pth'}: weights of {tmp_path / 'run'} for siamfc-pytorch"]


def test_errors_of_the_verbs_are_one_line(state, tmp_path):
    torch.save(dict(list(state.items())[:-1]), tmp_path / "few.pth")
    command = [sys.executable, "-m", "siamloss.cli", "import-weights", "few.pth", "--out", "run"]
    failed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert failed.returncode == CorruptError.exit_code
    assert failed.stderr.startswith("siamloss: CorruptError: few.pth ")
    assert "'backbone.conv5.0.bias': missing, expected 256" in failed.stderr
    assert len(failed.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["few.pth"]
