"""The untrained control: initial weights, fair batch statistics."""

import json

import numpy as np
import pytest
import torch

from siamloss.crops.store import open_store
from siamloss.model import build_model
from siamloss.provenance.hashing import sha256_file
from siamloss.training.fit import make_loader
from siamloss.training.job import train_run
from siamloss.training.run import load_run
from siamloss.training.untrained import BATCHES, set_batch_statistics

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def runs(tiny, tiny_stores, tmp_path_factory):
    folder = tmp_path_factory.mktemp("untrained")
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        train_run(tiny, "untrained", seed, *tiny_stores, folder / "p", folder / name, threads=1)
    return folder


def layers(model):
    return [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]


def test_same_seed_gives_the_same_bytes(runs):
    first, second, other = (sha256_file(runs / name / "weights.safetensors") for name in "abc")
    assert first == second != other


def test_weights_are_the_initial_ones(tiny, runs):
    initial, control = build_model(tiny.model, 0), load_run(runs / "a", tiny.model, CPU)
    for (name, one), (_, two) in zip(initial.named_parameters(), control.named_parameters(), strict=True):
        assert torch.equal(one, two), name
    assert len(layers(control)) > 1
    for layer in layers(control):
        assert layer.num_batches_tracked == 2 * BATCHES, "exemplars and searches"
        assert layer.momentum == 0.1


def test_statistics_are_the_mean_over_the_batches_the_training_starts_with(tiny, tiny_stores):
    """The first layer sees the same input whatever the statistics: compare with plain means over its inputs."""
    model = build_model(tiny.model, 0)
    loader = make_loader(tiny, open_store(tiny_stores[0]), 0, CPU)
    set_batch_statistics(model, loader, batch_size=4, batches=3)
    first = layers(model)[0]
    before = list(model.backbone)[: list(model.backbone).index(first)]
    means, variances = [], []
    for number in range(3):
        for images in loader.load(1, np.arange(4 * number, 4 * number + 4)):
            with torch.no_grad():
                features = torch.nn.Sequential(*before)(images).double()
            means.append(features.mean(dim=(0, 2, 3)))
            variances.append(features.var(dim=(0, 2, 3), correction=1))
    torch.testing.assert_close(first.running_mean.double(), torch.stack(means).mean(0), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(first.running_var.double(), torch.stack(variances).mean(0), rtol=1e-4, atol=1e-4)
    assert not model.training


def test_scores_are_of_the_size_that_training_starts_from(tiny, tiny_stores, runs):
    """Without statistics the scores of the same weights are hundreds of times larger."""
    loader = make_loader(tiny, open_store(tiny_stores[1]), 0, CPU)
    images = loader.load(0, np.arange(8), augment=False)
    spreads = []
    for model in (load_run(runs / "a", tiny.model, CPU), build_model(tiny.model, 0).eval(), build_model(tiny.model, 0)):
        with torch.no_grad():
            spreads.append(model(*images).flatten(1).std(dim=1).mean().item())
    fair, unset, training = spreads
    assert 0.3 < fair / training < 3
    assert unset > 30 * training


def test_run_says_so(tiny, runs):
    facts = json.loads((runs / "a" / "run.json").read_text())
    batch = tiny.train.batch_size
    assert facts["batch_statistics"] == f"mean over {BATCHES} batches of {batch} training pairs, initial weights"
    assert (facts["collapsed"], facts["chosen"], facts["head"]) == (False, {}, "correlation")
