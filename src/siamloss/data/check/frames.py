"""Every image decoded once, several at a time: can it be read, how large is it, and what does it look like?"""

import hashlib
from collections.abc import Iterable, Iterator, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from siamloss.data.sequence import decode_image

THUMBNAIL_PX = 32

BLOCK = 1024
"""Files that wait at a time; what waits is still looked at after Ctrl-C."""


@dataclass(frozen=True)
class Look:
    """What one image file holds.

    Attributes
    ----------
    digest : of the file's bytes; b"" where it cannot be read.
    size : width and height, px; NaN where it cannot be decoded.
    problem : why it cannot be used; "" where it can.
    thumbnail : gray uint8 ``(32, 32)``; None where it was not asked for or cannot be decoded.
    """

    digest: bytes
    size: tuple[float, float]
    problem: str
    thumbnail: np.ndarray | None


def look_at(path: Path, thumbnail: bool) -> Look:
    """Read and decode one image file."""
    unknown = (np.nan, np.nan)
    try:
        data = path.read_bytes()
    except OSError as error:
        return Look(b"", unknown, f"cannot be read ({error.strerror})", None)
    digest = hashlib.blake2b(data, digest_size=16).digest()
    image = decode_image(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if image is None:
        return Look(digest, unknown, "is no image, or cut short" if data else "is empty", None)
    small = cv2.resize(image, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA) if thumbnail else None
    return Look(digest, image.shape[1::-1], "", small)


def look_at_all(paths: Iterable[Path], sampled: set[Path], threads: int, title: str) -> dict[Path, Look]:
    """Look at every file once, with thumbnails of the sampled ones; shows a bar in a terminal."""
    unique = list(dict.fromkeys(paths))
    with _one_thread_each(), ThreadPoolExecutor(max(threads, 1)) as pool:
        blocks = (unique[start : start + BLOCK] for start in range(0, len(unique), BLOCK))
        looks = (look for block in blocks for look in pool.map(lambda path: look_at(path, path in sampled), block))
        return dict(zip(unique, tqdm(looks, total=len(unique), desc=title, unit="frame", disable=None), strict=True))


def sample(items: Sized, count: int) -> list[int]:
    """Numbers of at most ``count`` items, evenly spread from the first to the last."""
    return [round(place) for place in np.linspace(0, len(items) - 1, min(count, len(items)))]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Keep OpenCV from starting threads of its own, and from writing to the screen."""
    threads, level = cv2.getNumThreads(), cv2.utils.logging.getLogLevel()
    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
        cv2.utils.logging.setLogLevel(level)
