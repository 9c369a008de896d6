"""All pairs of a positive and a negative cell of a map."""

import torch
from torch.nn import functional

from siamloss.losses.shared.cells import Cells
from siamloss.losses.shared.layout import cell_layout, take


def mean_softplus_of_pairs(cells: Cells, labels: torch.Tensor) -> torch.Tensor:
    """(1 / MN) sum_ij log(1 + exp(n_j - p_i)) of each map, ``(B,)``; 0 for a map without pairs.

    The tensor of pairs is ``(B, M, N)`` with the largest M and N of the labels, no more.
    """
    positive, negative = cell_layout(labels)
    differences = take(cells.scores_BN, negative)[:, None, :] - take(cells.scores_BN, positive)[:, :, None]
    costs = functional.softplus(differences)
    if positive.padded or negative.padded:
        costs = torch.where(positive.valid_LK[:, :, None] & negative.valid_LK[:, None, :], costs, 0.0)
    return costs.sum((1, 2)) / (positive.count_L * negative.count_L).clamp_min(1)


def mean_hinge_of_pairs(cells: Cells, margin: float) -> torch.Tensor:
    """(1 / MN) sum_ij max(0, n_j - p_i + margin) of each map, ``(B,)``; 0 for a map without pairs.

    No tensor of pairs: with c_j the number of positives below n_j + margin and d_i the number of negatives with
    n_j + margin above p_i, both found by sorting, the sum is sum_j c_j (n_j + margin) - sum_i d_i p_i. The counts are
    constant wherever the loss is differentiable, so the gradient of this sum is the gradient of the loss.
    """
    scores, positive, negative = cells
    infinity = float("inf")
    with torch.no_grad():
        # Differences are what counts: measured from between the extremes, cells that matter stay small numbers.
        top, bottom = scores.masked_fill(~negative, -infinity).amax(1), scores.masked_fill(~positive, infinity).amin(1)
        level = torch.where(cells.both, (top + bottom) / 2, 0.0)[:, None]
    positives = torch.where(positive, scores - level, infinity)
    raised = torch.where(negative, scores - level + margin, -infinity)
    with torch.no_grad():
        below = torch.searchsorted(positives.sort(1).values, raised)
        above = raised.shape[1] - torch.searchsorted(raised.sort(1).values, positives, right=True)
    gains = torch.where(below > 0, raised, 0.0) * below - torch.where(above > 0, positives, 0.0) * above
    pairs = positive.sum(1) * negative.sum(1)
    return gains.sum(1) / pairs.clamp_min(1)
