"""The focal loss."""

import math

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.losses import make_loss


def test_gamma_0_is_the_logistic_loss():
    scores, labels = random_maps(torch.float64)
    focal, logistic = make_loss("focal", {"gamma": 0.0}), make_loss("logistic", {})
    assert focal(scores, labels).total.item() == pytest.approx(logistic(scores, labels).total.item(), rel=1e-12)


def test_all_zero_scores_cost_a_quarter_of_log_2():
    scores, labels = random_maps(torch.float64)
    assert make_loss("focal", {})(torch.zeros_like(scores), labels).total.item() == pytest.approx(math.log(2) / 4)


def test_easy_cells_lose_more_of_their_gradient_than_hard_ones():
    scores, labels = row([3.0, -3.0], [0.0])
    slopes = {}
    for name in ("focal", "logistic"):
        leaf = scores.clone().requires_grad_()
        make_loss(name, {})(leaf, labels).total.backward()
        slopes[name] = leaf.grad.flatten().abs().tolist()
    easy, hard = (slopes["focal"][cell] / slopes["logistic"][cell] for cell in (0, 1))
    assert easy < 0.02 < 0.9 < hard


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0])
def test_the_gradient_stays_finite_where_the_probability_underflows(gamma):
    scores, labels = row([1e4, -1e4], [1e4, -1e4])
    make_loss("focal", {"gamma": gamma})(scores.requires_grad_(), labels).total.backward()
    assert scores.grad.flatten().tolist() == pytest.approx([0.0, -0.25, 0.25, 0.0])
