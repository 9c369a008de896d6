"""The Global Similarity Loss against plain loops, and its closed-form values."""

import itertools

import pytest
import torch
from tests.reference import losses as reference
from tests.unit.losses.maps import DTYPES, random_maps, to_lists

from siamloss.errors import ConfigError, UnknownKeyError
from siamloss.losses import make_loss

SCOPES = list(itertools.product(("batch", "map"), repeat=2))


@pytest.mark.parametrize(("moments", "hard"), SCOPES)
@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_equals_plain_loops(dtype, tolerance, moments, hard):
    scores, labels = random_maps(dtype)
    parameters = {"delta": 0.7, "alpha": 0.3, "eta": 0.5, "moments": moments, "hard": hard}
    expected = reference.gsl(*to_lists(scores, labels), lam=1.5, weight=0.8, **parameters)
    loss = make_loss("gsl", {"lambda": 1.5, "variance": 0.8, **parameters})
    assert loss(scores, labels).total.item() == pytest.approx(expected, rel=tolerance)


def test_defaults():
    scores, labels = random_maps(torch.float64)
    expected = reference.gsl(*to_lists(scores, labels), lam=1.0, delta=0.1, alpha=0.1, eta=0.1)
    assert make_loss("gsl", {})(scores, labels).total.item() == pytest.approx(expected, rel=1e-12)


def test_parts_sum_to_the_total():
    scores, labels = random_maps(torch.float64)
    total, parts = make_loss("gsl", {"delta": 2.0})(scores, labels)
    assert sum(parts.values()).item() == pytest.approx(total.item(), rel=1e-12)
    assert min(parts.values()) > 0


@pytest.mark.parametrize(
    ("params", "part"),
    [
        ({"lambda": 0.0, "eta": 0.0}, "variance"),
        ({"variance": 0.0, "eta": 0.0, "delta": 2.0}, "margin"),
        ({"variance": 0.0, "lambda": 0.0}, "hard"),
    ],
)
def test_each_term_alone_is_the_whole_loss(params, part):
    scores, labels = random_maps(torch.float64)
    total, parts = make_loss("gsl", params)(scores, labels)
    assert total.item() == parts[part].item() > 0
    assert sum(parts.values()).item() == total.item()


def test_hand_computed_case():
    """Positives 1 and 3, negatives 0 and 1: var 1 + 0.25, gap 1.5 below delta 2, hardest 1 - 1 + 0.1."""
    scores = torch.tensor([[[[1.0, 3.0, 0.0, 1.0]]]])
    labels = torch.tensor([[[[1.0, 1.0, -1.0, -1.0]]]])
    total, parts = make_loss("gsl", {"delta": 2.0, "eta": 1.0})(scores, labels)
    assert parts["variance"].item() == pytest.approx(1.25)
    assert parts["margin"].item() == pytest.approx(0.5)
    assert parts["hard"].item() == pytest.approx(0.1)
    assert total.item() == pytest.approx(1.85)


@pytest.mark.parametrize(
    "params", [{"lambda": -1.0}, {"moments": "maps"}, {"variance": 0.0, "lambda": 0.0, "eta": 0.0}]
)
def test_impossible_parameters_are_refused(params):
    with pytest.raises(ConfigError, match="correct its parameters"):
        make_loss("gsl", params)


def test_misspelt_parameter_names_the_nearest():
    with pytest.raises(UnknownKeyError, match="did you mean 'delta'"):
        make_loss("gsl", {"delt": 0.1})
