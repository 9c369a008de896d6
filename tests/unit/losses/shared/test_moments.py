"""Moments of both classes."""

import pytest
import torch
from tests.unit.losses.maps import random_maps

from siamloss.losses.shared.cells import split_cells
from siamloss.losses.shared.moments import class_moments, distance_terms


def test_moments_of_the_batch_are_those_of_all_its_cells():
    scores, labels = random_maps(torch.float64)
    mean, variance, count = class_moments(split_cells(scores, labels), "batch")
    for which, cells in enumerate((scores[labels > 0], scores[labels < 0])):
        assert mean[which].item() == pytest.approx(cells.mean().item())
        assert variance[which].item() == pytest.approx(cells.var(correction=0).item())
        assert count[which].item() == cells.numel()


def test_moments_of_maps_are_those_of_each():
    scores, labels = random_maps(torch.float64)
    mean, variance, count = class_moments(split_cells(scores, labels), "map")
    assert mean.shape == variance.shape == count.shape == (2, 3)
    cells = scores[2][labels[2] < 0]
    assert mean[1, 2].item() == pytest.approx(cells.mean().item())
    assert variance[1, 2].item() == pytest.approx(cells.var(correction=0).item())
    assert count[1, 2].item() == cells.numel()


def test_an_absent_class_has_no_moments():
    scores, labels = random_maps(torch.float64)
    for scope in ("batch", "map"):
        mean, variance, count = class_moments(split_cells(scores, -labels.abs()), scope)
        assert not mean[0].any()
        assert not variance[0].any()
        assert not count[0].any()
        assert variance[1].all()


@pytest.mark.parametrize("level", [1e4, -1e4])
def test_the_variance_is_not_lost_far_from_0(level):
    """The mean of the squares minus the square of the mean would have no digit left in float32."""
    scores, labels = random_maps(torch.float32)
    moved = scores + level
    _, variance, _ = class_moments(split_cells(moved, labels), "batch")
    assert variance[0].item() == pytest.approx(moved[labels > 0].double().var(correction=0).item(), rel=1e-5)


def test_terms_of_weight_0_are_left_out():
    cells = split_cells(*random_maps(torch.float64))
    assert distance_terms(cells, 0.0, 0.0, 0.1, "batch") == {}
    assert set(distance_terms(cells, 0.5, 0.0, 0.1, "batch")) == {"variance"}
    assert set(distance_terms(cells, 0.0, 0.5, 0.1, "map")) == {"margin"}
