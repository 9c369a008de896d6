"""One optimisation step: precision, compilation, and what is said where it cannot be done."""

from dataclasses import replace

import pytest
import torch

from siamloss.config import ModelConfig, TrainConfig
from siamloss.errors import ConfigError, OutOfMemoryError
from siamloss.losses import make_loss
from siamloss.model import build_model
from siamloss.pairs.labels import label_map
from siamloss.training.step import Step, named_out_of_memory

LABELS = label_map(15, 8.0, 16.0)
CONFIG = TrainConfig(batch_size=2, clip_norm=0.5)


def images(seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(2, 3, 63, 63, generator=generator) * 255, torch.rand(2, 3, 119, 119, generator=generator) * 255


def make(config, seed=0):
    model = build_model(ModelConfig("small", 0.25), seed).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
    return Step(model, make_loss("gsl", {}), optimizer, LABELS, config)


def test_terms_are_those_of_the_loss_before_the_update():
    step = make(CONFIG)
    scores = build_model(ModelConfig("small", 0.25), 0).train()(*images(1))
    total, parts = make_loss("gsl", {})(scores, LABELS)
    found = step.run(*images(1))
    assert step.names == ("total", *parts)
    torch.testing.assert_close(found, torch.stack([total, *parts.values()]).detach())
    torch.testing.assert_close(step.scores, scores.detach())
    again = step.run(*images(1))
    assert again[0] != found[0], "the weights have changed"


def test_gradient_is_clipped_to_the_configured_norm():
    free, clipped = make(replace(CONFIG, clip_norm=0.0)), make(replace(CONFIG, clip_norm=1e-3))
    norms = []
    for step in (free, clipped):
        step.run(*images(1))
        norms.append(torch.cat([each.grad.flatten() for each in step.model.parameters()]).norm().item())
    assert norms[0] > 1e-2
    assert norms[1] == pytest.approx(1e-3, rel=1e-3)


def test_bfloat16_lowers_the_network_and_not_the_loss():
    plain, lowered = make(CONFIG), make(replace(CONFIG, precision="bfloat16"))
    full, half = plain.run(*images(1)), lowered.run(*images(1))
    assert half.dtype == lowered.scores.dtype == torch.float32
    assert not torch.equal(full, half)
    torch.testing.assert_close(half, full, rtol=0.1, atol=0.05)
    assert all(parameter.dtype == torch.float32 for parameter in lowered.model.parameters())


def test_a_cuda_graph_on_a_cpu_is_refused():
    with pytest.raises(ConfigError, match=r"'train\.cuda_graph' needs a CUDA device; set it to false"):
        make(replace(CONFIG, cuda_graph=True))


@pytest.mark.slow
def test_compiled_step_computes_the_same():
    plain, compiled = make(CONFIG), make(replace(CONFIG, compile=True))
    for seed in (1, 2, 3):
        torch.testing.assert_close(compiled.run(*images(seed)), plain.run(*images(seed)), rtol=1e-4, atol=1e-5)
    for one, other in zip(plain.model.parameters(), compiled.model.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def test_out_of_memory_says_which_batch_size_to_try():
    advice = r"training step of 8 pairs; try train\.batch_size 4, for every variant"
    with pytest.raises(OutOfMemoryError, match=advice), named_out_of_memory(8):
        torch.empty(1 << 52)
    with pytest.raises(OutOfMemoryError, match="of 1 pairs; use a smaller network"), named_out_of_memory(1):
        torch.empty(1 << 52)
    with pytest.raises(RuntimeError, match="shape"), named_out_of_memory(8):
        torch.zeros(2, 3) @ torch.zeros(2, 3)
