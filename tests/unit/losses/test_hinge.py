"""The pairwise hinge, computed by sorting."""

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.losses import make_loss


def all_pairs(scores, labels, margin):
    """The same loss of one map from the whole tensor of pairs."""
    positive, negative = scores[labels > 0], scores[labels < 0]
    return (negative[None] - positive[:, None] + margin).clamp_min(0).mean()


def test_hand_computed_case():
    """Pairs (p, n): (1, 0) 0, (1, 2) 2, (0.5, 0) 0.5, (0.5, 2) 2.5."""
    total, _ = make_loss("hinge", {})(*row([1.0, 0.5], [0.0, 2.0], ignored=1))
    assert total.item() == pytest.approx(5 / 4)


def test_equal_scores_cost_the_margin():
    scores, labels = random_maps(torch.float64)
    total = make_loss("hinge", {"margin": 0.3})(torch.full_like(scores, -2.0), labels).total
    assert total.item() == pytest.approx(0.3)


@pytest.mark.parametrize("margin", [0.0, 0.1, 1.0, 10.0])
def test_value_and_gradient_are_those_of_the_tensor_of_pairs(margin):
    scores, labels = random_maps(torch.float64, batch=1, seed=4)
    leaf, other = scores.clone().requires_grad_(), scores.clone().requires_grad_()
    total, expected = make_loss("hinge", {"margin": margin})(leaf, labels).total, all_pairs(other, labels, margin)
    assert total.item() == pytest.approx(expected.item(), rel=1e-12)
    total.backward()
    expected.backward()
    torch.testing.assert_close(leaf.grad, other.grad, rtol=1e-12, atol=1e-14)


def test_equal_scores_of_both_classes_count_once():
    """Ties: a pair exactly at the margin costs nothing, whichever way the counting goes."""
    scores, labels = row([1.0, 2.0, 2.0], [1.0, 1.0, 2.0])
    assert make_loss("hinge", {})(scores, labels).total.item() == pytest.approx(all_pairs(scores, labels, 1.0).item())


@pytest.mark.parametrize("level", [0.0, 1e4, -1e4])
def test_float32_keeps_small_differences_far_from_0(level):
    """At 1e4 neighbouring floats are 1e-3 apart: rounding the scores is all that is lost."""
    scores, labels = random_maps(torch.float32, seed=3)
    moved = scores + level
    expected = torch.stack([all_pairs(s, y, 1.0) for s, y in zip(moved.double(), labels, strict=True)]).mean()
    assert make_loss("hinge", {})(moved, labels).total.item() == pytest.approx(expected.item(), rel=1e-5)


def test_a_single_cell_in_the_middle_of_far_others_is_not_drowned():
    """Positives at 1e4, negatives at -1e4 but for one at 1e4 - 1: all of the cost is that one's."""
    scores, labels = row([1e4] * 5, [-1e4] * 40 + [1e4 - 0.5])
    total = make_loss("hinge", {})(scores.float(), labels).total
    assert total.item() == pytest.approx(0.5 / 41, rel=1e-5)


def test_nothing_as_large_as_all_pairs_is_kept():
    scores, labels = random_maps(torch.float64, side=15)
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.numel()) or t, lambda t: t):
        make_loss("hinge", {})(scores.requires_grad_(), labels)
    assert max(kept) == scores.numel()
