"""Width and height of an image file without decoding it."""

from pathlib import Path

from siamloss.data.imageheader import HEAD, size_in_header
from siamloss.data.sequence import read_image


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
    known = head[:2] in (b"\x89P", b"\xff\xd8") and b"Exif" not in head
    size = size_in_header(head) if known else None
    if size is None:
        height, width = read_image(path).shape[:2]
        size = (width, height)
    return size
