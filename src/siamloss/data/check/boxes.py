"""Are the boxes of a sequence where an image is, and do they move as an object does?"""

from collections.abc import Iterator

import numpy as np

from siamloss.data.check.findings import Finding, first_and_count
from siamloss.data.sequence import Sequence

JUMP = 2.0
"""A centre that moves by more than this many box sizes (root of the area) in one frame is worth a look."""

GROWTH = 4.0
"""An area that changes by more than this factor in one frame is worth a look."""

BORDER_PX = 1.0
"""A box may stick out by this much: some annotations count corners from 1, or include the last pixel."""

MOSTLY = 0.5
"""A box with more than this share of its area outside the image is worth a look."""

SMALL_PX = 3.0
"""A visible target with a side below this cannot be told from noise."""


def check_boxes(sequence: Sequence, sizes: np.ndarray) -> Iterator[Finding]:
    """Findings on the boxes of the visible frames.

    Parameters
    ----------
    sizes : float ``(T, 2)`` width and height of each image, px; NaN where it could not be decoded.
    """
    boxes, visible = sequence.boxes, sequence.visible

    def found(level, code, mask, text):
        if mask.any():
            frame, count = first_and_count(mask)
            yield Finding(level, code, sequence.name, frame, text.format(count=count, frames=frames(count)))

    outside = outside_share(boxes, sizes)
    beyond = visible & (outside >= 1)
    partly = visible & ~beyond & (overhang_px(boxes, sizes) > BORDER_PX)
    mostly = partly & (outside > MOSTLY)
    yield from found("error", "box-outside", beyond, "wholly outside the image in {frames} marked as visible")
    yield from found("warning", "box-mostly-out", mostly, "more than half outside the image in {frames}")
    share = outside[partly & ~mostly].max(initial=0)
    yield from found(
        "note", "box-partly-out", partly & ~mostly, "reaches over the border in {frames}" + f", by up to {share:.0%}"
    )
    small = visible & (boxes[:, 2:] < SMALL_PX).any(axis=1)
    yield from found("warning", "box-small", small, f"a side below {SMALL_PX:g} px in {{frames}}")
    move, growth = steps(boxes, visible)
    yield from found(
        "warning",
        "box-jump",
        move > JUMP,
        f"moves more than {JUMP:g} box sizes at once in {{frames}}, up to {move.max():.1f}",
    )
    yield from found(
        "warning",
        "box-growth",
        growth > GROWTH,
        f"area changes more than {GROWTH:g}-fold at once in {{frames}}, up to {growth.max():.1f}",
    )
    yield from found("note", "absent", ~visible, "target absent in {frames}" + f" of {len(sequence)}")


def frames(count: int) -> str:
    """``1 frame``, ``2 frames``."""
    return f"{count} frame{'s' if count != 1 else ''}"


def outside_share(boxes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Share ``(T,)`` of each box's area that lies outside its image ``(T, 2)``; 0 without an area or a size."""
    low = np.clip(boxes[:, :2], 0, sizes)
    high = np.clip(boxes[:, :2] + boxes[:, 2:], 0, sizes)
    area = np.prod(boxes[:, 2:], axis=1)
    inside = np.prod(np.maximum(high - low, 0), axis=1)
    share = 1 - inside / np.where(area > 0, area, 1)
    return np.where((area > 0) & np.isfinite(share), share, 0.0)


def overhang_px(boxes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """How far ``(T,)`` each box reaches over a border of its image, px; 0 or less where it does not."""
    reach = np.concatenate([-boxes[:, :2], boxes[:, :2] + boxes[:, 2:] - sizes], axis=1)
    return np.where(np.isfinite(reach), reach, 0.0).max(axis=1)


def steps(boxes: np.ndarray, visible: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Move of the centre in box sizes, and factor of the area, from the frame before ``(T,)``.

    0 and 1 in the first frame, and where this frame or the one before does not show the target.
    """
    both = visible[1:] & visible[:-1]
    centers = boxes[:, :2] + boxes[:, 2:] / 2
    area = np.where(visible, np.prod(boxes[:, 2:], axis=1), 1.0)
    distance = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    ratio = area[1:] / area[:-1]
    move = np.where(both, distance / np.sqrt(np.minimum(area[1:], area[:-1])), 0.0)
    growth = np.where(both, np.maximum(ratio, 1 / ratio), 1.0)
    return np.append(0.0, move), np.append(1.0, growth)
