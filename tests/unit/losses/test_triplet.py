"""The triplet loss against plain loops."""

import math

import pytest
import torch
from tests.reference import losses as reference
from tests.unit.losses.maps import DTYPES, random_maps, to_lists

from siamloss.losses import make_loss


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_equals_plain_loops(dtype, tolerance):
    scores, labels = random_maps(dtype)
    expected = reference.triplet(*to_lists(scores, labels))
    assert make_loss("triplet", {})(scores, labels).total.item() == pytest.approx(expected, rel=tolerance)


def test_equal_scores_cost_log_2():
    scores, labels = random_maps(torch.float64)
    assert make_loss("triplet", {})(torch.full_like(scores, 5.0), labels).total.item() == pytest.approx(math.log(2))


def test_map_without_positives_costs_nothing_and_has_a_finite_gradient():
    scores, labels = random_maps(torch.float64)
    scores.requires_grad_()
    loss = make_loss("triplet", {})(scores, -torch.ones_like(labels)).total
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(scores.grad, torch.zeros_like(scores))
