"""RBO's classification ranking."""

import math

import pytest
import torch
from tests.unit.losses.maps import row

from siamloss.errors import ConfigError
from siamloss.losses import make_loss


def logit(probability):
    return math.log(probability / (1 - probability))


def test_hand_computed_case():
    """One positive at 0.6, so K is 1: only the negative at 0.8 counts. (0.8 - 0.6 + 0.5) * 4 = 2.8."""
    total, _ = make_loss("ranking", {})(*row([logit(0.6)], [logit(0.8), logit(0.7), logit(0.1)]))
    assert total.item() == pytest.approx(math.log(1 + math.exp(2.8)) / 4)


def test_as_many_negatives_count_as_there_are_positives():
    scores, labels = row([0.0, 0.0], [2.0, 1.0, 0.9, -3.0])
    make_loss("ranking", {})(scores.requires_grad_(), labels).total.backward()
    assert (scores.grad.flatten() != 0).tolist() == [True, True, True, True, False, False]


def test_higher_negatives_weigh_more():
    """The weights are the softmax of the probabilities, and have a gradient themselves."""
    p, q = 0.9, 0.6
    weight = math.exp(p) / (math.exp(p) + math.exp(q))
    distance = weight * p + (1 - weight) * q
    total, _ = make_loss("ranking", {"sharpness": 1.0, "margin": 0.0})(*row([0.0, 0.0], [logit(p), logit(q)]))
    assert total.item() == pytest.approx(math.log(1 + math.exp(distance - 0.5)))


def test_a_map_without_hard_negatives_costs_nothing():
    maps = row([0.5], [0.0, -1.0])
    assert make_loss("ranking", {})(*maps).total.item() == 0
    assert make_loss("ranking", {"threshold": 0.49})(*maps).total.item() > 0


def test_ignored_cells_are_no_negatives():
    assert make_loss("ranking", {})(*row([0.5], [-1.0], ignored=3)).total.item() == 0


def test_fewer_negatives_than_positives_all_count():
    few, labels = row([0.0, 0.0, 0.0], [1.0])
    total = make_loss("ranking", {"sharpness": 1.0, "margin": 0.0})(few, labels).total
    assert total.item() == pytest.approx(math.log(1 + math.exp(torch.sigmoid(torch.tensor(1.0)).item() - 0.5)))


def test_impossible_parameters_are_refused():
    with pytest.raises(ConfigError, match="sharpness is 0 but must be above 0"):
        make_loss("ranking", {"sharpness": 0})
