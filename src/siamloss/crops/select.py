"""Which frames of a sequence are cut."""

import numpy as np

from siamloss.config import CropsConfig
from siamloss.data.imagesize import image_size
from siamloss.data.sequence import Sequence
from siamloss.data.text import read_table
from siamloss.errors import UnreadableImageError
from siamloss.geometry import box_center


def select_frames(sequence: Sequence, config: CropsConfig, hashes: list[str] | None = None) -> np.ndarray:
    """0-based frames to cut: the visible ones that the filters keep, or ``frames_per_sequence`` of them evenly spread.

    Parameters
    ----------
    hashes : sha256 of each frame's file, for ``skip_odd_frames``; without it no frame counts as repeated.
    """
    keep = sequence.visible.copy()
    if config.skip_odd_frames:
        keep &= ~odd_frames(sequence, hashes)
    if config.frame_filter == "siamfc":
        keep &= siamfc_filter(sequence.boxes, image_size(sequence.frame_paths[0]), _cover(sequence))
    frames = np.flatnonzero(keep)
    limit = config.frames_per_sequence
    if limit and len(frames) > limit:
        frames = frames[np.linspace(0, len(frames) - 1, limit).round().astype(int)]
    return frames


def siamfc_filter(boxes: np.ndarray, size_px: tuple[int, int], cover: np.ndarray | None = None) -> np.ndarray:
    """Training frames that SiamFC's filter keeps, bool ``(T,)``.

    Area and both sides of at least 20 px, sides of at most 500 px and of 1 to 50 % of the image's, aspect ratio from
    1/4 to 4, and a cover label above 1 and above 30 % of the sequence's largest.

    Parameters
    ----------
    boxes : float64 ``(T, 4)`` x, y, w, h, px.
    size_px : width and height of the images, those of the first one.
    cover : int ``(T,)``, GOT-10k's visible share in eighths, 0..8; None where the dataset has none.

    Source
    ------
    huanglianghua/siamfc-pytorch, siamfc/datasets.py.
    """
    width, height = boxes[:, 2], boxes[:, 3]
    sides = boxes[:, 2:]
    share = sides / np.asarray(size_px, dtype=np.float64)
    aspect = width / np.maximum(1.0, height)
    keep = (width * height >= 20) & (sides >= 20).all(axis=1) & (sides <= 500).all(axis=1)
    keep &= (share >= 0.01).all(axis=1) & (share <= 0.5).all(axis=1) & (aspect >= 0.25) & (aspect <= 4)
    if cover is not None:
        keep &= cover > max(1.0, 0.3 * cover.max())
    return keep


def odd_frames(sequence: Sequence, hashes: list[str] | None = None) -> np.ndarray:
    """Frames that no pair should be made of, bool ``(T,)``.

    Those that cannot be read, whose image has another size than the sequence's first, whose target's centre lies
    outside the image, or whose file equals that of the frame before. GOT-10k's training and validation sets have some
    of each kind (sequences that change their resolution, repeated leading frames); they are found, not listed.
    """
    sizes = np.array([_size(path) for path in sequence.frame_paths])
    center = box_center(sequence.boxes)
    odd = (sizes != sizes[0]).any(axis=1) | (sizes <= 0).any(axis=1)
    odd |= ((center < -0.5) | (center > sizes - 0.5)).any(axis=1)
    if hashes is not None:
        odd[1:] |= np.array(hashes[1:]) == np.array(hashes[:-1])
    return odd


def _size(path) -> tuple[int, int]:
    try:
        return image_size(path)
    except UnreadableImageError:
        return 0, 0


def _cover(sequence: Sequence) -> np.ndarray | None:
    path = sequence.frame_paths[0].parent / "cover.label"
    return read_table(path, "label file", (1,))[:, 0] if path.is_file() else None
