"""Class-balanced logistic loss, the pairwise baseline of SiamFC."""

import torch
from torch import nn
from torch.nn import functional

from siamloss.losses.cells import LossOutput, masked_mean, split_cells


class LogisticLoss(nn.Module):
    """Mean over maps of 0.5 * mean_i log(1 + exp(-p_i)) + 0.5 * mean_j log(1 + exp(n_j)).

    p are the M positive, n the N negative scores of a map: weight 0.5 / M per positive and 0.5 / N per negative cell.

    Differs from the triplet loss in that each score is compared with 0, not with the scores of the other class: adding
    a constant to all scores changes it.

    Source
    ------
    Bertinetto et al. 2016, equations 3 and 4; class weights of bertinetto/siamese-fc, create_labels.m.
    """

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; parts ``positive`` and ``negative`` sum to the total."""
        cells = split_cells(scores, labels)
        positive = 0.5 * masked_mean(functional.softplus(-cells.scores_BN), cells.positive_BN, dim=1).mean()
        negative = 0.5 * masked_mean(functional.softplus(cells.scores_BN), cells.negative_BN, dim=1).mean()
        return LossOutput(positive + negative, {"positive": positive.detach(), "negative": negative.detach()})
