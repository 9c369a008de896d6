"""Batch-hard with a soft margin."""

import math

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.losses import make_loss


def test_hand_computed_case():
    total = make_loss("batch-hard-soft", {})(*row([1.0, 0.5], [0.5 + math.log(3), 0.0])).total
    assert total.item() == pytest.approx(math.log(4))


@pytest.mark.parametrize("scope", ["batch", "map"])
def test_is_at_least_the_hinge_and_at_most_log_2_more(scope):
    scores, labels = random_maps(torch.float64)
    soft = make_loss("batch-hard-soft", {"scope": scope})(scores, labels).total.item()
    hinge = make_loss("batch-hard", {"margin": 0.0, "scope": scope})(scores, labels).total.item()
    assert hinge < soft <= hinge + math.log(2)


def test_separated_classes_still_pull():
    scores, labels = row([3.0], [-3.0])
    make_loss("batch-hard-soft", {})(scores.requires_grad_(), labels).total.backward()
    assert scores.grad.flatten()[0].item() == pytest.approx(-1 / (1 + math.exp(6)))


def test_scope_says_whether_it_is_a_mean_over_maps():
    assert make_loss("batch-hard-soft", {}).per_map
    assert not make_loss("batch-hard-soft", {"scope": "batch"}).per_map
