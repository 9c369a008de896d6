"""What all losses share: the result type, and positives and negatives of a batch of maps."""

from typing import NamedTuple

import torch


class LossOutput(NamedTuple):
    """A scalar loss and the named parts that a training curve shows, each a scalar tensor without gradient."""

    total: torch.Tensor
    parts: dict[str, torch.Tensor]


class Cells(NamedTuple):
    """Scores in float32 or better, with the masks of positive and negative cells, all ``(B, N)``."""

    scores_BN: torch.Tensor
    positive_BN: torch.Tensor
    negative_BN: torch.Tensor


def split_cells(scores: torch.Tensor, labels: torch.Tensor) -> Cells:
    """Flatten maps and tell positive (+1) from negative (-1) cells; 0 belongs to neither.

    Parameters
    ----------
    scores : float ``(B, 1, H, W)``; half precision is raised to float32.
    labels : ``(B, 1, H, W)`` or ``(1, 1, H, W)`` in {+1, -1, 0}.

    Raises
    ------
    ValueError : shapes that do not fit.
    """
    if scores.shape[1:] != labels.shape[1:] or labels.shape[0] not in (1, scores.shape[0]):
        raise ValueError(
            f"labels {tuple(labels.shape)} do not fit scores {tuple(scores.shape)}; give one label per cell"
        )
    wide = scores if scores.dtype == torch.float64 else scores.float()
    flat = labels.expand_as(scores).flatten(1)
    return Cells(wide.flatten(1), flat > 0, flat < 0)


def masked_mean(values_BN: torch.Tensor, mask_BN: torch.Tensor, dim: int | None = None) -> torch.Tensor:
    """Mean of the masked values, over everything or along ``dim``; 0 where nothing is masked."""
    masked = torch.where(mask_BN, values_BN, 0.0)
    if dim is None:
        return masked.sum() / mask_BN.sum().clamp_min(1)
    return masked.sum(dim) / mask_BN.sum(dim).clamp_min(1)
