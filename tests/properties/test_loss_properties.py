"""Properties that hold for every loss, or that tell the losses apart."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.losses.cases import CASES
from tests.unit.losses.maps import random_maps

from siamloss.losses import make_loss
from siamloss.losses.shared.cells import split_cells
from siamloss.losses.shared.moments import class_moments

SHIFT_FREE = [
    ("triplet", {}),
    ("hinge", {}),
    ("batch-hard", {}),
    ("batch-hard", {"scope": "batch"}),
    ("batch-hard-soft", {}),
    ("kumar", {"delta": 2.0}),
    ("gsl", {"delta": 2.0}),
    ("gsl", {"moments": "map", "hard": "batch", "k": 3}),
    ("gsl", {"eta": 0.0}),
]
LEVEL_BOUND = ["logistic", "focal", "contrastive", "ranking", "ohnm", "ghm"]
SCALE_FREE = ["logistic", "triplet", "focal", "hinge", "batch-hard", "batch-hard-soft", "ohnm", "ghm"]
"""Losses that fall, towards their smallest value, as separated scores are scaled up."""

quick = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 1000)


def value(name, params, scores, labels):
    return make_loss(name, params)(scores, labels).total.item()


@pytest.mark.parametrize(("name", "params"), SHIFT_FREE)
@quick
@given(shift=st.floats(-50, 50), seed=seeds)
def test_adding_a_constant_changes_nothing(name, params, shift, seed):
    scores, labels = random_maps(torch.float64, seed=seed)
    assert value(name, params, scores + shift, labels) == pytest.approx(value(name, params, scores, labels), rel=1e-9)


@pytest.mark.parametrize("name", LEVEL_BOUND)
def test_the_other_losses_pin_the_level(name):
    scores, labels = random_maps(torch.float64)
    assert abs(value(name, {}, scores + 1, labels) - value(name, {}, scores, labels)) > 1e-3


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=4, deadline=None)
@given(seed=seeds)
def test_order_of_cells_and_maps_does_not_matter(case, seed):
    scores, labels = random_maps(torch.float64, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    cells = torch.randperm(scores[0].numel(), generator=generator)
    maps = torch.randperm(len(scores), generator=generator)
    mixed = [values[maps].flatten(1)[:, cells].reshape(values.shape) for values in (scores, labels)]
    expected = value(case.name, case.params, scores, labels)
    assert value(case.name, case.params, *mixed) == pytest.approx(expected, rel=1e-12)


PER_MAP = [case for case in CASES if getattr(make_loss(case.name, case.params), "per_map", True)]


@pytest.mark.parametrize("case", PER_MAP, ids=str)
@settings(max_examples=4, deadline=None)
@given(seed=seeds)
def test_a_loss_per_map_is_the_mean_over_its_maps(case, seed):
    scores, labels = random_maps(torch.float64, seed=seed)
    alone = [value(case.name, case.params, scores[i : i + 1], labels[i : i + 1]) for i in range(len(scores))]
    assert value(case.name, case.params, scores, labels) == pytest.approx(sum(alone) / len(alone), rel=1e-12)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_batch_said_twice_costs_the_same(case):
    """Means, moments, extremes and histograms do not change when every map comes twice; the k hardest do, if k > 1."""
    if case.params.get("k", 1) > 1 and "batch" in (case.params.get("hard"), case.params.get("moments")):
        return
    scores, labels = random_maps(torch.float64)
    twice = value(case.name, case.params, scores.repeat(2, 1, 1, 1), labels.repeat(2, 1, 1, 1))
    assert twice == pytest.approx(value(case.name, case.params, scores, labels), rel=1e-12)


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=4, deadline=None)
@given(level=st.floats(-1e4, 1e4), seed=seeds)
def test_ignored_cells_have_no_influence(case, level, seed):
    scores, labels = random_maps(torch.float64, seed=seed)
    moved = torch.where(labels == 0, level, scores)
    assert value(case.name, case.params, moved, labels) == value(case.name, case.params, scores, labels)


@pytest.mark.parametrize("name", SCALE_FREE)
@quick
@given(seed=seeds, factor=st.floats(1.5, 20))
def test_separated_scores_cost_less_when_scaled_up(name, seed, factor):
    scores, labels = random_maps(torch.float64, seed=seed)
    separated = torch.where(labels > 0, scores.abs() + 0.6, -scores.abs() - 0.6)
    assert value(name, {}, factor * separated, labels) <= value(name, {}, separated, labels)


@quick
@given(alpha=st.floats(0.01, 2), extra=st.floats(0, 1), seed=seeds)
def test_hard_term_is_zero_once_separated_by_alpha(alpha, extra, seed):
    scores, labels = random_maps(torch.float64, seed=seed)
    separated = torch.where(labels > 0, scores.abs() + alpha + extra + 1e-9, -scores.abs())
    assert make_loss("gsl", {"alpha": alpha})(separated, labels).parts["hard"].item() == 0
    assert make_loss("gsl", {"alpha": alpha + extra + 1e6})(separated, labels).parts["hard"].item() > 0


weights = st.floats(0, 3)


@quick
@given(
    lam=weights,
    delta=weights,
    eta=weights,
    alpha=weights,
    level=st.floats(-9, 9),
    scope=st.sampled_from(["batch", "map"]),
)
def test_collapse_costs_lambda_delta_plus_eta_alpha(lam, delta, eta, alpha, level, scope):
    scores, labels = random_maps(torch.float64)
    params = {"lambda": lam, "delta": delta, "eta": eta, "alpha": alpha, "moments": scope, "hard": scope}
    total = value("gsl", params, torch.full_like(scores, level), labels)
    assert total == pytest.approx(lam * delta + eta * alpha, abs=1e-9)


@quick
@given(factor=st.floats(0.01, 100), seed=seeds, scope=st.sampled_from(["batch", "map"]))
def test_scaling_the_scores_scales_delta_and_lambda(factor, seed, scope):
    """l_dis of c s with (c delta, c lambda) is c^2 times that of s with (delta, lambda)."""
    scores, labels = random_maps(torch.float64, seed=seed)
    plain = value("gsl", {"lambda": 0.7, "delta": 2.0, "eta": 0.0, "moments": scope}, scores, labels)
    scaled = {"lambda": 0.7 * factor, "delta": 2.0 * factor, "eta": 0.0, "moments": scope}
    assert value("gsl", scaled, factor * scores, labels) == pytest.approx(factor**2 * plain, rel=1e-9)


@quick
@given(lam=st.floats(0.1, 5), delta=st.floats(0.05, 1), seed=seeds)
def test_the_best_scale_of_l_dis_is_the_one_of_theory(lam, delta, seed):
    """With gap g and variances v of the scores, scale s costs v s^2 + lambda max(0, delta - s g)."""
    scores, labels = random_maps(torch.float64, seed=seed)
    scores = scores + (labels > 0)
    mean, variance, _ = class_moments(split_cells(scores, labels), "batch")
    gap, spread = (mean[0] - mean[1]).item(), variance.sum().item()
    if gap <= 0:
        return
    if lam * gap**2 / (2 * spread) <= delta:
        best, least = lam * gap / (2 * spread), lam * delta - lam**2 * gap**2 / (4 * spread)
    else:
        best, least = delta / gap, delta**2 * spread / gap**2
    params = {"lambda": lam, "delta": delta, "eta": 0.0}
    assert value("gsl", params, best * scores, labels) == pytest.approx(least, rel=1e-9)
    for other in (0.9, 1.1):
        assert value("gsl", params, other * best * scores, labels) > least


@quick
@given(seed=seeds, k=st.integers(1, 12))
def test_more_of_the_hardest_are_less_hard(seed, k):
    scores, labels = random_maps(torch.float64, seed=seed)
    hard = {"variance": 0.0, "lambda": 0.0, "alpha": 50.0}
    assert value("gsl", {**hard, "k": k}, scores, labels) >= value("gsl", {**hard, "k": k + 1}, scores, labels)


@quick
@given(seed=seeds)
def test_the_hardest_pair_bounds_all_pairs(seed):
    scores, labels = random_maps(torch.float64, seed=seed)
    assert value("batch-hard-soft", {}, scores, labels) >= value("triplet", {}, scores, labels)
    assert value("batch-hard", {"margin": 1.0}, scores, labels) >= value("hinge", {}, scores, labels)


@quick
@given(seed=seeds)
def test_the_hardest_of_the_batch_are_harder_than_those_of_its_maps(seed):
    scores, labels = random_maps(torch.float64, seed=seed)
    for name in ("batch-hard", "batch-hard-soft"):
        assert value(name, {"scope": "batch"}, scores, labels) >= value(name, {"scope": "map"}, scores, labels)


@quick
@given(seed=seeds, margin=st.floats(0, 3))
def test_softplus_pairs_lie_between_the_hinge_and_log_2_above_it(seed, margin):
    scores, labels = random_maps(torch.float64, seed=seed)
    soft, hinge = value("triplet", {}, scores, labels), value("hinge", {"margin": 0.0}, scores, labels)
    assert hinge <= soft <= hinge + math.log(2)
    assert hinge <= value("hinge", {"margin": margin}, scores, labels) <= hinge + margin + 1e-12


@quick
@given(seed=seeds, gamma=st.floats(0, 5))
def test_focusing_only_takes_away(seed, gamma):
    scores, labels = random_maps(torch.float64, seed=seed)
    focused, more = (
        value("focal", {"gamma": gamma}, scores, labels),
        value("focal", {"gamma": gamma + 1}, scores, labels),
    )
    assert more <= focused <= value("logistic", {}, scores, labels) + 1e-12
