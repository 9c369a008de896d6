"""Properties that hold for every loss, or that tell the losses apart."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.losses.maps import random_maps

from siamloss.losses import LOSSES, make_loss

SHIFT_FREE = [("triplet", {}), ("gsl", {}), ("gsl", {"moments": "map", "hard": "batch"}), ("gsl", {"eta": 0.0})]


@pytest.mark.parametrize("name", LOSSES)
def test_gradcheck(name):
    scores, labels = random_maps(torch.float64, batch=2, side=5)
    loss = make_loss(name, {})
    assert torch.autograd.gradcheck(lambda values: loss(values, labels).total, scores.requires_grad_())


@pytest.mark.parametrize("scopes", [("batch", "batch"), ("map", "map")])
def test_gradcheck_of_gsl_with_all_terms_active(scopes):
    scores, labels = random_maps(torch.float64, batch=2, side=5)
    loss = make_loss("gsl", {"delta": 3.0, "moments": scopes[0], "hard": scopes[1]})
    assert min(loss(scores, labels).parts.values()) > 0
    assert torch.autograd.gradcheck(lambda values: loss(values, labels).total, scores.requires_grad_())


@pytest.mark.parametrize(("name", "params"), SHIFT_FREE)
@settings(max_examples=25, deadline=None)
@given(shift=st.floats(-50, 50), seed=st.integers(0, 1000))
def test_adding_a_constant_changes_nothing(name, params, shift, seed):
    scores, labels = random_maps(torch.float64, seed=seed)
    loss = make_loss(name, params)
    assert loss(scores + shift, labels).total.item() == pytest.approx(loss(scores, labels).total.item(), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(alpha=st.floats(0.01, 2), extra=st.floats(0, 1), seed=st.integers(0, 1000))
def test_hard_term_is_zero_once_separated_by_alpha(alpha, extra, seed):
    scores, labels = random_maps(torch.float64, seed=seed)
    separated = torch.where(labels > 0, scores.abs() + alpha + extra + 1e-9, -scores.abs())
    assert make_loss("gsl", {"alpha": alpha})(separated, labels).parts["hard"].item() == 0
    assert make_loss("gsl", {"alpha": alpha + extra + 1e6})(separated, labels).parts["hard"].item() > 0


@settings(max_examples=25, deadline=None)
@given(lam=st.floats(0, 3), delta=st.floats(0, 3), eta=st.floats(0, 3), alpha=st.floats(0, 3), level=st.floats(-9, 9))
def test_collapse_costs_lambda_delta_plus_eta_alpha(lam, delta, eta, alpha, level):
    scores, labels = random_maps(torch.float64)
    loss = make_loss("gsl", {"lambda": lam, "delta": delta, "eta": eta, "alpha": alpha})
    total = loss(torch.full_like(scores, level), labels).total.item()
    assert total == pytest.approx(lam * delta + eta * alpha, abs=1e-9)


@pytest.mark.parametrize("name", LOSSES)
def test_order_of_cells_does_not_matter(name):
    scores, labels = random_maps(torch.float64)
    order = torch.randperm(scores[0].numel(), generator=torch.Generator().manual_seed(1))
    mixed_scores = scores.flatten(1)[:, order].reshape(scores.shape)
    mixed_labels = labels.flatten(1)[:, order].reshape(labels.shape)
    loss = make_loss(name, {})
    assert loss(mixed_scores, mixed_labels).total.item() == pytest.approx(loss(scores, labels).total.item(), rel=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_ignored_cells_have_no_influence(name):
    scores, labels = random_maps(torch.float64)
    loss = make_loss(name, {})
    before = loss(scores, labels).total.item()
    assert loss(torch.where(labels == 0, scores + 1e3, scores), labels).total.item() == before


@pytest.mark.parametrize("name", LOSSES)
def test_one_label_map_serves_the_whole_batch(name):
    scores, labels = random_maps(torch.float64)
    loss = make_loss(name, {})
    shared = labels[1:2]
    expected = loss(scores, shared.repeat(len(scores), 1, 1, 1)).total.item()
    assert loss(scores, shared).total.item() == expected


@pytest.mark.parametrize("name", LOSSES)
def test_half_precision_is_computed_in_float32(name):
    scores, labels = random_maps(torch.bfloat16)
    loss = make_loss(name, {})
    total, parts = loss(scores, labels)
    assert total.dtype == torch.float32
    assert total.item() == loss(scores.float(), labels).total.item()
    assert sum(parts.values()).item() == pytest.approx(total.item(), rel=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_labels_that_do_not_fit_are_refused(name):
    scores, labels = random_maps(torch.float32)
    with pytest.raises(ValueError, match="do not fit"):
        make_loss(name, {})(scores, labels[:, :, 1:])
