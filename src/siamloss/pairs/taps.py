"""Where the lines of a bilinear cut lie in the stored crop, and the weighted sum of two lines."""

from typing import NamedTuple

import torch


class Taps(NamedTuple):
    """For each line of the result the lower of the two lines that it lies between, and how far it is to the upper.

    Attributes
    ----------
    low_B2O : int64 ``(B, 2, O)`` column (0) and row (1) of the crop; the other one is the next.
    share_B2O : float32 ``(B, 2, O)`` in [0, 1], weight of the upper line.
    """

    low_B2O: torch.Tensor
    share_B2O: torch.Tensor


def find_taps(side_px: int, out_px: int, shift_px_B2: torch.Tensor, stretch_B2: torch.Tensor, store_px: int) -> Taps:
    """Lines of a window ``out_px * stretch`` wide, ``shift`` off the centre of crops of ``store_px``.

    The lines are counted in the central ``side_px`` of the crop; positions outside the crop become its border.
    """
    grid = torch.arange(out_px, device=shift_px_B2.device, dtype=torch.float32) - (out_px - 1) / 2
    position_B2O = (store_px - 1) / 2 + shift_px_B2[..., None] + grid * stretch_B2[..., None]
    position_B2O = position_B2O.clamp(0, store_px - 1)
    low_B2O = position_B2O.floor().clamp(max=store_px - 2)
    return Taps(low_B2O.long() - (store_px - side_px) // 2, position_B2O - low_B2O)


def blend(lines_NQ: torch.Tensor, low_BO: torch.Tensor, share_BO: torch.Tensor) -> torch.Tensor:
    """``(1 - share) * lines[low] + share * lines[low + 1]``, float32 ``(B, O, Q)``, in one pass over the lines."""
    indices, weights, starts = pack(low_BO, share_BO)
    result = torch.embedding_bag(
        lines_NQ, indices.view(-1), starts, mode=0, sparse=False, per_sample_weights=weights.view(-1)
    )[0]
    return result.view(*low_BO.shape, -1)


def pack(low_BO: torch.Tensor, share_BO: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Indices and weights ``(B, 2 O)`` of a sum of pairs of lines, and where each sum starts ``(B O,)``."""
    indices = torch.stack([low_BO, low_BO + 1], dim=-1).flatten(1)
    weights = torch.stack([1.0 - share_BO, share_BO], dim=-1).flatten(1)
    return indices, weights, torch.arange(0, indices.numel(), 2, device=low_BO.device)
