"""Triplet loss over all pairs of a positive and a negative cell of a map."""

import torch
from torch import nn

from siamloss.losses.shared.cells import split_cells
from siamloss.losses.shared.output import LossOutput, mean_over_maps
from siamloss.losses.shared.pairs import mean_softplus_of_pairs


class TripletLoss(nn.Module):
    """Mean over maps of (1 / MN) sum_ij log(1 + exp(n_j - p_i)).

    p are the M positive, n the N negative scores of a map.

    Differs from the logistic loss in that only differences of scores count: adding a constant to all scores changes
    nothing, and the level of the map is free. Differs from the pairwise hinge in that a pair already in order still
    pulls, ever more weakly. The pairs of a map are held as one ``(B, M, N)`` tensor; the cells are counted once per
    labels tensor (siamloss.losses.shared.layout). A map that lacks a class: siamloss.losses.shared.cells.

    Source
    ------
    Dong & Shen 2018, equations 5, 6 and 8.
    """

    formula = "mean over maps of mean_ij log(1 + exp(n_j - p_i))"
    cost = "O(M N)"

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; its one part is ``triplet``."""
        return mean_over_maps({"triplet": mean_softplus_of_pairs(split_cells(scores, labels), labels)})
