"""Gradient harmonising (GHM-C): the logistic loss with cells weighted down where many have the same gradient."""

import torch
from torch import nn
from torch.nn import functional

from siamloss.distributed import sum_over_ranks
from siamloss.losses.shared.cells import split_cells
from siamloss.losses.shared.checks import whole_number
from siamloss.losses.shared.output import LossOutput, sum_of_parts


class GradientHarmonizingLoss(nn.Module):
    """Mean over the occupied bins of the mean logistic cost of the cells in a bin, over the whole batch.

    A cell's bin is that of its gradient length g = |sigmoid(s) - y|, y being 1 or 0, among ``bins`` equal parts of
    [0, 1]. Equal to the weight (cells / cells in the same bin) / (occupied bins) on each cell's log(1 + exp(-+s)),
    averaged over all cells.

    Parameters
    ----------
    bins : 30 in huanglianghua/siamfc-pytorch.

    Notes
    -----
    That code keeps a running mean of the histogram (momentum 0.5); here every batch has its own (momentum 0), so that
    the loss is a function of its arguments alone, can be resumed and checked. The histogram is that of the global
    batch and has no gradient. Differs from the focal loss in that the weight of a cell depends on the other cells, and
    that the hardest cells, where they are many, are turned down too. No class balance by name: the balance comes from
    the histogram. No term needs a class; a missing one gives 0 for its part.

    Source
    ------
    Li, Liu & Wang 2019, gradient harmonized single-stage detector, GHM-C; bins of huanglianghua/siamfc-pytorch.
    """

    formula = "mean over occupied bins b of |sigmoid(s) - y| of the mean over the cells of b of log(1 + exp(-+s))"
    cost = "O(N log N)"
    per_map = False

    def __init__(self, bins: int = 30) -> None:
        super().__init__()
        self.bins = whole_number("bins", bins, low=1)

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; parts ``positive`` and ``negative`` sum to the total."""
        scores_BN, positive_BN, negative_BN = split_cells(scores, labels)
        wrong_BN = torch.where(positive_BN, -scores_BN, scores_BN)
        weight_BN = self._weights(wrong_BN.detach(), positive_BN | negative_BN)
        cost_BN = weight_BN * functional.softplus(wrong_BN)
        sums = [torch.where(mask, cost_BN, 0.0).sum() for mask in (positive_BN, negative_BN)]
        positive, negative = sum_over_ranks(torch.stack(sums)).unbind()
        return sum_of_parts({"positive": positive, "negative": negative})

    def _weights(self, wrong_BN: torch.Tensor, used_BN: torch.Tensor) -> torch.Tensor:
        """1 / (occupied bins * cells in the same bin) for each cell; ignored cells go to a bin of their own."""
        bin_BN = (torch.sigmoid(wrong_BN) * self.bins).long().clamp_max(self.bins - 1)
        bin_BN = torch.where(used_BN, bin_BN, self.bins)
        edges = torch.arange(self.bins + 1, device=bin_BN.device)
        # Counted by sorting: a histogram by atomic additions is not reproducible on every device.
        counts = sum_over_ranks(torch.searchsorted(bin_BN.flatten().sort().values, edges).diff())
        members = counts.clamp_min(1) * (counts > 0).sum().clamp_min(1)
        return functional.pad(1.0 / members.to(wrong_BN.dtype), (0, 1))[bin_BN]
