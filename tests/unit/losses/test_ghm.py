"""Gradient harmonising."""

import math

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.losses import make_loss


def test_hand_computed_case():
    """Ten easy negatives in one bin, one positive at 0 in another: each bin is worth half of the loss."""
    easy = -math.log(29)  # gradient length 1/30 + a bit
    _, parts = make_loss("ghm", {"bins": 10})(*row([0.0], [easy] * 10))
    assert parts["positive"].item() == pytest.approx(0.5 * math.log(2))
    assert parts["negative"].item() == pytest.approx(0.5 * math.log(30 / 29))


def test_one_bin_is_the_plain_mean_over_cells():
    scores, labels = random_maps(torch.float64)
    expected = torch.nn.functional.softplus(-scores * labels)[labels != 0].mean()
    assert make_loss("ghm", {"bins": 1})(scores, labels).total.item() == pytest.approx(expected.item(), rel=1e-12)


def test_crowded_bins_weigh_less_per_cell():
    scores, labels = row([0.0], [-3.0] * 8 + [1.0])
    make_loss("ghm", {})(scores.requires_grad_(), labels).total.backward()
    slopes = scores.grad.flatten().abs()
    plain = torch.sigmoid(torch.tensor([0.0, -3.0, 1.0], dtype=torch.float64))
    assert (slopes[[0, 1, 9]] / plain).tolist() == pytest.approx([1 / 3, 1 / 24, 1 / 3])


def test_the_histogram_is_that_of_the_batch():
    first, second = row([0.0], [-3.0] * 3), row([0.0], [-3.0] * 5)
    wide = tuple(torch.nn.functional.pad(tensor, (0, 2)) for tensor in first)
    both = [torch.cat(tensors) for tensors in zip(wide, second, strict=True)]
    joined = row([0.0, 0.0], [-3.0] * 8)
    loss = make_loss("ghm", {})
    assert loss(*both).total.item() == pytest.approx(loss(*joined).total.item(), rel=1e-12)
    assert not loss.per_map


def test_certain_errors_stay_in_the_last_bin():
    total, _ = make_loss("ghm", {})(*row([-1e4], [1e4, 0.0]))
    assert total.item() == pytest.approx((1e4 + math.log(2)) / 2)


def test_no_labelled_cell_costs_nothing():
    scores, labels = random_maps(torch.float64)
    assert make_loss("ghm", {})(scores, 0 * labels).total.item() == 0
