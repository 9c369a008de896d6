"""Network geometry, cross-correlation, initial weights."""

import copy

import pytest
import torch
from tests.reference.losses import cross_correlation as loops
from torch import nn
from torch.nn import functional

from siamloss.config import ModelConfig
from siamloss.geometry.network import GEOMETRY
from siamloss.model import build_model
from siamloss.model.backbone import BACKBONES
from siamloss.model.correlation import cosine_correlation, cross_correlation


@pytest.mark.parametrize(
    "sizes", [((3, 4, 6, 6), (20, 20)), ((2, 3, 2, 5), (7, 6)), ((4, 1, 1, 1), (3, 2)), ((2, 2, 4, 3), (4, 3))]
)
def test_cross_correlation_and_its_gradients_are_those_of_a_grouped_convolution(sizes):
    """Cells in which exemplar and search differ in height and width would show swapped axes."""
    (batch, channels, *window), search_size = sizes
    generator = torch.Generator().manual_seed(1)
    exemplar = torch.randn(batch, channels, *window, generator=generator, dtype=torch.float64, requires_grad=True)
    search = torch.randn(batch, channels, *search_size, generator=generator, dtype=torch.float64, requires_grad=True)
    grouped = functional.conv2d(search.reshape(1, -1, *search_size), exemplar, groups=batch)
    grouped = grouped.reshape(batch, 1, *grouped.shape[-2:])
    result = cross_correlation(exemplar, search)
    torch.testing.assert_close(result, grouped, rtol=1e-12, atol=1e-12)
    weight = torch.randn(result.shape, generator=generator, dtype=torch.float64)
    found = torch.autograd.grad((result * weight).sum(), (exemplar, search))
    expected = torch.autograd.grad((grouped * weight).sum(), (exemplar, search))
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_cross_correlation_equals_plain_loops():
    generator = torch.Generator().manual_seed(0)
    exemplar = torch.randn(2, 3, 2, 3, generator=generator, dtype=torch.float64)
    search = torch.randn(2, 3, 5, 6, generator=generator, dtype=torch.float64)
    result = cross_correlation(exemplar, search)
    for row in range(2):
        expected = torch.tensor(loops(exemplar[row].tolist(), search[row].tolist()), dtype=torch.float64)
        torch.testing.assert_close(result[row, 0], expected, rtol=1e-12, atol=1e-12)


def test_one_exemplar_serves_many_searches():
    exemplar, search = torch.randn(1, 4, 3, 3), torch.randn(3, 4, 7, 7)
    torch.testing.assert_close(
        cross_correlation(exemplar, search), cross_correlation(exemplar.repeat(3, 1, 1, 1), search)
    )


def test_cosine_is_that_of_exemplar_and_window():
    generator = torch.Generator().manual_seed(0)
    exemplar = torch.randn(2, 3, 2, 3, generator=generator, dtype=torch.float64)
    search = 100 * torch.randn(2, 3, 5, 6, generator=generator, dtype=torch.float64)
    search[1, :, 1:3, 2:5] = 7 * exemplar[1]
    result = cosine_correlation(exemplar, search)
    for row in range(2):
        for y in range(4):
            for x in range(4):
                window = search[row, :, y : y + 2, x : x + 3]
                expected = torch.cosine_similarity(exemplar[row].flatten(), window.flatten(), dim=0)
                torch.testing.assert_close(result[row, 0, y, x], expected, rtol=1e-12, atol=1e-12)
    assert result[1, 0, 1, 2] == pytest.approx(1.0)


def test_cosine_of_an_empty_window_is_zero_and_its_gradient_finite():
    search = torch.zeros(1, 2, 4, 4, requires_grad=True)
    result = cosine_correlation(torch.ones(1, 2, 2, 2), search)
    result.sum().backward()
    assert (result == 0).all()
    assert torch.isfinite(search.grad).all()


