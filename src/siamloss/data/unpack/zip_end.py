"""The end of a zip file: its last record must be the file's last bytes, and agree with itself."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from siamloss.data.unpack.listing import damaged, refusal, size_of

END = struct.Struct("<4s4H2LH")
END_MAGIC = b"PK\x05\x06"
LOCATOR = struct.Struct("<4sLQL")
LOCATOR_MAGIC = b"PK\x06\x07"
END64 = struct.Struct("<4sQ2H2L4Q")
END64_MAGIC = b"PK\x06\x06"
ENTRY_BYTES = 46
"""Least bytes of a member in the directory."""
COMMENT_BYTES = 65535
FULL = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
"""What the short end record says where only the long one has room for the number."""


@dataclass(frozen=True)
class End:
    """Where the directory begins, and how many members it has."""

    directory_at: int
    members: int


def read_end(file: BinaryIO, archive: Path, most_members: int) -> End:
    """Read the end record.

    Raises
    ------
    ArchiveError : there is none, something lies behind it, the archive is split, or the numbers do not fit.
    """
    total = size_of(file)
    start = max(0, total - END.size - COMMENT_BYTES)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(END_MAGIC)
    if at < 0 or len(tail) - at < END.size:
        raise damaged(archive, "is cut off: it has no end record")
    _, disk, first_disk, here, members, size, offset, comment = END.unpack_from(tail, at)
    if at + END.size + comment != len(tail):
        raise damaged(archive, "has something else behind its end record, or is cut off")
    behind = start + at
    locator = tail[at - LOCATOR.size : at] if at >= LOCATOR.size else b""
    if locator[:4] == LOCATOR_MAGIC:
        short = (disk, first_disk, here, members, size, offset)
        behind, long = _read_long(file, archive, locator, behind)
        if any(few not in (many, full) for few, many, full in zip(short, long, FULL, strict=True)):
            raise damaged(archive, "has two end records that do not agree")
        disk, first_disk, here, members, size, offset = long
    elif 0xFFFF in (disk, here, members) or 0xFFFFFFFF in (size, offset):
        raise damaged(archive, "has no long end record, though it announces one")
    if disk or first_disk or here != members:
        raise damaged(archive, "is one part of a split archive")
    if members > most_members:
        raise refusal(archive, archive.name, f"has {members} members, more than {most_members} (a bomb?)")
    if offset + size != behind or size < members * ENTRY_BYTES:
        raise damaged(archive, "has a directory that does not end where its end record begins")
    return End(offset, members)


def _read_long(file: BinaryIO, archive: Path, locator: bytes, end_at: int) -> tuple[int, tuple[int, ...]]:
    """The end record of archives with more than 4 GB or 65 535 members: where it begins, and its numbers."""
    _, disk, at, disks = LOCATOR.unpack(locator)
    if disk or disks > 1:
        raise damaged(archive, "is one part of a split archive")
    if at + END64.size + LOCATOR.size != end_at:
        raise damaged(archive, "has a long end record at another place than it says")
    file.seek(at)
    magic, _, _, _, *numbers = END64.unpack(file.read(END64.size))
    if magic != END64_MAGIC:
        raise damaged(archive, "has no long end record where it says")
    return at, tuple(numbers)
