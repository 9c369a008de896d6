"""Where the positive and the negative cells of a label map are, as index tensors that are made once per label map.

Losses over pairs need the numbers of cells M and N as plain integers, to size the tensor of pairs. Counting cells on a
device means waiting for it, so the answer is kept for as long as the labels tensor lives: one read-back for a new
labels tensor (or one changed in place), none for the same one later. A training that uses one labels tensor throughout
therefore waits once. Labels made under ``torch.inference_mode`` carry no version and are read every time.
"""

from typing import NamedTuple

import torch
from torch.utils.weak import WeakTensorKeyDictionary


class Side(NamedTuple):
    """Cells of one class: ``index`` ``(L, K)`` into the flat map, ``valid`` ``(L, K)`` false in the padding, ``count``
    ``(L,)``; L is the number of label maps, K the largest count, and ``padded`` says whether any count is smaller."""

    index_LK: torch.Tensor
    valid_LK: torch.Tensor
    count_L: torch.Tensor
    padded: bool


class Layout(NamedTuple):
    """Cells of both classes of a labels tensor."""

    positive: Side
    negative: Side


_known: WeakTensorKeyDictionary = WeakTensorKeyDictionary()


def cell_layout(labels: torch.Tensor) -> Layout:
    """Layout of labels ``(L, 1, H, W)``; the same object for the same unchanged tensor."""
    if labels.is_inference():
        return _read(labels)
    version, layout = _known.get(labels, (None, None))
    if version != labels._version:
        layout = _read(labels)
        _known[labels] = (labels._version, layout)
    return layout


@torch.no_grad()
def _read(labels: torch.Tensor) -> Layout:
    flat = labels.flatten(1)
    return Layout(_side(flat > 0), _side(flat < 0))


def _side(mask_LN: torch.Tensor) -> Side:
    count = mask_LN.sum(1)
    largest, smallest = int(count.max()), int(count.min())
    index = mask_LN.to(torch.int8).sort(dim=1, descending=True, stable=True).indices[:, :largest]
    valid = torch.arange(largest, device=mask_LN.device) < count[:, None]
    return Side(index, valid, count, padded=smallest < largest)


def take(scores_BN: torch.Tensor, side: Side) -> torch.Tensor:
    """Scores of one class, ``(B, K)``; what stands in the padding is some score of the map."""
    return scores_BN.gather(1, side.index_LK.expand(len(scores_BN), -1))
