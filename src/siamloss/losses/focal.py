"""Focal loss: the class-balanced logistic loss with easy cells turned down."""

import torch
from torch import nn
from torch.nn import functional

from siamloss.losses.shared.cells import masked_mean, split_cells
from siamloss.losses.shared.checks import number
from siamloss.losses.shared.output import LossOutput, mean_over_maps


class FocalLoss(nn.Module):
    """Mean over maps of 0.5 * mean_i (1 - P_i)^gamma (-log P_i) + 0.5 * mean_j P_j^gamma (-log(1 - P_j)).

    P is the sigmoid of a score, i runs over the positive and j over the negative cells of a map.

    Parameters
    ----------
    gamma : how fast easy cells lose weight; 2 as in Lin et al. 2017. With 0 this is the logistic loss.

    Notes
    -----
    Keeps the logistic loss's weights of 0.5 / M and 0.5 / N per map, so that focusing is all that differs.
    huanglianghua/siamfc-pytorch instead divides by the mean focusing weight of the whole batch and does not balance the
    classes. Differs from OHNM in that it turns easy cells down by degrees, positives too, where OHNM drops negatives. A
    map that lacks a class: siamloss.losses.shared.cells.

    Source
    ------
    Lin et al. 2017, focal loss.
    """

    formula = "mean over maps of 1/2 mean_i (1-P_i)^gamma (-log P_i) + 1/2 mean_j P_j^gamma (-log(1-P_j)), P = sigmoid"
    cost = "O(N)"

    def __init__(self, gamma: float = 2.0) -> None:
        super().__init__()
        self.gamma = number("gamma", gamma, low=0)

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; parts ``positive`` and ``negative`` sum to the total."""
        scores_BN, positive_BN, negative_BN = split_cells(scores, labels)
        return mean_over_maps(
            {
                "positive": 0.5 * masked_mean(self._cost(-scores_BN), positive_BN),
                "negative": 0.5 * masked_mean(self._cost(scores_BN), negative_BN),
            }
        )

    def _cost(self, wrong_BN: torch.Tensor) -> torch.Tensor:
        """Cost of a cell whose score in the wrong direction is this; the power goes through the logarithm, which keeps
        its gradient finite where the probability underflows."""
        return torch.exp(-self.gamma * functional.softplus(-wrong_BN)) * functional.softplus(wrong_BN)
