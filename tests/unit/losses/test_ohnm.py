"""Online hard negative mining."""

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.losses import make_loss


def test_keeps_three_negatives_per_positive():
    scores, labels = row([0.0], [3.0, 2.0, 1.0, 0.9, -1.0])
    make_loss("ohnm", {})(scores.requires_grad_(), labels).total.backward()
    assert (scores.grad.flatten() != 0).tolist() == [True, True, True, True, False, False]


def test_the_number_kept_is_rounded_down():
    scores, labels = row([0.0, 0.0, 0.0], [3.0, 2.0, 1.0])
    make_loss("ohnm", {"neg_ratio": 0.5})(scores.requires_grad_(), labels).total.backward()
    assert (scores.grad.flatten() != 0).tolist() == [True, True, True, True, False, False]


def test_with_all_negatives_kept_it_is_the_logistic_loss():
    scores, labels = random_maps(torch.float64)
    mined, logistic = make_loss("ohnm", {"neg_ratio": 99})(scores, labels), make_loss("logistic", {})(scores, labels)
    assert mined.total.item() == pytest.approx(logistic.total.item(), rel=1e-12)


def test_it_costs_at_least_the_logistic_loss():
    scores, labels = random_maps(torch.float64)
    mined, logistic = make_loss("ohnm", {"neg_ratio": 1})(scores, labels), make_loss("logistic", {})(scores, labels)
    assert mined.parts["negative"] > logistic.parts["negative"]
    assert mined.parts["positive"].item() == logistic.parts["positive"].item()


def test_kept_negatives_share_half_of_the_weight():
    scores, labels = row([0.0], [0.0] * 9)
    make_loss("ohnm", {})(scores.requires_grad_(), labels).total.backward()
    assert scores.grad.flatten()[1:].sum().item() == pytest.approx(0.25)
