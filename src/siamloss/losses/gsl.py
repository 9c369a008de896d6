"""Global Similarity Loss: pull the two score distributions tight, push their means apart, and mend the worst cells."""

import math
from typing import Literal

import torch
from torch import nn

from siamloss.losses.cells import Cells, LossOutput, masked_mean, split_cells

Scope = Literal["batch", "map"]


class GlobalSimilarityLoss(nn.Module):
    """L = variance (var+ + var-) + lambda max(0, delta - (mean+ - mean-)) + eta max(0, max n - min p + alpha).

    Parameters
    ----------
    variance : weight of the variances; 1 in the poster.
    lambda_ : weight of the margin between the means; 1 in the poster.
    delta : wanted gap of the means, in units of the score; 0.1 in the poster.
    alpha : margin of the hard term, in units of the score. The poster is silent; 0.1, the same as delta.
    eta : weight of the hard term. The poster is silent; 0.1, chosen on validation scenes (docs/decisions/0003): with 1
        the hard term outweighs the margin until the classes are separated, and training from scratch tends to collapse.
    moments : ``batch`` computes means and variances over all cells of the batch ("global", as Ktena et al. 2017 do over
        the mini-batch), ``map`` over each map, then averages. Population variance (divisor n) in both.
    hard : ``map`` takes the hardest negative and the weakest positive of each map and averages the hinges, ``batch``
        takes one of each in the whole batch.

    Notes
    -----
    All scores equal gives lambda * delta + eta * alpha: a loss that stays there has collapsed. Adding a constant to
    all scores changes nothing. Differs from the triplet loss in that it looks at the moments of the two classes and at
    one extreme pair, not at all pairs.

    Source
    ------
    The poster's three formulas; l_dis is the siamese global loss of Kumar et al. 2016 and Ktena et al. 2017.
    """

    def __init__(
        self,
        variance: float = 1.0,
        lambda_: float = 1.0,
        delta: float = 0.1,
        alpha: float = 0.1,
        eta: float = 0.1,
        moments: Scope = "batch",
        hard: Scope = "map",
    ) -> None:
        super().__init__()
        for name, value in (("variance", variance), ("lambda", lambda_), ("eta", eta)):
            if not value >= 0:
                raise ValueError(f"{name} is {value} but must be 0 or more")
        if not variance + lambda_ + eta > 0:
            raise ValueError("variance, lambda and eta are all 0, so nothing is left to train")
        for name, value in (("delta", delta), ("alpha", alpha)):
            if not math.isfinite(value):
                raise ValueError(f"{name} is {value} but must be a finite number")
        for name, value in (("moments", moments), ("hard", hard)):
            if value not in ("batch", "map"):
                raise ValueError(f"{name} is '{value}' but must be 'batch' or 'map'")
        self.variance, self.lambda_, self.delta = variance, lambda_, delta
        self.alpha, self.eta = alpha, eta
        self.moments, self.hard = moments, hard

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``.

        Parts ``variance``, ``margin`` and ``hard``, each with its weight, sum to the total; a term of weight 0 is left
        out.
        """
        cells = split_cells(scores, labels)
        terms = {}
        if self.variance > 0 or self.lambda_ > 0:
            mean_positive, var_positive = _moments(cells.scores_BN, cells.positive_BN, self.moments)
            mean_negative, var_negative = _moments(cells.scores_BN, cells.negative_BN, self.moments)
            gap = mean_positive - mean_negative
            if self.variance > 0:
                terms["variance"] = self.variance * (var_positive + var_negative).mean()
            if self.lambda_ > 0:
                terms["margin"] = self.lambda_ * (self.delta - gap).clamp_min(0.0).mean()
        if self.eta > 0:
            terms["hard"] = self.eta * (_hardest_gap(cells, self.hard) + self.alpha).clamp_min(0.0).mean()
        return LossOutput(
            torch.stack(list(terms.values())).sum(), {name: term.detach() for name, term in terms.items()}
        )


def _moments(scores_BN: torch.Tensor, mask_BN: torch.Tensor, scope: Scope) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and population variance of the masked scores: scalars for ``batch``, ``(B,)`` for ``map``."""
    dim = 1 if scope == "map" else None
    mean = masked_mean(scores_BN, mask_BN, dim)
    centered = scores_BN - (mean[:, None] if scope == "map" else mean)
    return mean, masked_mean(centered.square(), mask_BN, dim)


def _hardest_gap(cells: Cells, scope: Scope) -> torch.Tensor:
    """max n - min p: a scalar for ``batch``, ``(B,)`` for ``map``."""
    infinity = float("inf")
    negatives = cells.scores_BN.masked_fill(~cells.negative_BN, -infinity)
    positives = cells.scores_BN.masked_fill(~cells.positive_BN, infinity)
    if scope == "map":
        return negatives.max(dim=1).values - positives.min(dim=1).values
    return negatives.max() - positives.min()