def test_heads_share_their_initial_weights_and_a_cosine_stays_in_its_range():
    plain, cosine = (build_model(ModelConfig("small"), 3, head).eval() for head in ("correlation", "cosine"))
    for a, b in zip(plain.state_dict().values(), cosine.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    images = 255 * torch.rand(2, 3, 127, 127, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        scores = cosine(images[:, :, 32:95, 32:95], images)
    assert scores.abs().max() <= 1.0 + 1e-6
    assert scores[0, 0, 8, 8] == pytest.approx(1.0, abs=1e-5), "the exemplar's own window"


@pytest.mark.parametrize(("backbone", "width"), [("small", 1.0), ("small", 0.5), ("alexnet", 0.25)])
def test_score_map_has_the_geometry_that_the_tracker_assumes(backbone, width):
    geometry = GEOMETRY[backbone]
    model = build_model(ModelConfig(backbone, width), seed=0).eval()
    exemplar = torch.zeros(1, 3, geometry.exemplar_px, geometry.exemplar_px)
    assert model.features(exemplar).shape[-2:] == (6, 6)
    for side, cells in ((geometry.search_px, 17), (geometry.train_search_px, 15)):
        assert model(exemplar, torch.zeros(1, 3, side, side)).shape == (1, 1, cells, cells)
    assert (geometry.score_cells, geometry.train_score_cells) == (17, 15)


@pytest.mark.parametrize("backbone", ["small", "alexnet"])
def test_moving_the_target_by_one_stride_moves_the_score_by_one_cell(backbone):
    geometry = GEOMETRY[backbone]
    model = build_model(ModelConfig(backbone, 0.25), seed=0).eval()
    image = (
        torch.rand(
            1,
            3,
            geometry.search_px + geometry.stride_px,
            geometry.search_px,
            generator=torch.Generator().manual_seed(0),
        )
        * 255
    )
    exemplar = image[:, :, : geometry.exemplar_px, : geometry.exemplar_px]
    with torch.no_grad():
        first = model(exemplar, image[:, :, : geometry.search_px])
        second = model(exemplar, image[:, :, geometry.stride_px :])
    torch.testing.assert_close(second[:, :, :-1], first[:, :, 1:], rtol=1e-4, atol=1e-6)


def test_initial_weights_depend_on_the_seed_alone():
    torch.manual_seed(5)
    first = build_model(ModelConfig("small"), seed=3)
    state = torch.random.get_rng_state()
    torch.rand(10)
    second = build_model(ModelConfig("small"), seed=3)
    other = build_model(ModelConfig("small"), seed=4)
    for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(first.backbone[0].weight, other.backbone[0].weight)
    torch.manual_seed(5)
    assert torch.equal(state, torch.random.get_rng_state()), "building a model must not use up global randomness"


def test_full_net_has_the_channels_of_siamfc():
    model = build_model(ModelConfig(), seed=0)
    shapes = [tuple(layer.weight.shape) for layer in model.backbone if isinstance(layer, torch.nn.Conv2d)]
    assert shapes == [(96, 3, 11, 11), (256, 48, 5, 5), (384, 256, 3, 3), (384, 192, 3, 3), (256, 192, 3, 3)]
    assert model.gain == pytest.approx(1e-3)


@pytest.mark.parametrize("backbone", ["alexnet", "small"])
def test_pooling_before_the_relu_changes_no_value_and_no_gradient(backbone):
    """SiamFC pools after the ReLU; the order here is the quicker one."""
    torch.manual_seed(0)
    quick, usual = BACKBONES[backbone](0.25).train(), []
    for layer in copy.deepcopy(quick):
        pooled = isinstance(layer, nn.ReLU) and isinstance(usual[-1], nn.MaxPool2d)
        usual.insert(len(usual) - pooled, layer)
    usual = nn.Sequential(*usual)
    assert [type(layer) for layer in usual] != [type(layer) for layer in quick]
    images = torch.randn(2, 3, 127, 127)
    outputs = quick(images), usual(images)
    assert torch.equal(*outputs)
    for output in outputs:
        output.square().sum().backward()
    for one, other in zip(quick.parameters(), usual.parameters(), strict=True):
        assert torch.equal(one.grad, other.grad)
