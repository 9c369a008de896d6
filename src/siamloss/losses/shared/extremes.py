"""The hardest cells: highest negatives and lowest positives of each map or of the global batch."""

import torch

from siamloss.distributed import concatenate_over_ranks, sum_over_ranks
from siamloss.losses.shared.cells import Cells
from siamloss.losses.shared.moments import Scope

INFINITY = float("inf")


def hardest_gap(cells: Cells, scope: Scope, k: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean of the k highest negatives minus mean of the k lowest positives, and where both classes exist.

    Scalars for ``batch``, ``(B,)`` for ``map``. Where a class has fewer than k cells, the mean of those there; 0 where
    a class is missing. Equal extremes: one of them gets the gradient.
    """
    negatives, negative_count = _mean_of_top(cells.scores_BN, cells.negative_BN, scope, k)
    weakest, positive_count = _mean_of_top(-cells.scores_BN, cells.positive_BN, scope, k)
    both = (negative_count > 0) & (positive_count > 0)
    return torch.where(both, negatives + weakest, 0.0), both


def _mean_of_top(
    scores_BN: torch.Tensor, mask_BN: torch.Tensor, scope: Scope, k: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean of the k highest masked values and the number of masked values."""
    candidates = scores_BN.masked_fill(~mask_BN, -INFINITY)
    count = mask_BN.sum(1)
    if scope == "batch":
        candidates, count = candidates.flatten(), sum_over_ranks(count.sum())
        candidates = concatenate_over_ranks(_top(candidates, k))
    top = _top(candidates, k)
    kept = torch.arange(k, device=top.device) < count[..., None]
    return torch.where(kept, top, 0.0).sum(-1) / count.clamp(1, k), count


def _top(values: torch.Tensor, k: int) -> torch.Tensor:
    """The k highest values along the last dimension, filled up with -inf where there are fewer."""
    if k == 1:
        return values.max(-1, keepdim=True).values
    missing = k - values.shape[-1]
    if missing > 0:
        values = torch.nn.functional.pad(values, (0, missing), value=-INFINITY)
    return values.topk(k, dim=-1).values
