"""Cut and augment a batch of stored crops on the training device, in one batched step."""

import torch

GRAY_WEIGHTS = (0.299, 0.587, 0.114)
"""ITU-R BT.601 luma, as in MATLAB's rgb2gray, which SiamFC used."""


def cut_batch(
    crops_BPPC: torch.Tensor, out_px: int, shift_px_B2: torch.Tensor, stretch_B2: torch.Tensor
) -> torch.Tensor:
    """Resample the centre of stored crops with translation and stretch, bilinearly.

    Parameters
    ----------
    crops_BPPC : uint8 ``(B, P, P, 3)``.
    out_px : side of the result.
    shift_px_B2 : float ``(B, 2)`` x, y displacement of the window's centre, store pixels.
    stretch_B2 : float ``(B, 2)`` width and height of the window relative to ``out_px``.

    Returns
    -------
    float32 ``(B, 3, out_px, out_px)`` in 0..255.
    """
    count, side = crops_BPPC.shape[:2]
    grid = torch.arange(out_px, device=crops_BPPC.device, dtype=torch.float32) - (out_px - 1) / 2
    position_B2P = (side - 1) / 2 + shift_px_B2[..., None] + grid * stretch_B2[..., None]
    position_B2P = position_B2P.clamp(0, side - 1)
    low_B2P = position_B2P.floor().clamp(max=side - 2).long()
    share_B2P = position_B2P - low_B2P
    batch = torch.arange(count, device=crops_BPPC.device)[:, None]
    x, y = low_B2P[:, 0], low_B2P[:, 1]
    rows = torch.lerp(crops_BPPC[batch, y].float(), crops_BPPC[batch, y + 1].float(), share_B2P[:, 1, :, None, None])
    columns = rows.transpose(1, 2)
    result = torch.lerp(columns[batch, x], columns[batch, x + 1], share_B2P[:, 0, :, None, None])
    return result.permute(0, 3, 2, 1).contiguous()


def to_gray(images_BCHW: torch.Tensor, gray_B: torch.Tensor) -> torch.Tensor:
    """Replace the chosen images by their luma in all three channels."""
    weights = torch.tensor(GRAY_WEIGHTS, device=images_BCHW.device).view(1, 3, 1, 1)
    luma = (images_BCHW * weights).sum(dim=1, keepdim=True)
    return torch.where(gray_B[:, None, None, None], luma, images_BCHW)
