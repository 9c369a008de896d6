"""Cut the frames of a block: what the threads do."""

from typing import NamedTuple

import numpy as np

from siamloss.crops.cut import cut_patch, mean_color
from siamloss.crops.plan import Block, Plan
from siamloss.crops.stored import checksum, encode
from siamloss.data.sequence import Sequence
from siamloss.geometry import box_center, context_size


class CutBlock(NamedTuple):
    """The crops of a block as they are stored, one after the other, with size and checksum of each."""

    data: np.ndarray
    sizes: list[int]
    crc32: list[int]


def window_px(boxes: np.ndarray, context: float, side_px: int, exemplar_px: int) -> np.ndarray:
    """Side ``(...)`` of the square around a box that becomes a crop of ``side_px``, image pixels, unrounded."""
    return context_size(boxes[..., 2:], context) * side_px / exemplar_px


def cut_frame(sequence: Sequence, frame: int, plan: Plan) -> np.ndarray:
    """Crop uint8 ``(P, P, 3)`` centred on the target, at the scale of the network's images.

    Raises
    ------
    CorruptError : the frame is not the one that the dataset's manifest lists.
    UnreadableImageError : it cannot be decoded.
    """
    plan.source.verify(sequence.frame_paths[frame])
    image = sequence.image(frame)
    box = sequence.boxes[frame]
    side = float(window_px(box, plan.config.context, plan.side_px, plan.exemplar_px))
    return cut_patch(image, box_center(box), side, plan.side_px, mean_color(image))


def cut_block(block: Block, plan: Plan) -> CutBlock:
    """Cut and encode all frames of a block; raises as :func:`cut_frame`."""
    config = plan.config
    crops = (cut_frame(block.sequence, frame, plan) for frame in block.frames)
    stored = [encode(crop, config.storage, config.jpeg_quality) for crop in crops]
    return CutBlock(np.concatenate(stored), [len(data) for data in stored], [checksum(data) for data in stored])
