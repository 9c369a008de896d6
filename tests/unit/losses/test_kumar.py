"""Triplet + l_dis."""

import pytest
import torch
from tests.unit.losses.maps import random_maps

from siamloss.errors import ConfigError
from siamloss.losses import make_loss


@pytest.mark.parametrize("moments", ["batch", "map"])
def test_is_the_sum_of_triplet_and_gsl_without_the_hard_term(moments):
    scores, labels = random_maps(torch.float64)
    triplet = make_loss("triplet", {})(scores, labels).total.item()
    distance = make_loss("gsl", {"eta": 0.0, "delta": 2.0, "moments": moments})(scores, labels).total.item()
    total, parts = make_loss("kumar", {"delta": 2.0, "moments": moments, "gamma": 3.0})(scores, labels)
    assert total.item() == pytest.approx(3 * triplet + distance)
    assert parts["triplet"].item() == pytest.approx(3 * triplet)


def test_defaults_are_those_of_its_two_halves():
    scores, labels = random_maps(torch.float64)
    halves = make_loss("triplet", {})(scores, labels).total + make_loss("gsl", {"eta": 0.0})(scores, labels).total
    assert make_loss("kumar", {})(scores, labels).total.item() == pytest.approx(halves.item())


@pytest.mark.parametrize("params", [{"gamma": -1}, {"lambda": -0.1}, {"moments": "all"}])
def test_impossible_parameters_are_refused(params):
    with pytest.raises(ConfigError, match="correct its parameters"):
        make_loss("kumar", params)
