"""Width and height of an image file without decoding it."""

import struct
from pathlib import Path

from siamloss.data.sequence import read_image

HEAD = 4096
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers SOF0 to SOF15, which hold the size; C4, C8 and CC mean something else."""


def image_size(path: Path) -> tuple[int, int]:
    """Width and height, px, as :func:`~siamloss.data.sequence.read_image` would give them.

    The header is enough for JPEG and PNG; other files, and JPEG files that may be turned by EXIF, are decoded.

    Raises
    ------
    UnreadableImageError : the file is missing or not an image.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD)
    except OSError:
        head = b""
    size = _png(head) or _jpeg(head)
    if size is None:
        height, width = read_image(path).shape[:2]
        size = (width, height)
    return size


def _png(head: bytes) -> tuple[int, int] | None:
    if head[:8] != b"\x89PNG\r\n\x1a\n" or len(head) < 24:
        return None
    return struct.unpack(">II", head[16:24])


def _jpeg(head: bytes) -> tuple[int, int] | None:
    if head[:2] != b"\xff\xd8" or b"Exif" in head:
        return None
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        if head[at + 1] in _FRAME_HEADERS:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", head[at + 2 : at + 4])[0]
    return None
