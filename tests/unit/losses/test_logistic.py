"""The class-balanced logistic loss against plain loops."""

import math

import pytest
import torch
from tests.reference import losses as reference
from tests.unit.losses.maps import DTYPES, random_maps, to_lists

from siamloss.losses import make_loss


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_equals_plain_loops(dtype, tolerance):
    scores, labels = random_maps(dtype)
    expected = reference.logistic(*to_lists(scores, labels))
    assert make_loss("logistic", {})(scores, labels).total.item() == pytest.approx(expected, rel=tolerance)


def test_all_zero_scores_cost_log_2():
    scores, labels = random_maps(torch.float64)
    assert make_loss("logistic", {})(torch.zeros_like(scores), labels).total.item() == pytest.approx(math.log(2))


def test_a_constant_added_to_all_scores_changes_it():
    scores, labels = random_maps(torch.float64)
    loss = make_loss("logistic", {})
    assert abs(loss(scores + 1, labels).total - loss(scores, labels).total) > 1e-3
