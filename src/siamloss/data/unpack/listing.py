"""What an archive says it holds, and the rules for the list as a whole: names, counts, sizes."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from siamloss.data.unpack.names import Tree, clean, fault_of
from siamloss.errors import ArchiveError, DiskFullError

AGAIN = "download it again from its official source"
SHOWN = 80
"""Characters of a member's name in a message."""
BLOCK = 4096
"""Bytes that a file takes on the disk beyond its content, at most."""


@dataclass(frozen=True)
class Limits:
    """What is too much for one archive; the largest official ones (LaSOT, TrackingNet, GOT-10k) stay below.

    Attributes
    ----------
    members : files and folders.
    bytes : content in total.
    ratio : content by the archive's own size, where there are more than ``free_bytes`` of it. Deflate reaches 1032,
        frames in JPEG 1, annotations about 10.
    free_bytes : content that is never counted as a bomb.
    """

    members: int = 4_000_000
    bytes: int = 512 * 2**30
    ratio: float = 100.0
    free_bytes: int = 64 * 2**20

    def content_bytes(self, archive_bytes: int) -> int:
        """Most content of an archive of this size, bytes."""
        return min(self.bytes, max(self.free_bytes, int(self.ratio * archive_bytes)))


@dataclass(frozen=True)
class Member:
    """One file or folder of an archive.

    Attributes
    ----------
    name : cleaned: relative, ``/`` between folders, none behind.
    size : bytes that its header announces; 0 for a folder.
    number : place in the archive's own list.
    """

    name: str
    size: int
    folder: bool
    number: int

    def refusal(self, archive: Path, why: str) -> ArchiveError:
        """The error that names this member."""
        return refusal(archive, self.name, why)


def refusal(archive: Path, name: str, why: str, remedy: str = AGAIN) -> ArchiveError:
    """The error that names a member, an archive and what to do."""
    shown = name if len(name) <= SHOWN else name[:SHOWN] + "..."
    return ArchiveError(f"{archive}: {shown!r} {why}; nothing was extracted, {remedy}")


def damaged(archive: Path, why: str) -> ArchiveError:
    """The error for an archive as a whole."""
    return ArchiveError(f"{archive} {why}; nothing was extracted, {AGAIN}")


def check_listing(members: Iterable[Member], archive: Path, limits: Limits) -> list[Member]:
    """All members, if the rules allow them; ``./``, the top folder itself, is left out.

    Raises
    ------
    ArchiveError : a bad name, a collision, or too much; the first such member is named.
    """
    allowed = limits.content_bytes(archive.stat().st_size)
    tree, kept, total = Tree(), [], 0
    for member in members:
        if member.folder and member.name in (".", "./"):
            continue
        name = clean(member.name)
        fault = fault_of(name) or tree.fault_of(name, member.folder)
        if fault:
            raise refusal(archive, member.name, fault)
        kept.append(Member(name, member.size, member.folder, member.number))
        total += member.size
        if len(kept) > limits.members:
            raise _too_much(archive, member, f"is one more than {limits.members} members")
        if total > allowed:
            what = f"brings the content to {total} bytes, of {allowed} that an archive of this size may have"
            raise _too_much(archive, member, what)
    if not any(not member.folder for member in kept):
        raise damaged(archive, "holds no file")
    return kept


def _too_much(archive: Path, member: Member, why: str) -> ArchiveError:
    return refusal(archive, member.name, f"{why} (a decompression bomb?)", f"{AGAIN}, or raise the limits")


def check_space(members: list[Member], archive: Path, into: Path) -> None:
    """Raise :class:`DiskFullError` where the content does not fit beside ``into``."""
    folder = into.absolute().parent
    while not folder.exists():
        folder = folder.parent
    needed = sum(member.size + BLOCK for member in members)
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise DiskFullError(
            f"{archive} needs {needed / 1e6:.0f} MB in {folder} but {free / 1e6:.0f} MB are free; "
            "free some space and run the same command again"
        )


def size_of(file) -> int:
    """Bytes of an open file."""
    return os.fstat(file.fileno()).st_size
