"""Class-balanced logistic loss, the pairwise baseline of SiamFC."""

import torch
from torch import nn
from torch.nn import functional

from siamloss.losses.shared.cells import masked_mean, split_cells
from siamloss.losses.shared.output import LossOutput, mean_over_maps


class LogisticLoss(nn.Module):
    """Mean over maps of 0.5 * mean_i log(1 + exp(-p_i)) + 0.5 * mean_j log(1 + exp(n_j)).

    p are the M positive, n the N negative scores of a map: weight 0.5 / M per positive and 0.5 / N per negative cell.

    Differs from the triplet loss in that each score is compared with 0, not with the scores of the other class: adding
    a constant to all scores changes it. A map that lacks a class: siamloss.losses.shared.cells.

    Source
    ------
    Bertinetto et al. 2016, equations 3 and 4; class weights of bertinetto/siamese-fc, create_labels.m.
    """

    formula = "mean over maps of 1/2 mean_i log(1 + exp(-p_i)) + 1/2 mean_j log(1 + exp(n_j))"
    cost = "O(N)"

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; parts ``positive`` and ``negative`` sum to the total."""
        scores_BN, positive_BN, negative_BN = split_cells(scores, labels)
        return mean_over_maps(
            {
                "positive": 0.5 * masked_mean(functional.softplus(-scores_BN), positive_BN),
                "negative": 0.5 * masked_mean(functional.softplus(scores_BN), negative_BN),
            }
        )
