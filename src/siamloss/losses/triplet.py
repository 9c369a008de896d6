"""Triplet loss over all pairs of a positive and a negative cell of a map."""

import torch
from torch import nn
from torch.nn import functional

from siamloss.losses.cells import LossOutput, split_cells


class TripletLoss(nn.Module):
    """Mean over maps of (1 / MN) sum_ij log(1 + exp(n_j - p_i)).

    Differs from the logistic loss in that only differences of scores count: adding a constant to all scores changes
    nothing, and the level of the map is free.

    Source
    ------
    Dong & Shen 2018, equations 5, 6 and 8.
    """

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; its one part is ``triplet``."""
        cells = split_cells(scores, labels)
        maps = []
        for scores_N, positive_N, negative_N in zip(*cells, strict=True):
            difference_MN = scores_N[negative_N][None, :] - scores_N[positive_N][:, None]
            maps.append(functional.softplus(difference_MN).sum() / max(difference_MN.numel(), 1))
        total = torch.stack(maps).mean()
        return LossOutput(total, {"triplet": total.detach()})
