"""Classification ranking of RBO: the hard negatives, taken together, below the mean positive."""

import torch
from torch import nn
from torch.nn import functional

from siamloss.losses.shared.cells import masked_mean, split_cells
from siamloss.losses.shared.checks import number
from siamloss.losses.shared.output import LossOutput, mean_over_maps


class RankingLoss(nn.Module):
    """Mean over maps of log(1 + exp(L (D_neg - D_pos + margin))) / L, 0 for a map without hard negatives.

    P is the sigmoid of a score. D_pos is the mean P of the positives, D_neg = sum_j softmax(P_j) P_j over the K
    negatives with the highest P, K being the number of positives of the map. A map has hard negatives if its highest
    P_j is above ``threshold``.

    Parameters
    ----------
    sharpness : L; 4 in RBO.
    margin : wanted gap of probabilities; 0.5 in RBO.
    threshold : probability above which a negative is hard; 0.5 in RBO.

    Notes
    -----
    RBO adds this to a classification loss, with weight 0.5; here it stands alone, and a map whose negatives all lie at
    or below the threshold does not pull at all. RBO takes P from a two-class softmax (here: the sigmoid of SiamFC's one
    score) and compares maps without positives with D_pos = 1; here such a map gives 0, as with every loss
    (siamloss.losses.shared.cells). Differs from OHNM in that the hard negatives are compared with the positives, not
    with 0, and from batch-hard in that several negatives and the mean positive count.

    Source
    ------
    Tang & Ling 2022, ranking-based optimisation for Siamese tracking, classification ranking, and its public code.
    """

    formula = "mean over maps of log(1 + exp(L (sum_topM softmax(P_j) P_j - mean_i P_i + margin))) / L, P = sigmoid"
    cost = "O(N log N)"

    def __init__(self, sharpness: float = 4.0, margin: float = 0.5, threshold: float = 0.5) -> None:
        super().__init__()
        self.sharpness = number("sharpness", sharpness, above=0)
        self.margin = number("margin", margin)
        self.threshold = number("threshold", threshold, low=0)

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; its one part is ``ranking``."""
        cells = split_cells(scores, labels)
        probability_BN = torch.sigmoid(cells.scores_BN)
        negatives_BN = torch.where(cells.negative_BN, probability_BN, -1.0).sort(dim=1, descending=True).values
        rank_N = torch.arange(negatives_BN.shape[1], device=negatives_BN.device)
        top_BN = (rank_N < cells.positive_BN.sum(1, keepdim=True)) & (negatives_BN >= 0)
        weight_BN = torch.where(top_BN, negatives_BN.exp(), 0.0)
        d_negative_B = (weight_BN * negatives_BN).sum(1) / weight_BN.sum(1).clamp_min(1.0)
        d_positive_B = masked_mean(probability_BN, cells.positive_BN)
        cost_B = functional.softplus(self.sharpness * (d_negative_B - d_positive_B + self.margin)) / self.sharpness
        hard_B = cells.both & (negatives_BN[:, 0] > self.threshold)
        return mean_over_maps({"ranking": torch.where(hard_B, cost_B, 0.0)})
