"""Pairwise hinge: every positive above every negative by a margin."""

import torch
from torch import nn

from siamloss.losses.shared.cells import split_cells
from siamloss.losses.shared.checks import choice, number
from siamloss.losses.shared.output import LossOutput, mean_over_maps
from siamloss.losses.shared.pairs import mean_hinge_of_pairs
from siamloss.losses.shared.scores import KINDS, ScoreKind, as_kind


class HingeLoss(nn.Module):
    """Mean over maps of (1 / MN) sum_ij max(0, n_j - p_i + margin).

    p are the M positive, n the N negative scores of a map.

    Parameters
    ----------
    margin : wanted gap of every pair, in units of the score; 1. Not from a paper: the softplus of the triplet loss
        falls off over about one unit of the score too, which makes the two comparable.
    score : ``raw``, ``cosine`` or ``sigmoid``, see siamloss.losses.shared.scores; the last two want a smaller margin.

    Notes
    -----
    The control that tells "pairs" from "logistic": differs from the triplet loss only in that the softplus has become a
    hinge, so pairs in order by the margin do not pull at all; differs from batch-hard in that all pairs count, not the
    worst one. Adding a constant to all scores changes nothing (unless the score is sigmoid). Computed by sorting,
    without a tensor of pairs. A map that lacks a class: siamloss.losses.shared.cells.
    """

    formula = "mean over maps of mean_ij max(0, n_j - p_i + margin)"
    cost = "O(N log N)"

    def __init__(self, margin: float = 1.0, score: ScoreKind = "raw") -> None:
        super().__init__()
        self.margin = number("margin", margin, low=0)
        self.score = choice("score", score, KINDS)

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; its one part is ``hinge``."""
        cells = as_kind(split_cells(scores, labels), self.score)
        return mean_over_maps({"hinge": mean_hinge_of_pairs(cells, self.margin)})
