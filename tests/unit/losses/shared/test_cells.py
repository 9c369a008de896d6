"""Positives, negatives and ignored cells."""

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.losses.shared.cells import masked_mean, split_cells


def test_cells_labelled_0_belong_to_no_class_and_carry_nothing():
    scores, labels = row([1.0], [2.0], ignored=1)
    scores[..., 2] = float("nan")
    cells = split_cells(scores.requires_grad_(), labels)
    assert cells.scores_BN.tolist() == [[1.0, 2.0, 0.0]]
    assert cells.positive_BN.tolist() == [[True, False, False]]
    assert cells.negative_BN.tolist() == [[False, True, False]]
    cells.scores_BN.square().sum().backward()
    assert scores.grad.flatten().tolist() == [2.0, 4.0, 0.0]


@pytest.mark.parametrize(
    ("dtype", "wide"),
    [(torch.float16, torch.float32), (torch.bfloat16, torch.float32), (torch.float32,) * 2, (torch.float64,) * 2],
)
def test_half_precision_is_raised(dtype, wide):
    assert split_cells(*random_maps(dtype)).scores_BN.dtype == wide


def test_maps_with_both_classes():
    scores, labels = random_maps(torch.float32)
    labels[0].clamp_max_(0)
    labels[1].clamp_min_(0)
    assert split_cells(scores, labels).both.tolist() == [False, False, True]


@pytest.mark.parametrize("shape", [(3, 1, 7, 6), (2, 1, 7, 7), (3, 1, 49, 1)])
def test_labels_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match=r"labels \(.*\) do not fit scores \(3, 1, 7, 7\); give one label per cell"):
        split_cells(random_maps(torch.float32)[0], torch.ones(shape))


def test_mean_of_nothing_is_0_with_a_gradient_of_0():
    values = torch.tensor([[1.0, 3.0], [5.0, 7.0]], requires_grad=True)
    mean = masked_mean(values, torch.tensor([[True, True], [False, False]]))
    mean.sum().backward()
    assert mean.tolist() == [2.0, 0.0]
    assert values.grad.tolist() == [[0.5, 0.5], [0.0, 0.0]]
