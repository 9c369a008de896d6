"""Masks as VOT writes them since 2020, ``mX,Y,W,H,R1,R2,...``: decoded when asked for."""

import numpy as np

from siamloss.data.sequence import Sequence
from siamloss.errors import AnnotationError


def decode_mask(text: str, where: str = "mask") -> tuple[np.ndarray, tuple[int, int]]:
    """Pixels of a mask.

    Parameters
    ----------
    text : ``m``, the corner of the window that holds the target, its width and height, then run lengths row by row
        through the window, of background and target in turn; the first may be 0. What they leave over is background.
    where : how to call the mask in an error.

    Returns
    -------
    mask, corner : bool ``(H, W)`` of the window, and its ``(x, y)``, px, 0-based.

    Raises
    ------
    AnnotationError : text that is no such list, or runs beyond the window.

    Source
    ------
    vot-toolkit, ``vot/region/io.py``.
    """
    try:
        x, y, width, height, *runs = (int(value) for value in text.removeprefix("m").split(","))
    except ValueError as error:
        raise AnnotationError(f"{where}: '{text[:40]}' is no mask; correct or restore the file") from error
    if min(width, height, *runs) < 0 or sum(runs) > width * height:
        raise AnnotationError(
            f"{where}: the runs of the mask do not fit its window of {width} x {height}; correct or restore the file"
        )
    window = np.zeros(width * height, dtype=bool)
    filled = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    window[: filled.size] = filled
    return window.reshape(height, width), (x, y)


def mask_of(sequence: Sequence, frame: int) -> np.ndarray | None:
    """Bool ``(H, W)`` of the whole image of one 0-based frame; None where the sequence has no mask of it."""
    if sequence.masks is None or not sequence.masks[frame]:
        return None
    height, width = sequence.image(frame).shape[:2]
    window, (x, y) = decode_mask(sequence.masks[frame], f"sequence '{sequence.name}', frame {frame + 1}")
    whole = np.zeros((height, width), dtype=bool)
    left, top = max(x, 0), max(y, 0)
    seen = window[top - y : height - y if height > y else 0, left - x : width - x if width > x else 0]
    whole[top : top + seen.shape[0], left : left + seen.shape[1]] = seen
    return whole
