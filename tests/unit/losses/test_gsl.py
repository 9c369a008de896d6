"""The Global Similarity Loss: closed forms, terms, scopes and the k hardest."""

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.errors import ConfigError, UnknownKeyError
from siamloss.losses import make_loss


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
    "params",
    [
        {"lambda": -1.0},
        {"moments": "maps"},
        {"variance": 0.0, "lambda": 0.0, "eta": 0.0},
        {"k": 0},
        {"k": 1.5},
        {"score": "dot"},
        {"delta": float("inf")},
        {"eta": "much"},
    ],
)
def test_impossible_parameters_are_refused(params):
    with pytest.raises(ConfigError, match="correct its parameters"):
        make_loss("gsl", params)


def test_misspelt_parameter_names_the_nearest():
    with pytest.raises(UnknownKeyError, match="did you mean 'delta'"):
        make_loss("gsl", {"delt": 0.1})


def test_the_k_hardest_are_averaged():
    """Negatives 5, 4 against positives 1, 3 with k 2: 4.5 - 2 + 0.1; with k 9 all of them: 3 - 6 + 0.1, below 0."""
    maps = row([3.0, 1.0, 14.0], [5.0, 0.0, 4.0])
    hard = {"variance": 0.0, "lambda": 0.0, "eta": 1.0}
    assert make_loss("gsl", {**hard, "k": 1})(*maps).total.item() == pytest.approx(4.1)
    assert make_loss("gsl", {**hard, "k": 2})(*maps).total.item() == pytest.approx(2.6)
    assert make_loss("gsl", {**hard, "k": 9})(*maps).total.item() == 0
    assert make_loss("gsl", {**hard, "k": 9, "alpha": 4.0})(*maps).total.item() == pytest.approx(1.0)


@pytest.mark.parametrize("scope", ["batch", "map"])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_missing_class_leaves_the_variance_of_the_other(scope, sign):
    """Nothing is made up for the absent class: no mean of 0, no margin, no hard term."""
    scores, labels = row([1.0, 3.0], [1.0, 3.0])
    _, parts = make_loss("gsl", {"delta": 9.0, "moments": scope, "hard": scope})(scores, sign * labels.abs())
    assert parts["variance"].item() == pytest.approx(1.0)
    assert parts["margin"].item() == parts["hard"].item() == 0


def test_cosine_scores_are_taken_as_they_come():
    scores, labels = random_maps(torch.float64)
    raw, cosine = (make_loss("gsl", {"score": score})(scores, labels).total for score in ("raw", "cosine"))
    assert raw.item() == cosine.item()


def test_sigmoid_scores_belong_to_the_loss():
    scores, labels = random_maps(torch.float64)
    inside = make_loss("gsl", {"score": "sigmoid"})(scores, labels).total
    assert inside.item() == pytest.approx(make_loss("gsl", {})(torch.sigmoid(scores), labels).total.item())


def test_whether_it_is_a_mean_over_maps_depends_on_the_terms_in_use():
    assert make_loss("gsl", {"moments": "map", "hard": "map"}).per_map
    assert not make_loss("gsl", {"moments": "batch", "hard": "map"}).per_map
    assert not make_loss("gsl", {"moments": "map", "hard": "batch"}).per_map
    assert make_loss("gsl", {"moments": "map", "hard": "batch", "eta": 0.0}).per_map
    assert make_loss("gsl", {"moments": "batch", "variance": 0.0, "lambda": 0.0}).per_map


def test_a_whole_number_may_be_written_with_a_point():
    assert make_loss("gsl", {"k": 3.0}).k == 3
