"""Triplet loss and l_dis together, the combination of Kumar et al. 2016."""

import torch
from torch import nn

from siamloss.losses.shared.cells import split_cells
from siamloss.losses.shared.checks import choice, number
from siamloss.losses.shared.moments import Scope, distance_terms
from siamloss.losses.shared.output import LossOutput, map_mean, sum_of_parts
from siamloss.losses.shared.pairs import mean_softplus_of_pairs


class KumarLoss(nn.Module):
    """L = gamma (1 / MN) sum_ij log(1 + exp(n_j - p_i)) + (var+ + var-) + lambda max(0, delta - (mean+ - mean-)).

    Parameters
    ----------
    gamma : weight of the triplet term; 1, so that ``kumar`` is the sum of ``triplet`` and ``gsl`` without hard term.
    lambda_, delta : weight and wanted gap of the means; 1 and 0.1 as in the poster's l_dis, so that only the triplet
        term differs. On squared distances in [0, 1], public code of Kumar's loss uses 0.8 and 0.4.
    moments : ``batch`` or ``map``, as in ``gsl``; ``batch`` is what that code does.

    Notes
    -----
    Differs from ``gsl`` in that all pairs take the place of the one hardest pair. Adding a constant to all scores
    changes nothing. Kumar et al. use a triplet term on distances of descriptors; here it is the softplus triplet term
    of Dong & Shen on scores. A batch or map that lacks a class: siamloss.losses.shared.cells.

    Source
    ------
    Kumar, Carneiro & Reid 2016 (global loss, combined with the triplet loss); similarity form as Ktena et al. 2017.
    """

    formula = "gamma mean_ij log(1 + exp(n_j - p_i)) + (var+ + var-) + lambda max(0, delta - (mean+ - mean-))"
    cost = "O(M N)"

    def __init__(self, gamma: float = 1.0, lambda_: float = 1.0, delta: float = 0.1, moments: Scope = "batch") -> None:
        super().__init__()
        self.gamma = number("gamma", gamma, low=0)
        self.lambda_ = number("lambda", lambda_, low=0)
        self.delta = number("delta", delta)
        self.moments = choice("moments", moments, ("batch", "map"))

    @property
    def per_map(self) -> bool:
        """Whether the loss of a batch is the mean of the losses of its maps."""
        return self.moments == "map"

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``; parts ``triplet``, ``variance``, ``margin`` sum to the total."""
        cells = split_cells(scores, labels)
        triplet = self.gamma * map_mean(mean_softplus_of_pairs(cells, labels))
        return sum_of_parts({"triplet": triplet, **distance_terms(cells, 1.0, self.lambda_, self.delta, self.moments)})
