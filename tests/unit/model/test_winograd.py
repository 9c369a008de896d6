"""3x3 convolutions by Winograd's algorithm: the direct sum's results."""

import pytest
import torch
from torch import nn

from siamloss.config import ModelConfig
from siamloss.model import build_model
from siamloss.model.frozen import freeze
from siamloss.model.winograd import WinogradConv2d, pays


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("groups", "height", "width"), [(1, 6, 6), (1, 28, 28), (2, 12, 12), (2, 7, 9), (1, 3, 3), (4, 5, 11)]
)
@torch.inference_mode()
def test_results_are_those_of_the_direct_sum(groups, height, width, dtype):
    """Also where the image is no whole number of tiles."""
    generator = torch.Generator().manual_seed(height)
    layer = nn.Conv2d(8 * groups, 12 * groups, 3, groups=groups).to(dtype)
    for parameter in layer.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=dtype))
    images = torch.randn(3, 8 * groups, height, width, generator=generator, dtype=dtype)
    found = WinogradConv2d(layer, fewest_tiles=0)(images)
    assert found.dtype == dtype
    expected = layer.double()(images.double())
    error = (found - expected).abs().max() / expected.abs().max()
    assert error < 40 * torch.finfo(dtype).eps


@torch.inference_mode()
def test_full_width_features_are_as_exact_as_those_of_the_direct_sum():
    """Against float64; the two convolutions in the middle of AlexNet are taken."""
    model = build_model(ModelConfig("alexnet"), seed=0).eval()
    frozen = freeze(model)
    assert [isinstance(layer, WinogradConv2d) for layer in frozen.backbone].count(True) == 2
    images = torch.rand(2, 3, 255, 255, generator=torch.Generator().manual_seed(0)) * 255
    direct, fast = model.features(images), frozen.features(images)
    exact = model.double().features(images.double())
    errors = [((found - exact).abs().max() / exact.abs().max()).item() for found in (direct, fast)]
    assert errors[1] < max(2 * errors[0], 5e-6)


@torch.inference_mode()
def test_few_tiles_are_left_to_the_layer():
    layer = nn.Conv2d(8, 8, 3)
    images = torch.rand(1, 8, 18, 18, generator=torch.Generator().manual_seed(0))
    fast = WinogradConv2d(layer, fewest_tiles=17)
    assert torch.equal(fast(images), layer(images))
    assert not torch.equal(WinogradConv2d(layer, fewest_tiles=16)(images), layer(images))


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(192, 192, 3, padding=1),
        nn.Conv2d(192, 192, 3, stride=2),
        nn.Conv2d(192, 192, 3, dilation=2),
        nn.Conv2d(192, 192, 3, bias=False),
        nn.Conv2d(192, 192, 5),
        nn.Conv2d(384, 256, 3, groups=2),
        nn.ReLU(),
    ],
    ids=str,
)
def test_other_layers_stay_as_they_are(layer):
    assert not pays(layer)
    assert pays(nn.Conv2d(384, 384, 3, groups=2))
