"""Every loss, with every option, against plain loops over Python floats: values and gradients."""

import pytest
import torch
from tests.unit.losses.cases import CASES
from tests.unit.losses.maps import DTYPES, random_maps, to_lists

from siamloss.losses import make_loss
from siamloss.losses.registry import built_in_losses

every_case = pytest.mark.parametrize("case", CASES, ids=str)


def lacking(labels, what):
    """The same labels with a map, or all maps, lacking a class."""
    labels = labels.clone()
    if what == "positives of one map":
        labels[1].clamp_max_(0)
    if what == "negatives of one map":
        labels[2].clamp_min_(0)
    if what == "all positives":
        labels.clamp_max_(0)
    if what == "all negatives":
        labels.clamp_min_(0)
    return labels


def finite_differences(loops, scores, labels, step=1e-5):
    """Gradient of a reference by central differences."""
    maps, signs = to_lists(scores, labels)
    gradient = [[0.0] * len(row) for row in maps]
    for row, column in torch.cartesian_prod(torch.arange(len(maps)), torch.arange(len(maps[0]))).tolist():
        kept = maps[row][column]
        ends = []
        for sign in (1, -1):
            maps[row][column] = kept + sign * step
            ends.append(loops(maps, signs))
        maps[row][column] = kept
        gradient[row][column] = (ends[0] - ends[1]) / (2 * step)
    return torch.tensor(gradient, dtype=torch.float64).reshape(scores.shape)


def test_every_loss_has_a_case():
    assert {case.name for case in CASES} == set(built_in_losses())


@every_case
@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_value(case, dtype, tolerance):
    scores, labels = random_maps(dtype)
    expected = case.loops(*to_lists(scores, labels))
    assert expected > 0
    assert make_loss(case.name, case.params)(scores, labels).total.item() == pytest.approx(expected, rel=tolerance)


@every_case
@pytest.mark.parametrize("what", ["positives of one map", "negatives of one map", "all positives", "all negatives"])
def test_value_where_a_class_is_missing(case, what):
    scores, labels = random_maps(torch.float64, seed=1)
    labels = lacking(labels, what)
    expected = case.loops(*to_lists(scores, labels))
    value = make_loss(case.name, case.params)(scores, labels).total.item()
    assert value == pytest.approx(expected, rel=1e-11, abs=1e-15)


@every_case
def test_bfloat16_scores_are_the_rounded_ones(case):
    scores, labels = random_maps(torch.bfloat16)
    expected = case.loops(*to_lists(scores, labels))
    total = make_loss(case.name, case.params)(scores, labels).total
    assert total.dtype == torch.float32
    assert total.item() == pytest.approx(expected, rel=1e-5)


@every_case
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_gradient(case, dtype):
    scores, labels = random_maps(torch.float64, batch=2, side=5, seed=2)
    labels[1, :, 2, 2] = -1
    expected = finite_differences(case.loops, scores, labels)
    leaf = scores.to(dtype).requires_grad_()
    make_loss(case.name, case.params)(leaf, labels).total.backward()
    torch.testing.assert_close(leaf.grad.double(), expected, rtol=1e-5, atol=1e-8 if dtype == torch.float64 else 1e-6)
    assert expected.abs().max() > 1e-3


@every_case
def test_parts_sum_to_the_total_and_carry_no_gradient(case):
    scores, labels = random_maps(torch.float64)
    total, parts = make_loss(case.name, case.params)(scores.requires_grad_(), labels)
    assert sum(parts.values()).item() == pytest.approx(total.item(), rel=1e-12)
    assert not any(part.requires_grad for part in parts.values())
