"""Fine-tuning from the weights of another run or of a file."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from siamloss.errors import CorruptError, MissingDataError
from siamloss.model import build_model
from siamloss.training.job import train_run
from siamloss.training.run import load_run
from siamloss.training.start import load_start


@pytest.fixture(scope="module")
def base(tiny, tiny_stores, tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    train_run(tiny, "logistic", 0, *tiny_stores, folder / "p", folder / "run", threads=1)
    return folder / "run"


def tuned(tiny):
    return replace(tiny, variants=(*tiny.variants, replace(tiny.variant("gsl"), name="gsl-ft", start="logistic")))


def test_training_begins_with_the_weights_and_statistics_of_the_run(tiny, tiny_stores, tmp_path, base):
    slow = replace(tuned(tiny), train=replace(tiny.train, lr_start=1e-12, lr_end=1e-12, epochs=1))
    train_run(slow, "gsl-ft", 0, *tiny_stores, tmp_path / "p", tmp_path / "ft", threads=1, start=base)
    before, after = load_file(base / "weights.safetensors"), load_file(tmp_path / "ft" / "weights.safetensors")
    for name, tensor in before.items():
        if "running" in name or "tracked" in name:
            continue
        torch.testing.assert_close(after[name], tensor, rtol=1e-6, atol=1e-9)
    passes = 2 * 6  # exemplars and searches of each step
    assert after["backbone.1.num_batches_tracked"] == before["backbone.1.num_batches_tracked"] + passes
    told = json.loads((tmp_path / "ft" / "run.json").read_text())["start"]
    assert len(told) == 64


def test_other_weights_to_start_from_are_another_training(tiny, tiny_stores, tmp_path, base):
    """The saved state of a fine-tuning is not taken up by one that starts elsewhere."""
    from siamloss.training.fit import Job, state_key
    from siamloss.training.stores import open_stores

    experiment = tuned(tiny)
    variant, device = experiment.variant("gsl-ft"), torch.device("cpu")
    stores = open_stores(experiment, *tiny_stores, "train")
    save_file(load_file(base / "weights.safetensors"), tmp_path / "a.safetensors")
    keys = {
        state_key(experiment, Job(variant, "", tmp_path, start), 0, device, stores)
        for start in (None, base, tmp_path / "a.safetensors")
    }
    assert len(keys) == 3


def test_a_file_of_weights_is_taken_like_a_run(tiny, tmp_path, base):
    save_file(load_file(base / "weights.safetensors"), tmp_path / "w.safetensors")
    model = build_model(tiny.model, 5)
    load_start(model, tmp_path / "w.safetensors")
    expected = load_run(base, tiny.model, torch.device("cpu")).state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in model.state_dict().items())


def test_what_does_not_fit_is_named_and_changes_nothing(tiny, tmp_path, base):
    weights = load_file(base / "weights.safetensors")
    model = build_model(tiny.model, 5)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    other = {**weights, "backbone.4.weight": weights["backbone.4.weight"][:-1].contiguous()}
    shape = "x".join(str(size) for size in other["backbone.4.weight"].shape)
    save_file(other, tmp_path / "shape.safetensors")
    save_file({k: v for k, v in weights.items() if k != "bias"}, tmp_path / "less.safetensors")
    save_file({**weights, "head.weight": torch.zeros(1)}, tmp_path / "more.safetensors")
    (tmp_path / "text.safetensors").write_text("no weights")
    for name, said in (
        ("shape", rf"first at tensor 'backbone\.4\.weight': {shape} in the file"),
        ("less", "first at tensor 'bias': missing in the file, 1 in the network"),
        ("more", r"first at tensor 'head\.weight': 1 in the file, missing in the network"),
        ("text", "is no file of weights"),
    ):
        with pytest.raises(CorruptError, match=said):
            load_start(model, tmp_path / f"{name}.safetensors")
    with pytest.raises(MissingDataError, match="no weights to start from"):
        load_start(model, tmp_path / "gone.safetensors")
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
