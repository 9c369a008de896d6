"""Batch-hard with a soft margin: the softplus of the hardest gap."""

import torch
from torch import nn
from torch.nn import functional

from siamloss.losses.shared.cells import split_cells
from siamloss.losses.shared.checks import choice
from siamloss.losses.shared.extremes import hardest_gap
from siamloss.losses.shared.moments import Scope
from siamloss.losses.shared.output import LossOutput, mean_over_maps, sum_of_parts
from siamloss.losses.shared.scores import KINDS, ScoreKind, as_kind


class BatchHardSoftLoss(nn.Module):
    """log(1 + exp(max_j n_j - min_i p_i)), mean over maps or once for the batch.

    Parameters
    ----------
    scope : ``map`` takes the extremes of each map and averages, ``batch`` takes one pair in the whole batch; ``map``,
        as in ``batch-hard``.
    score : ``raw``, ``cosine`` or ``sigmoid``, see siamloss.losses.shared.scores.

    Notes
    -----
    Differs from ``batch-hard`` in that it has no margin to choose and never stops pulling; differs from the triplet
    loss in that only the hardest pair counts, which makes it an upper bound of it. Adding a constant to all scores
    changes nothing (unless the score is sigmoid). A batch or map that lacks a class: siamloss.losses.shared.cells.

    Source
    ------
    Hermans, Beyer & Leibe 2017, soft-margin form of the batch-hard triplet loss.
    """

    formula = "mean over maps of log(1 + exp(max_j n_j - min_i p_i))"
    cost = "O(N)"

    def __init__(self, scope: Scope = "map", score: ScoreKind = "raw") -> None:
        super().__init__()
        self.scope = choice("scope", scope, ("batch", "map"))
        self.score = choice("score", score, KINDS)

    @property
    def per_map(self) -> bool:
        """Whether the loss of a batch is the mean of the losses of its maps."""
        return self.scope == "map"

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; its one part is ``hard``."""
        gap, both = hardest_gap(as_kind(split_cells(scores, labels), self.score), self.scope)
        terms = {"hard": torch.where(both, functional.softplus(gap), 0.0)}
        return mean_over_maps(terms) if self.per_map else sum_of_parts(terms)
