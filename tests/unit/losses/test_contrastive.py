"""The contrastive loss on both kinds of distance."""

import pytest
import torch
from tests.unit.losses.maps import row

from siamloss.losses import make_loss


def test_hand_computed_cosines():
    """D^2 of 0.5 for the positive; negatives at D 0.6 (cosine 0.82) and at D 2, beyond the margin."""
    _, parts = make_loss("contrastive", {"score": "cosine"})(*row([0.75], [0.82, -1.0]))
    assert parts["positive"].item() == pytest.approx(0.25)
    assert parts["negative"].item() == pytest.approx(0.5 * 0.4**2 / 2)


def test_hand_computed_squares():
    """SINT's form: D^2 of 0.36 and 4 against a margin of 1."""
    _, parts = make_loss("contrastive", {"score": "cosine", "form": "sint"})(*row([1.0], [0.82, -1.0]))
    assert parts["positive"].item() == 0
    assert parts["negative"].item() == pytest.approx(0.5 * 0.64 / 2)


def test_sigmoid_distances_are_squared_probabilities_of_error():
    _, parts = make_loss("contrastive", {})(*row([0.0], [0.0, -50.0]))
    assert parts["positive"].item() == pytest.approx(0.5 * 0.25)
    assert parts["negative"].item() == pytest.approx(0.5 * 0.25 / 2)


def test_negatives_that_equal_the_exemplar_have_a_finite_gradient():
    scores, labels = row([1.0], [1.0, 1.0 + 1e-7, 1.0 - 1e-8])
    total = make_loss("contrastive", {"score": "cosine"})(scores.requires_grad_(), labels).total
    total.backward()
    assert total.item() == pytest.approx(0.5 * (1 - 1e-3) ** 2)
    assert scores.grad.isfinite().all()


def test_a_negative_near_the_exemplar_is_pushed_away():
    scores, labels = row([0.9], [0.9])
    make_loss("contrastive", {"score": "cosine"})(scores.requires_grad_(), labels).total.backward()
    positive, negative = scores.grad.flatten().tolist()
    assert positive < 0 < negative


def test_cosines_are_bounded_below_distance_0():
    """A score above 1 counts as 1: its squared distance is not negative."""
    _, parts = make_loss("contrastive", {"score": "cosine"})(*row([5.0], [-1.0]))
    assert parts["positive"].item() == 0
    with pytest.raises(Exception, match="must be above 0"):
        make_loss("contrastive", {"margin": 0.0})


def test_scores_default_to_sigmoid():
    maps = row([0.3, -0.2], [0.8, -0.4])
    assert torch.equal(
        make_loss("contrastive", {})(*maps).total, make_loss("contrastive", {"score": "sigmoid"})(*maps).total
    )
