"""Contrastive loss: positives to distance 0, negatives beyond a margin."""

from typing import Literal

import torch
from torch import nn

from siamloss.losses.shared.cells import Cells, masked_mean, split_cells
from siamloss.losses.shared.checks import choice, number
from siamloss.losses.shared.output import LossOutput, mean_over_maps

SMALLEST_SQUARE = 1e-6
"""Squared distances of negatives below this count as this: the square root has no gradient at 0."""


class ContrastiveLoss(nn.Module):
    """Mean over maps of 0.5 * mean_i D_i^2 + 0.5 * mean_j max(0, margin - D_j)^2.

    D is the distance of exemplar and search cell, i runs over the positive and j over the negative cells of a map.

    Parameters
    ----------
    margin : distance beyond which a negative costs nothing; 1. Not from a paper: the largest distance there is with
        ``sigmoid``, and half of the largest with ``cosine``.
    score : ``sigmoid`` takes D = 1 - sigmoid(s), on the same network as every other loss. ``cosine`` takes
        D^2 = 2 - 2 s, the squared Euclidean distance of features of unit norm; the network must then give scores in
        [-1, 1] (above 1 counts as 1). The default is ``sigmoid``, because scores that are not cosines would fall
        outside of what ``cosine`` can tell apart; a variant that wants cosines says so, and so gets the network's head.
    form : ``hadsell`` as above; ``sint`` compares squares, 0.5 * mean_j max(0, margin - D_j^2), as SINT is reported to
        do (unverified).

    Notes
    -----
    Class-balanced per map, as the logistic loss is. Differs from it in that negatives beyond the margin cost nothing;
    differs from the pairwise hinge in that each cell is compared with fixed distances, not with the other class. A map
    that lacks a class: siamloss.losses.shared.cells.

    Source
    ------
    Hadsell, Chopra & LeCun 2006, on similarities instead of distances.
    """

    formula = "mean over maps of 1/2 mean_i D_i^2 + 1/2 mean_j max(0, margin - D_j)^2, D = 1 - sigmoid(s)"
    cost = "O(N)"

    def __init__(
        self,
        margin: float = 1.0,
        score: Literal["sigmoid", "cosine"] = "sigmoid",
        form: Literal["hadsell", "sint"] = "hadsell",
    ) -> None:
        super().__init__()
        self.margin = number("margin", margin, above=0)
        self.score = choice("score", score, ("sigmoid", "cosine"))
        self.form = choice("form", form, ("hadsell", "sint"))

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; parts ``positive`` and ``negative`` sum to the total."""
        cells = split_cells(scores, labels)
        square_BN = self._squared_distance(cells)
        if self.form == "sint":
            missing_BN = (self.margin - square_BN).clamp_min(0.0)
        else:
            missing_BN = (self.margin - square_BN.clamp_min(SMALLEST_SQUARE).sqrt()).clamp_min(0.0).square()
        return mean_over_maps(
            {
                "positive": 0.5 * masked_mean(square_BN, cells.positive_BN),
                "negative": 0.5 * masked_mean(missing_BN, cells.negative_BN),
            }
        )

    def _squared_distance(self, cells: Cells) -> torch.Tensor:
        if self.score == "cosine":
            return (2.0 - 2.0 * cells.scores_BN).clamp_min(0.0)
        return torch.sigmoid(-cells.scores_BN).square()
