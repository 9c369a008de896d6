"""The hardest cells."""

import pytest
import torch
from tests.unit.losses.maps import random_maps, row

from siamloss.losses.shared.cells import split_cells
from siamloss.losses.shared.extremes import hardest_gap


@pytest.mark.parametrize(("k", "gap"), [(1, 5.0 - 1.0), (2, 4.0 - 1.5), (3, 8 / 3 - 1.5), (50, 8 / 3 - 1.5)])
def test_means_of_the_k_hardest(k, gap):
    cells = split_cells(*row([1.0, 2.0], [0.0, 5.0, 3.0], ignored=2))
    for scope in ("map", "batch"):
        found, both = hardest_gap(cells, scope, k)
        assert found.flatten().tolist() == pytest.approx([gap])
        assert both.all()


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("k", [1, 3])
def test_a_missing_class_gives_0_and_says_so(sign, k):
    scores, labels = random_maps(torch.float64)
    for scope in ("map", "batch"):
        leaf = scores.clone().requires_grad_()
        gap, both = hardest_gap(split_cells(leaf, sign * labels.abs()), scope, k)
        assert not both.any()
        assert not gap.any()
        gap.sum().backward()
        assert not leaf.grad.any()


def test_the_gradient_is_shared_by_the_k_hardest():
    scores, labels = row([1.0, 2.0, 9.0], [0.0, 5.0, 3.0])
    gap, _ = hardest_gap(split_cells(scores.requires_grad_(), labels), "map", 2)
    gap.sum().backward()
    assert scores.grad.flatten().tolist() == [-0.5, -0.5, 0.0, 0.0, 0.5, 0.5]
