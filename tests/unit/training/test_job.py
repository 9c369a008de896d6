"""The verb ``siamloss train``: chosen values, the head of the network, and what ``run.json`` says of them."""

import json
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from siamloss.losses import make_loss
from siamloss.provenance.atomic import write_text
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.manifest import write_manifest
from siamloss.training import fit, job
from siamloss.training.job import train_run
from siamloss.training.run import load_run


def run(experiment, stores, tmp_path, name, variant="gsl", chosen=None):
    out = tmp_path / name
    train_run(experiment, variant, 0, *stores, tmp_path / f"{name}.progress", out, threads=1, chosen=chosen)
    return out


def curve(folder):
    return [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]


def facts(folder):
    return json.loads((folder / "run.json").read_text())


def weights(folder):
    return sha256_file(folder / "weights.safetensors")


def choice(path, **chosen):
    write_text(path, json.dumps({"variant": "gsl", "chosen": chosen}))
    return path


def test_chosen_values_are_used_and_told(tiny, tiny_stores, tmp_path):
    plain = run(tiny, tiny_stores, tmp_path, "plain")
    path = choice(tmp_path / "choice.json", lr_scale=0.5, eta=0.3)
    run(tiny, tiny_stores, tmp_path, "chosen", chosen=path)
    assert (facts(plain)["lr_scale"], facts(plain)["chosen"]) == (1.0, {})
    assert (facts(tmp_path / "chosen")["lr_scale"], facts(tmp_path / "chosen")["chosen"]) == (
        0.5,
        {"lr_scale": 0.5, "eta": 0.3},
    )
    assert curve(tmp_path / "chosen")[0]["lr"] == 0.5 * curve(plain)[0]["lr"]
    by_hand = replace(tiny.variant("gsl"), lr_scale=0.5, params={**tiny.variant("gsl").params, "eta": 0.3})
    others = tuple(by_hand if each.name == "gsl" else each for each in tiny.variants)
    expected = run(replace(tiny, variants=others), tiny_stores, tmp_path, "hand")
    for name in ("weights.safetensors", "curve.jsonl", "maps.safetensors"):
        assert sha256_file(tmp_path / "chosen" / name) == sha256_file(expected / name)


def test_chosen_value_does_not_undo_what_the_name_fixes(tiny, tiny_stores, tmp_path):
    cell = replace(tiny.variant("gsl"), name="gsl[eta=0.5]", fixed=("eta",), tuned_as="gsl")
    cell = replace(cell, params={**cell.params, "eta": 0.5})
    grid = replace(tiny, grid_variants=(cell,))
    path = choice(tmp_path / "choice.json", lr_scale=0.5, eta=0.3)
    run(grid, tiny_stores, tmp_path, "a", cell.name, path)
    assert facts(tmp_path / "a")["chosen"] == {"lr_scale": 0.5}


def test_work_done_with_other_chosen_values_is_not_taken_up(tiny, tiny_stores, tmp_path, monkeypatch):
    path = choice(tmp_path / "choice.json", lr_scale=0.5)
    expected = run(tiny, tiny_stores, tmp_path, "alone")
    monkeypatch.setattr(job, "write_run", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run(tiny, tiny_stores, tmp_path, "s", chosen=path)
    monkeypatch.undo()
    assert list((tmp_path / "s.progress").iterdir())
    assert weights(run(tiny, tiny_stores, tmp_path, "s")) == weights(expected)


def test_run_is_loaded_with_the_head_it_was_trained_with(tiny, tiny_stores, tmp_path):
    device = torch.device("cpu")
    raw = run(tiny, tiny_stores, tmp_path, "raw")
    assert facts(raw)["head"] == load_run(raw, tiny.model, device).head == "correlation"
    cosine = shutil.copytree(raw, tmp_path / "cosine")
    write_text(cosine / "run.json", json.dumps({**facts(raw), "head": "cosine"}))
    write_manifest(cosine)
    assert load_run(cosine, tiny.model, device).head == "cosine"


def test_network_is_trained_with_the_head_of_its_variant(tiny, tiny_stores, tmp_path, monkeypatch):
    heads = []
    build = fit.build_model
    monkeypatch.setattr(fit, "build_model", lambda *args, head: heads.append(head) or build(*args, head=head))
    monkeypatch.setattr(fit, "make_loss", lambda name, params: make_loss(name, {}))
    cosine = replace(tiny.variant("logistic"), params={"score": "cosine"})
    others = tuple(cosine if each.name == "logistic" else each for each in tiny.variants)
    out = run(replace(tiny, variants=others), tiny_stores, tmp_path, "a", "logistic")
    assert heads == ["cosine"]
    assert facts(out)["head"] == "cosine"
    maps = load_file(out / "maps.safetensors")
    assert max(item.abs().max() for item in maps.values()) <= 1 + 1e-6
