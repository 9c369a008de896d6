"""Cut and augment a batch of stored crops on the training device, in one batched step.

Shapes: B images, P side of a stored crop, O side of the result. A bilinear cut is separable: every line of the result
is a weighted sum of two neighbouring lines of the crop, first along y, then along x.
"""

import torch

from siamloss.pairs.taps import Taps, blend, find_taps
from siamloss.pairs.tiles import cut_tiles

GRAY_WEIGHTS = (0.299, 0.587, 0.114)
"""ITU-R BT.601 luma, as in MATLAB's rgb2gray, which SiamFC used."""


def cut_batch(
    crops_BPPC: torch.Tensor,
    out_px: int,
    shift_px_B2: torch.Tensor,
    stretch_B2: torch.Tensor,
    store_px: int | None = None,
) -> torch.Tensor:
    """Resample the centre of stored crops with translation and stretch, bilinearly.

    Parameters
    ----------
    crops_BPPC : uint8 ``(B, P, P, 3)``.
    out_px : side of the result.
    shift_px_B2 : float ``(B, 2)`` x, y displacement of the window's centre, store pixels.
    stretch_B2 : float ``(B, 2)`` width and height of the window relative to ``out_px``.
    store_px : side of the stored crops where ``crops_BPPC`` holds only their central P pixels; the window must lie
        within them. The result is the same to the bit as from whole crops.

    Returns
    -------
    float32 ``(B, 3, out_px, out_px)`` in 0..255.
    """
    taps = find_taps(crops_BPPC.shape[1], out_px, shift_px_B2, stretch_B2, store_px or crops_BPPC.shape[1])
    return cut_tiles(crops_BPPC, taps) if crops_BPPC.device.type == "cpu" else cut_whole(crops_BPPC, taps)


def cut_whole(crops_BPPC: torch.Tensor, taps: Taps) -> torch.Tensor:
    """The whole batch in a few operations: for devices where the number of operations counts."""
    batch, side = crops_BPPC.shape[:2]
    start_B1 = side * torch.arange(batch, device=crops_BPPC.device)[:, None]
    lines = crops_BPPC.reshape(batch * side, -1).float()
    rows_BOQ = blend(lines, taps.low_B2O[:, 1] + start_B1, taps.share_B2O[:, 1])
    columns = rows_BOQ.transpose(1, 2).reshape(batch * side, -1)
    result_BOQ = blend(columns, taps.low_B2O[:, 0] + start_B1, taps.share_B2O[:, 0])
    out_px = result_BOQ.shape[1]
    return result_BOQ.transpose(1, 2).contiguous().view(batch, 3, out_px, out_px)


def to_gray(images_BCHW: torch.Tensor, gray_B: torch.Tensor) -> torch.Tensor:
    """Replace the chosen images by their luma in all three channels, in place; returns the images."""
    if images_BCHW.device.type == "cpu":
        for i in gray_B.nonzero()[:, 0].tolist():
            images_BCHW[i] = _luma(images_BCHW[i])
        return images_BCHW
    return torch.where(gray_B[:, None, None, None], _luma(images_BCHW), images_BCHW, out=images_BCHW)


def _luma(images_xCHW: torch.Tensor) -> torch.Tensor:
    red, green, blue = images_xCHW.unbind(-3)
    luma_xHW = torch.mul(red, GRAY_WEIGHTS[0])
    luma_xHW.add_(green, alpha=GRAY_WEIGHTS[1]).add_(blue, alpha=GRAY_WEIGHTS[2])
    return luma_xHW.unsqueeze(-3)
