"""A crop store held in a device's memory, where it fits."""

import numpy as np
import torch

from siamloss.crops.store import CropStore

FREE_SHARE = 0.5
"""Share of a CUDA device's free memory that the store may take when no budget is given."""
COPIED_BYTES = 64 * 2**20
"""Crops that are read and copied at a time."""


def make_resident(store: CropStore, device: torch.device, budget_bytes: int | None = None) -> torch.Tensor | None:
    """All crops of a store on a device, uint8 ``(N, P, P, 3)``; None where they do not fit.

    Every crop is checked, and a JPEG store decoded, once.

    Parameters
    ----------
    budget_bytes : what the crops may take; None is half of a CUDA device's free memory, and nothing on a CPU, where
        the operating system holds in memory what is read often.

    Raises
    ------
    CorruptError : a crop is not what was written.
    """
    if budget_bytes is None:
        budget_bytes = int(FREE_SHARE * torch.cuda.mem_get_info(device)[0]) if device.type == "cuda" else 0
    shape = (len(store), store.side_px, store.side_px, 3)
    crop_bytes = int(np.prod(shape[1:]))
    if len(store) * crop_bytes > budget_bytes:
        return None
    crops = torch.empty(shape, dtype=torch.uint8, device=device)
    step = max(COPIED_BYTES // crop_bytes, 1)
    for start in range(0, len(store), step):
        rows = np.arange(start, min(start + step, len(store)))
        crops[start : start + len(rows)] = torch.from_numpy(store.read(rows))
    return crops
