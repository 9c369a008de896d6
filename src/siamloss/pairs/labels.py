"""The label map of a centred target."""

import torch


def label_map(cells: int, stride_px: float, radius_px: float) -> torch.Tensor:
    """+1 within ``radius_px`` of the centre, -1 elsewhere.

    Parameters
    ----------
    cells : side of the score map.
    stride_px : distance of neighbouring cells, px.
    radius_px : px, in the unit of ``stride_px``; 16 px at stride 8 gives 13 positive cells.

    Returns
    -------
    float32 ``(1, 1, cells, cells)``.

    Source
    ------
    SiamFC, create_labels.m: rPos = 16 px, no neutral ring.
    """
    offset = (torch.arange(cells, dtype=torch.float32) - (cells - 1) / 2) * stride_px
    distance = torch.hypot(offset[:, None], offset[None, :])
    return torch.where(distance <= radius_px, 1.0, -1.0)[None, None]
