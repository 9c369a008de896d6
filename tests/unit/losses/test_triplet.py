"""The triplet loss: closed forms, and a map without positives."""

import math

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.losses import make_loss


def test_equal_scores_cost_log_2():
    scores, labels = random_maps(torch.float64)
    assert make_loss("triplet", {})(torch.full_like(scores, 5.0), labels).total.item() == pytest.approx(math.log(2))


def test_hand_computed_case():
    """Differences n - p of 0 and log 3: the mean of log 2 and log 4."""
    total, _ = make_loss("triplet", {})(*row([1.0], [1.0, 1.0 + math.log(3)], ignored=2))
    assert total.item() == pytest.approx((math.log(2) + math.log(4)) / 2)


def test_the_gradient_is_that_of_the_paper():
    """Dong & Shen 2018, equation 11: -1 / (1 + exp(p - n)) for the positive, the opposite for the negative."""
    scores, labels = row([0.3], [1.0])
    make_loss("triplet", {})(scores.requires_grad_(), labels).total.backward()
    slope = 1 / (1 + math.exp(0.3 - 1.0))
    assert scores.grad.flatten().tolist() == pytest.approx([-slope, slope])


def test_map_without_positives_costs_nothing_and_has_a_finite_gradient():
    scores, labels = random_maps(torch.float64)
    scores.requires_grad_()
    loss = make_loss("triplet", {})(scores, -torch.ones_like(labels)).total
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(scores.grad, torch.zeros_like(scores))


def test_the_tensor_of_pairs_is_no_larger_than_the_classes():
    """Of all that autograd keeps for the backward pass, nothing is larger than (B, M, N)."""
    scores, labels = random_maps(torch.float64)
    most = int((labels > 0).flatten(1).sum(1).max()) * int((labels < 0).flatten(1).sum(1).max())
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.numel()) or t, lambda t: t):
        make_loss("triplet", {})(scores.requires_grad_(), labels)
    assert max(kept) == len(scores) * most
