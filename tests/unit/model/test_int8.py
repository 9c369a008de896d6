"""Backbones in 8-bit integers: exact integer arithmetic, bounded rounding, each image on its own."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from siamloss.config import ModelConfig, TrackConfig
from siamloss.errors import DeviceError, DivergedError
from siamloss.model import build_model
from siamloss.model.frozen import freeze
from siamloss.model.int8 import Int8Backbone, Int8Conv2d, pool_3x3_2, refuse_int8_elsewhere
from siamloss.tracking.network import Network

needs_vnni = pytest.mark.skipif(not torch.cpu._is_vnni_supported(), reason="this processor has no VNNI")


def network(backbone, images):
    """Random weights, and the batch statistics of some images."""
    model = build_model(ModelConfig(backbone, 0.5), 0)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
    with torch.no_grad():
        model.train().features(images)
    return model.eval()


def photographs(count, side):
    """Smooth random images of whole numbers."""
    coarse = torch.rand(count, 3, 9, 9, generator=torch.Generator().manual_seed(3)) * 255
    return functional.interpolate(coarse, (side, side), mode="bilinear").round()


@pytest.mark.parametrize("shape", [(2, 5, 61, 61), (1, 3, 60, 61), (3, 8, 7, 4)])
def test_pooling_is_torchs(shape):
    images = torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(pool_3x3_2(images).float(), functional.max_pool2d(images.float(), 3, 2))


@needs_vnni
@pytest.mark.parametrize("groups", [1, 2])
@torch.inference_mode()
def test_integers_are_convolved_exactly(groups):
    generator = torch.Generator().manual_seed(1)
    layer = nn.Conv2d(8, 12, 3, stride=2, groups=groups)
    layer.weight.copy_(torch.randint(-127, 128, layer.weight.shape, generator=generator))
    layer.weight[:, 0, 0, 0] = 127  # so that a step is 1
    layer.bias.copy_(torch.randint(-500, 500, (12,), generator=generator))
    images = torch.randint(0, 256, (2, 8, 15, 15), dtype=torch.uint8, generator=generator)
    exact = layer(images.float())
    assert exact.abs().max() > 1e5
    torch.testing.assert_close(Int8Conv2d(layer, 1.0, None)(images), exact, rtol=1e-6, atol=0)
    rounded = Int8Conv2d(layer, 1.0, 1024.0)(images)
    assert rounded.dtype == torch.uint8
    assert torch.equal(rounded.float(), (exact / 1024).round().clamp(0, 255))


@needs_vnni
@pytest.mark.parametrize("backbone", ["alexnet", "small"])
@torch.inference_mode()
def test_score_maps_differ_by_a_few_percent(backbone):
    exemplar, search = {"alexnet": (127, 255), "small": (63, 127)}[backbone]
    images = photographs(4, search)
    model = network(backbone, images)
    expected = model(images[:1, :, :exemplar, :exemplar], images[1:])
    found = freeze(model, "int8")(images[:1, :, :exemplar, :exemplar], images[1:])
    error = (found - expected).std() / expected.std()
    assert 1e-4 < error < 0.06


@needs_vnni
@torch.inference_mode()
def test_an_image_is_answered_the_same_in_any_batch():
    images = photographs(4, 127)
    frozen = freeze(network("small", images), "int8")
    together = frozen.features(images)
    assert torch.equal(together, torch.cat([frozen.features(image[None]) for image in images]))


@needs_vnni
def test_the_tracker_uses_it_when_asked():
    model = network("small", photographs(4, 127))
    assert isinstance(Network(model, TrackConfig(precision="int8"))._model.backbone, Int8Backbone)
    assert not isinstance(Network(model, TrackConfig())._model.backbone, Int8Backbone)


@needs_vnni
def test_weights_that_are_no_numbers_are_refused():
    model = network("small", photographs(2, 127))
    with torch.no_grad():
        model.backbone[0].weight[0, 0, 0, 0] = torch.nan
    with pytest.raises(DivergedError, match="use another run"):
        freeze(model, "int8")


def test_a_gpu_is_refused():
    with pytest.raises(DeviceError, match=r"\(cuda\) has none; use precision: float32"):
        refuse_int8_elsewhere(torch.device("cuda"))
