"""Positives and negatives of a batch of score maps.

The rule for a class that is missing, for every loss: a map without positives or without negatives gives 0 to each term
that needs the missing class, still counts in the mean over maps, and gets a gradient of 0 from that term. Where moments
or extremes are taken over the batch, the same holds for the batch: the variance of an absent class is 0, and margin and
hard terms are 0 unless the global batch has both classes.
"""

from typing import NamedTuple

import torch


class Cells(NamedTuple):
    """Scores in float32 or better, with the masks of positive and negative cells, all ``(B, N)``."""

    scores_BN: torch.Tensor
    positive_BN: torch.Tensor
    negative_BN: torch.Tensor

    @property
    def both(self) -> torch.Tensor:
        """Maps that have cells of both classes, bool ``(B,)``."""
        return self.positive_BN.any(1) & self.negative_BN.any(1)


def split_cells(scores: torch.Tensor, labels: torch.Tensor) -> Cells:
    """Flatten maps and tell positive (+1) from negative (-1) cells; 0 belongs to neither.

    Parameters
    ----------
    scores : float ``(B, 1, H, W)``; half precision is raised to float32, also under autocast. Ignored cells become 0,
        so that nothing they hold (inf included) reaches a loss or a gradient.
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
    flat = labels.flatten(1)
    kept = torch.where(flat != 0, wide.flatten(1), 0.0)
    return Cells(kept, (flat > 0).expand_as(kept), (flat < 0).expand_as(kept))


def masked_mean(values_BN: torch.Tensor, mask_BN: torch.Tensor) -> torch.Tensor:
    """Mean of the masked values of each map, ``(B,)``; 0 where nothing is masked."""
    return torch.where(mask_BN, values_BN, 0.0).sum(1) / mask_BN.sum(1).clamp_min(1)
