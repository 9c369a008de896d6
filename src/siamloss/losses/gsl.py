"""Global Similarity Loss: pull the two score distributions tight, push their means apart, and mend the worst cells."""

import torch
from torch import nn

from siamloss.losses.shared.cells import split_cells
from siamloss.losses.shared.checks import choice, number, whole_number
from siamloss.losses.shared.extremes import hardest_gap
from siamloss.losses.shared.moments import Scope, distance_terms
from siamloss.losses.shared.output import LossOutput, map_mean, sum_of_parts
from siamloss.losses.shared.scores import KINDS, ScoreKind, as_kind


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
    k : the hard term compares the mean of the k highest negatives with the mean of the k lowest positives (all of a
        class that has fewer); 1 in the poster.
    score : ``raw``, ``cosine`` or ``sigmoid``, see siamloss.losses.shared.scores. The poster is silent; ``raw``, what
        SiamFC's head gives and what every other loss here gets. delta and alpha only mean something relative to it.

    Notes
    -----
    All scores equal gives lambda * delta + eta * alpha: a loss that stays there has collapsed. Adding a constant to
    all scores changes nothing (unless the score is sigmoid). Differs from the triplet loss in that it looks at the
    moments of the two classes and at one extreme pair, not at all pairs. A batch or map that lacks a class:
    siamloss.losses.shared.cells. Under torch.distributed the batch is that of all ranks.

    Source
    ------
    The poster's three formulas; l_dis is the siamese global loss of Kumar et al. 2016 and Ktena et al. 2017.
    """

    formula = "v (var+ + var-) + lambda max(0, delta - (mean+ - mean-)) + eta max(0, max_k n - min_k p + alpha)"
    cost = "O(N)"

    def __init__(
        self,
        variance: float = 1.0,
        lambda_: float = 1.0,
        delta: float = 0.1,
        alpha: float = 0.1,
        eta: float = 0.1,
        moments: Scope = "batch",
        hard: Scope = "map",
        k: int = 1,
        score: ScoreKind = "raw",
    ) -> None:
        super().__init__()
        self.variance = number("variance", variance, low=0)
        self.lambda_ = number("lambda", lambda_, low=0)
        self.eta = number("eta", eta, low=0)
        if not self.variance + self.lambda_ + self.eta > 0:
            raise ValueError("variance, lambda and eta are all 0, so nothing is left to train")
        self.delta, self.alpha = number("delta", delta), number("alpha", alpha)
        self.moments = choice("moments", moments, ("batch", "map"))
        self.hard = choice("hard", hard, ("batch", "map"))
        self.k = whole_number("k", k, low=1)
        self.score = choice("score", score, KINDS)

    @property
    def per_map(self) -> bool:
        """Whether the loss of a batch is the mean of the losses of its maps."""
        scopes = [self.moments] * bool(self.variance or self.lambda_) + [self.hard] * bool(self.eta)
        return "batch" not in scopes

    def forward(self, scores: torch.Tensor, labels: torch.Tensor) -> LossOutput:
        """Loss of scores and labels ``(B, 1, H, W)``.

        Parts ``variance``, ``margin`` and ``hard``, each with its weight, sum to the total; a term of weight 0 is left
        out.
        """
        cells = as_kind(split_cells(scores, labels), self.score)
        terms = distance_terms(cells, self.variance, self.lambda_, self.delta, self.moments)
        if self.eta > 0:
            gap, both = hardest_gap(cells, self.hard, self.k)
            hinge = self.eta * torch.where(both, (gap + self.alpha).clamp_min(0.0), 0.0)
            terms["hard"] = map_mean(hinge) if self.hard == "map" else hinge
        return sum_of_parts(terms)
