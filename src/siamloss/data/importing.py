"""Frames and a box file of one's own -> a sequence in format ``folder``, written once."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from siamloss.data.folder import read_boxes, read_sequence
from siamloss.errors import AnnotationError, ConfigError
from siamloss.provenance.atomic import atomic_folder

JPEG_QUALITY = 95


def import_frames(frames: Iterable[np.ndarray], count: int | None, boxes: Path, out: Path, lossless: bool) -> int:
    """Write ``out/00000001.jpg``, ... and ``out/boxes.txt``; the folder appears whole or not at all.

    Parameters
    ----------
    frames : RGB uint8 ``(H, W, 3)``.
    count : how many they are said to be, for the bar; None where it is not known.
    boxes : box file, see :func:`~siamloss.data.folder.read_boxes`; it is copied as it is.
    lossless : PNG instead of JPEG.

    Returns
    -------
    Number of frames.

    Raises
    ------
    ConfigError : ``out`` is there already.
    MissingDataError, AnnotationError, EmptySequenceError : a box file that is missing, or does not fit the frames.
    """
    if out.exists():
        raise ConfigError(f"{out} is there already; remove it, or choose another --out")
    read_boxes(boxes, 0)
    ending, options = (".png", []) if lossless else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    with atomic_folder(out) as temporary:
        written = 0
        for frame in tqdm(frames, total=count, desc=out.name, unit="frame", disable=None):
            written += 1
            image = cv2.imencode(ending, cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), options)[1]
            image.tofile(temporary / f"{written:08d}{ending}")
        _, visible = read_boxes(boxes, written)
        if len(visible) != written:
            raise AnnotationError(f"{boxes} has {len(visible)} lines for {written} frames; write one line per frame")
        shutil.copyfile(boxes, temporary / "boxes.txt")
        read_sequence(temporary, out.name)
    return written
