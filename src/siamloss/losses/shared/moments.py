"""Mean and population variance of both classes, and l_dis, the global similarity term made of them."""

from typing import Literal

import torch

from siamloss.distributed import sum_over_ranks
from siamloss.losses.shared.cells import Cells
from siamloss.losses.shared.output import map_mean

Scope = Literal["batch", "map"]
"""``batch``: over all cells of the global batch at once; ``map``: over each map, then the mean over maps."""


def class_moments(cells: Cells, scope: Scope) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Mean, population variance (divisor n) and number of cells of both classes.

    Each is ``(2,)`` for ``batch`` and ``(2, B)`` for ``map``: positives first. An absent class has 0 for all three.
    """
    masks = torch.stack([cells.positive_BN, cells.negative_BN])
    total = _sum if scope == "map" else _sum_of_batch
    sums, counts = total(torch.stack([torch.where(masks, cells.scores_BN, 0.0), masks.to(cells.scores_BN.dtype)]))
    means = sums / counts.clamp_min(1)
    level = means[..., None] if scope == "map" else means[:, None, None]
    squares = total(torch.where(masks, cells.scores_BN - level, 0.0).square())
    return means, squares / counts.clamp_min(1), counts


def _sum(values: torch.Tensor) -> torch.Tensor:
    return values.sum(-1)


def _sum_of_batch(values: torch.Tensor) -> torch.Tensor:
    return sum_over_ranks(values.sum((-2, -1)))


def distance_terms(
    cells: Cells, variance: float, lambda_: float, delta: float, moments: Scope
) -> dict[str, torch.Tensor]:
    """l_dis by terms, each a scalar with its weight; a term of weight 0 is left out.

    ``variance`` (var+ + var-) and ``margin`` lambda max(0, delta - (mean+ - mean-)).
    """
    if not (variance or lambda_):
        return {}
    mean, var, count = class_moments(cells, moments)
    terms = {}
    if variance:
        terms["variance"] = variance * var.sum(0)
    if lambda_:
        both = (count > 0).all(0)
        terms["margin"] = lambda_ * torch.where(both, (delta - (mean[0] - mean[1])).clamp_min(0.0), 0.0)
    if moments == "map":
        terms = {name: map_mean(value) for name, value in terms.items()}
    return terms
