"""The check of an export notices what is wrong with it."""

import copy

import numpy as np
import pytest
import torch

from siamloss.export.check import CASES, MismatchError, check_models, deviation, probe_images
from siamloss.geometry.network import GEOMETRY

SMALL = GEOMETRY["small"]


def changed(model, change):
    other = copy.deepcopy(model)
    with torch.no_grad():
        change(other)
    return other


def test_a_faithful_export_passes_far_below_the_tolerance(exported, models):
    assert 0 < check_models(exported, models["correlation"], SMALL) < 1e-5


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.backbone[0].weight[0].mul_(1.01),
        lambda model: model.backbone[1].running_mean[0].add_(1.0),
        lambda model: model.bias.add_(0.01),
        lambda model: setattr(model, "gain", model.gain * 1.001),
        lambda model: setattr(model, "head", "cosine"),
        lambda model: model.backbone[0].weight[0, 0, 0, 0].fill_(float("nan")),
    ],
    ids=["weight", "statistics", "bias", "gain", "head", "nan"],
)
def test_a_network_that_differs_is_told_apart(exported, models, change):
    with pytest.raises(
        MismatchError, match=r"differ from PyTorch's by .* of their range \(1e-04 is allowed\); install"
    ):
        check_models(exported, changed(models["correlation"], change), SMALL)


def test_deviation_is_a_share_of_each_maps_own_range():
    wanted = np.stack([np.linspace(0, 1, 9), np.linspace(50, 150, 9)]).reshape(2, 3, 3)
    given = wanted.copy()
    given[1, 0, 0] += 0.5
    assert deviation(given, wanted) == pytest.approx(0.005)
    given[0, 2, 2] -= 0.01
    assert deviation(given, wanted) == pytest.approx(0.01)


def test_deviation_of_an_almost_flat_map_is_a_share_of_its_level():
    wanted = np.full((1, 3, 3), -1000.0)
    assert deviation(wanted, wanted) == 0.0
    assert deviation(wanted + 1e-3, wanted) == pytest.approx(1e-4)
    assert deviation(np.full((1, 3, 3), 1.0), np.zeros((1, 3, 3))) > 1e30
    assert np.isnan(deviation(wanted * np.nan, wanted))


def test_the_cases_cover_batches_of_1_3_and_7_and_several_targets_at_several_scales():
    assert {number for case in CASES for number in case} >= {1, 3, 7}
    assert any(1 < exemplars < images for exemplars, images in CASES)
    assert all(images % exemplars == 0 for exemplars, images in CASES)


def test_probe_images_are_bytes_and_of_two_kinds():
    images = probe_images(4, 63, seed=0)
    assert images.shape == (4, 3, 63, 63)
    assert images.dtype == np.float32
    np.testing.assert_array_equal(images, images.round().clip(0, 255))
    steps = np.abs(np.diff(images, axis=-1)).mean(axis=(1, 2, 3))
    assert (steps[::2] > 5 * steps[1::2]).all()
