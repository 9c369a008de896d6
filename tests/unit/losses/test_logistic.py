"""The class-balanced logistic loss: closed forms."""

import math

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.losses import make_loss


def test_all_zero_scores_cost_log_2():
    scores, labels = random_maps(torch.float64)
    assert make_loss("logistic", {})(torch.zeros_like(scores), labels).total.item() == pytest.approx(math.log(2))


def test_hand_computed_case():
    """One positive at 0, three negatives at log 3: half of log 2 and half of log 4."""
    _, parts = make_loss("logistic", {})(*row([0.0], [math.log(3)] * 3))
    assert parts["positive"].item() == pytest.approx(0.5 * math.log(2))
    assert parts["negative"].item() == pytest.approx(0.5 * math.log(4))


def test_both_classes_pull_equally_whatever_their_numbers():
    scores, labels = random_maps(torch.float64)
    leaf = torch.zeros_like(scores).requires_grad_()
    make_loss("logistic", {})(leaf, labels).total.backward()
    assert leaf.grad[labels > 0].sum().item() == pytest.approx(-0.25)
    assert leaf.grad[labels < 0].sum().item() == pytest.approx(0.25)


def test_a_constant_added_to_all_scores_changes_it():
    scores, labels = random_maps(torch.float64)
    loss = make_loss("logistic", {})
    assert abs(loss(scores + 1, labels).total - loss(scores, labels).total) > 1e-3
