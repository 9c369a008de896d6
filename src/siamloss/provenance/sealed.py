"""Checksums inside the files themselves, over every other byte: JSON, a zip of arrays, and a page of HTML.

A file of an older version, or one made by hand, has none and is read as it is. Whether a file should have one is told
by two marks, at its beginning and at its end: no single flip, loss or repetition makes it pass for such a file.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from siamloss.provenance.atomic import write_text
from siamloss.provenance.hashing import sha256_bytes

HEAD, TAIL, END = b'{\n "sha256_of_the_rest": "', b'",\n ', b"}\n\n"
"""A sealed JSON file: HEAD, 64 digits, TAIL, what follows the opening of the object, and at last END."""
ZIP_MARK, ZIP_END = b"sha256 ", b"PK\x05\x06"
PAGE_MARK, PAGE_END = b"<!-- sha256 of everything above: ", b" -->\n"
DIGITS = 64
NO_OBJECT = "is no JSON object"
CHANGED = "was changed after it was written (its own sha256 differs)"


def write_json(path: Path, value: Mapping[str, Any], sort_keys: bool = False) -> None:
    """Write a JSON object of at least one key, atomically, with the checksum of all other bytes as its first key."""
    write_text(path, seal_json(value, sort_keys).decode("utf-8"))


def seal_json(value: Mapping[str, Any], sort_keys: bool = False) -> bytes:
    """The bytes that :func:`write_json` writes."""
    inner = json.dumps(value, indent=1, sort_keys=sort_keys, allow_nan=False)[3:].encode("utf-8") + b"\n\n"
    return HEAD + sha256_bytes(inner).encode() + TAIL + inner


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object, compared with its checksum where it has one, and without it.

    Raises
    ------
    OSError : there is no such file.
    ValueError : it is no JSON object, or not what was written.
    """
    return open_json(Path(path).read_bytes())


def open_json(data: bytes) -> dict[str, Any]:
    """:func:`read_json` of bytes."""
    if data.startswith(HEAD) or data.endswith(END):
        data = b"{\n " + _behind_head(data)
    try:
        value = json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(NO_OBJECT)
    return value


def seal_zip(data: bytes) -> bytes:
    """A zip file without a comment, with the checksum of all other bytes as its comment."""
    rest = data[:-2] + (len(ZIP_MARK) + DIGITS).to_bytes(2, "little")
    return rest + ZIP_MARK + sha256_bytes(rest).encode()


def check_zip(data: bytes) -> None:
    """Compare a zip file with its checksum; a file without a comment has none.

    Raises
    ------
    ValueError : it is not what was written.
    """
    if data[-22:-18] != ZIP_END or data[-2:] != b"\0\0":
        _compare_before(data, ZIP_MARK, b"")


def seal_page(html: str) -> str:
    """A page of HTML with the checksum of all other bytes in a comment behind its end."""
    data = html.encode("utf-8")
    return (data + PAGE_MARK + sha256_bytes(data).encode() + PAGE_END).decode("utf-8")


def check_page(data: bytes) -> None:
    """Compare a page with its checksum.

    Raises
    ------
    ValueError : it is not what was written, or has no checksum.
    """
    _compare_before(data, PAGE_MARK, PAGE_END)


def _behind_head(data: bytes) -> bytes:
    """What follows the checksum of a JSON file, once it is compared with it."""
    rest = data[len(HEAD) + DIGITS + len(TAIL) :]
    if data != HEAD + sha256_bytes(rest).encode() + TAIL + rest:
        raise ValueError(CHANGED)
    return rest


def _compare_before(data: bytes, mark: bytes, end: bytes) -> None:
    """Compare what precedes the checksum at the end with it."""
    size = len(mark) + DIGITS + len(end)
    rest = data[: max(0, len(data) - size)]
    if data[len(rest) :] != mark + sha256_bytes(rest).encode() + end:
        raise ValueError(CHANGED)
