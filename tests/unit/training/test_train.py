"""Training runs: reproducible to the bit, resumable to the bit."""

import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from siamloss.errors import CorruptError, DivergedError
from siamloss.provenance.atomic import write_text
from siamloss.provenance.hashing import canonical_json, sha256_file
from siamloss.training import fit, job, loop
from siamloss.training.job import train_run
from siamloss.training.loop import learning_rate
from siamloss.training.run import load_run
from siamloss.training.scoremaps import write_scores
from siamloss.training.stores import open_stores
from siamloss.training.validate import center_error_px


def run(experiment, stores, tmp_path, name, variant="gsl", seed=0):
    out = tmp_path / name
    train_run(experiment, variant, seed, *stores, tmp_path / f"{name}.progress", out, threads=1)
    return out


def weights(folder):
    return sha256_file(folder / "weights.safetensors")


def files(folder):
    """Hash of every file of a run but ``run.json``, which holds times, and the manifest, which holds its hash."""
    timed = ("run.json", "manifest.json")
    return {path.name: sha256_file(path) for path in sorted(folder.iterdir()) if path.name not in timed}


def facts(folder):
    return json.loads((folder / "run.json").read_text())


def curve(folder):
    return [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("variant", ["logistic", "triplet", "gsl"])
def test_same_spec_twice_gives_the_same_bytes(tiny, tiny_stores, tmp_path, variant):
    first, second = (run(tiny, tiny_stores, tmp_path, name, variant) for name in ("a", "b"))
    assert set(files(first)) == {"weights.safetensors", "curve.jsonl", "maps.safetensors"}
    assert files(first) == files(second)
    other = run(tiny, tiny_stores, tmp_path, "c", variant, seed=1)
    assert weights(other) != weights(first)


@pytest.mark.parametrize("steps", [1, 3, 6, 8, 11])
def test_interrupted_training_continues_to_the_same_bytes(tiny, tiny_stores, tmp_path, monkeypatch, steps):
    whole = run(tiny, tiny_stores, tmp_path, "whole")

    class KilledError(Exception):
        pass

    step = torch.optim.SGD.step
    calls = 0

    def dying_step(self, *arguments, **options):
        nonlocal calls
        calls += 1
        if calls > steps:
            raise KilledError
        return step(self, *arguments, **options)

    monkeypatch.setattr(torch.optim.SGD, "step", dying_step)
    with pytest.raises(KilledError):
        run(tiny, tiny_stores, tmp_path, "cut")
    monkeypatch.undo()
    assert not (tmp_path / "cut").exists()
    assert (tmp_path / "cut.progress").exists() == (steps >= tiny.train.checkpoint_steps)
    cut = run(tiny, tiny_stores, tmp_path, "cut")
    assert files(cut) == files(whole)
    assert not (tmp_path / "cut.progress").exists()


KILLED = """
import os, sys
from pathlib import Path
from siamloss.config_io import read_spec
from siamloss.training.job import train_run

renames = 0

def die(event, arguments):
    global renames
    if event == "os.rename":
        renames += 1
        if renames == int(sys.argv[1]):
            os.kill(os.getpid(), 9)

sys.addaudithook(die)
spec, train_store, val_store, progress, out = map(Path, sys.argv[2:])
train_run(read_spec(spec), "gsl", 0, train_store, val_store, progress, out, threads=1)
"""
"""Trains, and is killed when the n-th file is about to take its name."""


@pytest.mark.parametrize(
    ("rename", "moment"),
    [(3, "maps of epoch 1"), (4, "state after epoch 1"), (10, "run directory")],
)
def test_killed_training_continues_to_the_same_bytes(tiny, tiny_stores, tmp_path, rename, moment):
    whole = run(tiny, tiny_stores, tmp_path, "whole")
    write_text(tmp_path / "spec.json", canonical_json(tiny.to_dict()))
    paths = (tmp_path / "spec.json", *tiny_stores, tmp_path / "cut.progress", tmp_path / "cut")
    result = subprocess.run([sys.executable, "-c", KILLED, str(rename), *map(str, paths)], capture_output=True)
    assert result.returncode == -9, result.stderr
    assert not (tmp_path / "cut").exists()
    kept = {path.name.lstrip(".").split(".")[0] for path in (tmp_path / "cut.progress").rglob("*.safetensors")}
    assert ("epoch001" in kept, "epoch002" in kept) == (True, rename > 4), f"not killed at {moment}"
    assert files(run(tiny, tiny_stores, tmp_path, "cut")) == files(whole)


def test_collapse_of_a_resumed_training_is_judged_as_if_it_had_not_stopped(tiny, tiny_stores, tmp_path, monkeypatch):
    """The spread before the first step and the epoch it began with survive the interruption."""
    hot = replace(tiny, train=replace(tiny.train, epochs=6, lr_start=0.3, lr_end=0.03, clip_norm=0.0))
    whole = run(hot, tiny_stores, tmp_path, "whole", "gsl-hard")
    monkeypatch.setattr(job, "write_run", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run(hot, tiny_stores, tmp_path, "cut", "gsl-hard")
    monkeypatch.undo()
    cut = run(hot, tiny_stores, tmp_path, "cut", "gsl-hard")
    assert facts(cut)["collapse"] == facts(whole)["collapse"] != ""
    assert files(cut) == files(whole)


def test_curve_has_every_term_on_both_roles(tiny, tiny_stores, tmp_path):
    rows = curve(run(tiny, tiny_stores, tmp_path, "a"))
    assert [row["epoch"] for row in rows] == [1, 2]
    for row in rows:
        assert set(row["train"]) == {"total", "variance", "margin", "hard"}
        assert set(row) == {"epoch", "lr", "train", "val", "spread"}
        assert set(row["val"]) == {"total", "variance", "margin", "hard", "center_error_px", "dprime"}
        assert row["train"]["total"] == pytest.approx(sum(row["train"][k] for k in ("variance", "margin", "hard")))


def test_training_lowers_the_loss(tiny, tiny_stores, tmp_path):
    longer = replace(tiny, train=replace(tiny.train, epochs=6))
    rows = curve(run(longer, tiny_stores, tmp_path, "a", "logistic"))
    assert rows[-1]["train"]["total"] < 0.8 * rows[0]["train"]["total"]


def test_variants_of_a_seed_start_equal_and_see_equal_pairs(tiny, tiny_stores, tmp_path, monkeypatch):
    seen, starts = {}, {}
    stream, train = loop.PairLoader.stream, fit.train

    def note_start(trainees, *options):
        starts[current] = {name: tensor.clone() for name, tensor in trainees[0].model.named_parameters()}
        return train(trainees, *options)

    monkeypatch.setattr(fit, "train", note_start)

    def spy(self, epoch, batches):
        for images in stream(self, epoch, batches):
            seen.setdefault(current, []).append(images[1].double().sum().item())
            yield images

    monkeypatch.setattr(loop.PairLoader, "stream", spy)
    for current in ("logistic", "gsl"):
        run(tiny, tiny_stores, tmp_path, current, current)
    assert seen["logistic"] == seen["gsl"]
    assert len(seen["gsl"]) == len(set(seen["gsl"])) == 12
    initial = run(tiny, tiny_stores, tmp_path, "untrained", "untrained")
    assert curve(initial) == []
    control = dict(load_run(initial, tiny.model, torch.device("cpu")).named_parameters())
    for name, tensor in starts["gsl"].items():
        assert torch.equal(tensor, starts["logistic"][name])
        assert torch.equal(tensor, control[name])


def test_infinite_loss_is_named_with_its_step_and_its_pairs_and_leaves_its_state(tiny, tiny_stores, tmp_path):
    """The steps are read back 25 at a time; the one named is the first whose loss is no number, not the last read."""
    wild = replace(tiny, train=replace(tiny.train, lr_start=1e12, lr_end=1e12, checkpoint_steps=500))
    with pytest.raises(DivergedError, match=r"not finite at step 2 \(epoch 1, pairs 4 to 7; state kept in .*lower"):
        run(wild, tiny_stores, tmp_path, "a", "logistic")
    assert not (tmp_path / "a").exists()
    (told,) = (tmp_path / "a.progress").glob("*.diverged.json")
    found = json.loads(told.read_text())
    assert (found["step"], found["epoch"], found["first_pair"], found["last_pair"]) == (2, 1, 4, 7)
    weights = load_file(told.with_suffix(".safetensors"))
    assert not all(torch.isfinite(tensor).all() for tensor in weights.values())


def test_validation_that_is_no_number_leaves_its_state_too(tiny, tiny_stores, tmp_path, monkeypatch):
    """The last update of an epoch may ruin the weights while every training loss was finite."""
    step = torch.optim.SGD.step
    done = 0

    def ruin(self, *arguments, **options):
        nonlocal done
        done += 1
        step(self, *arguments, **options)
        if done == 6:
            with torch.no_grad():
                self.param_groups[0]["params"][0].fill_(math.nan)

    monkeypatch.setattr(torch.optim.SGD, "step", ruin)
    with pytest.raises(DivergedError, match="validation scores or loss are not finite after epoch 1"):
        run(tiny, tiny_stores, tmp_path, "a", "logistic")
    (told,) = (tmp_path / "a.progress").glob("*.diverged.json")
    assert json.loads(told.read_text())["step"] == 6
    assert told.with_suffix(".safetensors").is_file()


def test_a_state_is_taken_up_whatever_leaves_no_trace_in_the_weights(tiny, tiny_stores, tmp_path):
    job = fit.Job(tiny.variant("gsl"), "", tmp_path)
    stores = open_stores(tiny, *tiny_stores, "train")

    def key(**changes):
        experiment = replace(tiny, train=replace(tiny.train, **changes))
        return fit.state_key(experiment, job, 0, torch.device("cpu"), stores)

    assert key() == key(checkpoint_steps=99) == key(tensorboard=True) == key(crops_on_device="never")
    assert len({key(), key(lr_start=0.5), key(precision="bfloat16"), key(compile=True)}) == 4


def test_a_state_of_other_code_is_not_taken_up(tiny, tiny_stores, tmp_path, edited_source):
    """By hand, where no rule names the folder of unfinished work."""
    stores = open_stores(tiny, *tiny_stores, "train")

    def keys(file=None):
        edited_source(file)
        jobs = [fit.Job(tiny.variant(name), "", tmp_path) for name in ("gsl", "logistic")]
        return [fit.state_key(tiny, each, 0, torch.device("cpu"), stores) for each in jobs]

    gsl, logistic = keys()
    assert keys("report/page.py") == [gsl, logistic]
    new = keys("losses/gsl.py")
    assert new[0] != gsl
    assert new[1] == logistic, "another loss"
    newest = keys("training/loop.py")
    assert newest[0] not in (gsl, new[0])
    assert newest[1] != logistic


def test_weights_of_another_architecture_name_the_first_tensor(tiny, tiny_stores, tmp_path):
    out = run(tiny, tiny_stores, tmp_path, "a", "untrained")
    with pytest.raises(CorruptError, match=r"first at tensor 'backbone\.0\.weight'"):
        load_run(out, replace(tiny.model, width=0.5), torch.device("cpu"))


def test_damaged_weights_are_refused(tiny, tiny_stores, tmp_path):
    out = run(tiny, tiny_stores, tmp_path, "a", "untrained")
    file = out / "weights.safetensors"
    data = bytearray(file.read_bytes())
    data[-5] ^= 4
    file.write_bytes(data)
    with pytest.raises(CorruptError, match="weights"):
        load_run(out, tiny.model, torch.device("cpu"))


def test_learning_rate_is_geometric(tiny):
    config = replace(tiny.train, epochs=4, lr_start=1e-2, lr_end=1e-5)
    np.testing.assert_allclose([learning_rate(config, epoch) for epoch in range(1, 5)], [1e-2, 1e-3, 1e-4, 1e-5])


def test_center_error_of_a_known_peak():
    scores = torch.zeros(2, 1, 15, 15)
    scores[0, 0, 7, 7] = 1
    scores[1, 0, 10, 3] = 1
    assert center_error_px(scores, 8.0).tolist() == [0.0, 40.0]


def test_scores_file_has_maps_labels_and_examples(tiny, tiny_stores, tmp_path):
    out = run(tiny, tiny_stores, tmp_path, "a")
    write_scores(tiny, out, *tiny_stores, tmp_path / "scores.npz", threads=1)
    with np.load(tmp_path / "scores.npz") as arrays:
        assert arrays["train_scores"].shape == arrays["val_scores"].shape == (8, 15, 15)
        assert (arrays["labels"] == 1).sum() == 13
        assert arrays["example_exemplars"].shape == (6, 63, 63, 3)
        assert arrays["example_searches"].shape == (6, 119, 119, 3)
        assert arrays["val_scores"].std() > 0


def test_state_of_another_training_is_not_taken_up(tiny, tiny_stores, tmp_path, monkeypatch):
    """Two trainings typed by hand with the same output: the second starts from its own beginning."""
    expected = weights(run(tiny, tiny_stores, tmp_path, "alone", "triplet", seed=1))
    monkeypatch.setattr(job, "write_run", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run(tiny, tiny_stores, tmp_path, "same", "logistic")
    monkeypatch.undo()
    assert list((tmp_path / "same.progress").iterdir())
    assert weights(run(tiny, tiny_stores, tmp_path, "same", "triplet", seed=1)) == expected
