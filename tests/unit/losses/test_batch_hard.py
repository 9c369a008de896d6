"""Batch-hard."""

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.losses import make_loss


@pytest.mark.parametrize("scope", ["batch", "map"])
@pytest.mark.parametrize("score", ["raw", "sigmoid"])
def test_is_the_hard_term_of_gsl(scope, score):
    scores, labels = random_maps(torch.float64)
    alone = {"variance": 0.0, "lambda": 0.0, "eta": 1.0, "alpha": 0.3, "hard": scope, "score": score}
    total = make_loss("batch-hard", {"margin": 0.3, "scope": scope, "score": score})(scores, labels).total
    assert total.item() == make_loss("gsl", alone)(scores, labels).total.item()


def test_hand_computed_case():
    assert make_loss("batch-hard", {})(*row([1.0, 0.5], [0.7, 0.0])).total.item() == pytest.approx(0.2 + 0.1)


def test_classes_apart_by_the_margin_cost_nothing():
    assert make_loss("batch-hard", {"margin": 0.5})(*row([1.0, 0.5], [0.0, -1.0])).total.item() == 0


def test_the_batch_takes_its_extremes_from_different_maps():
    first, second = row([1.0], [0.9]), row([0.2], [0.1])
    both = [torch.cat(tensors) for tensors in zip(first, second, strict=True)]
    assert make_loss("batch-hard", {"margin": 0.0})(*both).total.item() == 0
    assert make_loss("batch-hard", {"margin": 0.0, "scope": "batch"})(*both).total.item() == pytest.approx(0.7)


def test_only_the_two_extreme_cells_get_a_gradient():
    scores, labels = row([1.0, 0.5], [0.7, 0.0])
    make_loss("batch-hard", {})(scores.requires_grad_(), labels).total.backward()
    assert scores.grad.flatten().tolist() == [0.0, -1.0, 1.0, 0.0]


def test_scope_says_whether_it_is_a_mean_over_maps():
    assert make_loss("batch-hard", {}).per_map
    assert not make_loss("batch-hard", {"scope": "batch"}).per_map
