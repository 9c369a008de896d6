"""Batch-hard: the hardest negative below the weakest positive by a margin."""

import torch
from torch import nn

from siamloss.losses.shared.cells import split_cells
from siamloss.losses.shared.checks import choice, number
from siamloss.losses.shared.extremes import hardest_gap
from siamloss.losses.shared.moments import Scope
from siamloss.losses.shared.output import LossOutput, mean_over_maps, sum_of_parts
from siamloss.losses.shared.scores import KINDS, ScoreKind, as_kind


class BatchHardLoss(nn.Module):
    """max(0, max_j n_j - min_i p_i + margin), mean over maps or once for the batch.

    Parameters
    ----------
    margin : wanted gap of the extremes, in units of the score; 0.1, the alpha of ``gsl``.
    scope : ``map`` takes the extremes of each map and averages the hinges, ``batch`` takes one pair in the whole batch;
        ``map``, because an exemplar is to be told from what surrounds it, not from other videos.
    score : ``raw``, ``cosine`` or ``sigmoid``, see siamloss.losses.shared.scores.

    Notes
    -----
    The poster's l_hard by itself: the ``gsl`` loss with eta 1 and every other weight 0. Differs from
    ``batch-hard-soft`` in that a map in order by the margin costs nothing. Adding a constant to all scores changes
    nothing (unless the score is sigmoid). A batch or map that lacks a class: siamloss.losses.shared.cells.

    Source
    ------
    Hermans, Beyer & Leibe 2017, batch-hard triplet loss, on scores of cells instead of distances of identities.
    """

    formula = "mean over maps of max(0, max_j n_j - min_i p_i + margin)"
    cost = "O(N)"

    def __init__(self, margin: float = 0.1, scope: Scope = "map", score: ScoreKind = "raw") -> None:
        super().__init__()
        self.margin = number("margin", margin)
        self.scope = choice("scope", scope, ("batch", "map"))
        self.score = choice("score", score, KINDS)

    @property
    def per_map(self) -> bool:
        """Whether the loss of a batch is the mean of the losses of its maps."""
        return self.scope == "map"

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; its one part is ``hard``."""
        gap, both = hardest_gap(as_kind(split_cells(scores, labels), self.score), self.scope)
        terms = {"hard": torch.where(both, (gap + self.margin).clamp_min(0.0), 0.0)}
        return mean_over_maps(terms) if self.per_map else sum_of_parts(terms)
