"""Online hard negative mining: the logistic loss on all positives and the highest negatives."""

import torch
from torch import nn
from torch.nn import functional

from siamloss.losses.shared.cells import masked_mean, split_cells
from siamloss.losses.shared.checks import number
from siamloss.losses.shared.output import LossOutput, mean_over_maps


class OnlineHardNegativeLoss(nn.Module):
    """Mean over maps of 0.5 * mean_i log(1 + exp(-p_i)) + 0.5 * mean over the K highest n_j of log(1 + exp(n_j)).

    p are the M positive, n the negative scores of a map; K = neg_ratio * M, rounded down, or all where there are fewer.

    Parameters
    ----------
    neg_ratio : negatives kept per positive; 3 in huanglianghua/siamfc-pytorch.

    Notes
    -----
    Keeps the logistic loss's half for each class of a map, so that the selection is all that differs; the code named
    above selects over the whole batch and gives every kept cell the same weight. Differs from the focal loss in that
    easy negatives are dropped, not turned down. A map without positives keeps no negatives and gives 0; a map without
    negatives gives the term of its positives (siamloss.losses.shared.cells).

    Source
    ------
    OHNMLoss of huanglianghua/siamfc-pytorch; the idea of mining as in Shrivastava, Gupta & Girshick 2016.
    """

    formula = "mean over maps of 1/2 mean_i log(1 + exp(-p_i)) + 1/2 mean_{top 3M} log(1 + exp(n_j))"
    cost = "O(N log N)"

    def __init__(self, neg_ratio: float = 3.0) -> None:
        super().__init__()
        self.neg_ratio = number("neg_ratio", neg_ratio, above=0)

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; parts ``positive`` and ``negative`` sum to the total."""
        scores_BN, positive_BN, negative_BN = split_cells(scores, labels)
        ordered_BN = scores_BN.masked_fill(~negative_BN, -float("inf")).sort(dim=1, descending=True).values
        wanted_B = (self.neg_ratio * positive_BN.sum(1)).floor().minimum(negative_BN.sum(1))
        kept_BN = torch.arange(ordered_BN.shape[1], device=ordered_BN.device) < wanted_B[:, None]
        return mean_over_maps(
            {
                "positive": 0.5 * masked_mean(functional.softplus(-scores_BN), positive_BN),
                "negative": 0.5 * masked_mean(functional.softplus(torch.where(kept_BN, ordered_BN, 0.0)), kept_BN),
            }
        )
