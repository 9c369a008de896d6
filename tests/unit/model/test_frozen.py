"""Networks for inference: the same scores, faster."""

import pytest
import torch
from torch import nn

from siamloss.config import ModelConfig
from siamloss.model import build_model
from siamloss.model.frozen import freeze


def network(backbone, head="correlation", seed=0):
    """Random weights, and batch statistics that matter."""
    model = build_model(ModelConfig(backbone, 0.5), seed, head).eval()
    generator = torch.Generator().manual_seed(seed)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(0, 5, generator=generator)
            layer.running_var.uniform_(0.5, 40, generator=generator)
            with torch.no_grad():
                layer.weight.uniform_(0.5, 2, generator=generator)
                layer.bias.normal_(0, 1, generator=generator)
    return model


def images(backbone, count=2):
    exemplar, search = {"alexnet": (127, 255), "small": (63, 127)}[backbone]
    generator = torch.Generator().manual_seed(1)
    return [torch.rand(count, 3, side, side, generator=generator) * 255 for side in (exemplar, search)]


@pytest.mark.parametrize("head", ["correlation", "cosine"])
@pytest.mark.parametrize("backbone", ["alexnet", "small"])
@torch.inference_mode()
def test_score_maps_are_those_of_the_network(backbone, head):
    model = network(backbone, head)
    expected, found = model(*images(backbone)), freeze(model)(*images(backbone))
    assert expected.std().item() > 1e-4
    torch.testing.assert_close(found, expected, rtol=0, atol=3e-6 * expected.abs().max().item())


def test_the_network_itself_is_left_as_it_was():
    model = network("small")
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    frozen = freeze(model)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert model.state_dict().keys() == before.keys()
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert not any(parameter.requires_grad for parameter in frozen.parameters())
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in frozen.modules())


def test_a_network_in_training_mode_is_taken_as_it_would_be_evaluated():
    model = network("small")
    expected = freeze(model)(*images("small"))
    assert torch.equal(freeze(model.train())(*images("small")), expected)
    assert model.training
