"""Tar archives: Python's tarfile reads the headers, and what it would let pass is refused here."""

import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from siamloss.data.unpack.listing import Member, damaged, refusal

BLOCK = tarfile.BLOCKSIZE
CHUNK = 2**20
HEADER_BYTES = 2**20
"""Most bytes of a long name or of extended headers: tarfile reads them into memory."""
LONG = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
NAME_BYTES = 100
"""Longest name that fits into a plain header."""
SIZE_LIMIT = 8**11
"""First size that does not fit into a plain header."""
SPECIAL = 0o6000
"""Bits setuid and setgid."""
SPARSE = "is a sparse file, not a plain one"
KINDS = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a named pipe",
}


def header_class(archive: Path) -> type[tarfile.TarInfo]:
    """Header of a member that remembers what its own block says, and takes no damaged block for the end."""

    class Header(tarfile.TarInfo):
        plain: tuple[str, int] = ("", 0)

        @classmethod
        def frombuf(cls, buf: bytes, encoding: str, errors: str) -> tarfile.TarInfo:
            try:
                found = super().frombuf(buf, encoding, errors)
            except tarfile.EOFHeaderError:
                raise
            except tarfile.EmptyHeaderError as error:
                raise damaged(archive, "is cut off: it has no end mark") from error
            except (tarfile.HeaderError, ValueError) as error:
                raise damaged(archive, f"has a damaged header ({error})") from error
            if found.type == tarfile.GNUTYPE_SPARSE:
                raise refusal(archive, found.name, SPARSE)
            if found.size < 0:
                raise refusal(archive, found.name, "has a negative size")
            if found.type in LONG and found.size > HEADER_BYTES:
                raise refusal(archive, found.name, f"has extended headers of {found.size} bytes")
            found.plain = (found.name, found.size)
            return found

        def _refuse_sparse(self, following: tarfile.TarInfo, *rest: object) -> None:
            """Instead of tarfile's own readers of sparse maps, which trust the map."""
            raise refusal(archive, following.name, SPARSE)

        _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = _refuse_sparse

    return Header


class TarArchive:
    """A tar file, plain or behind decompression.

    Parameters
    ----------
    start : gives the tar's bytes from the start, each time it is called.
    """

    def __init__(self, start: Callable[[], BinaryIO], archive: Path) -> None:
        self._start, self._archive = start, archive

    def members(self) -> Iterator[Member]:
        """What the headers say; reads the archive to its end.

        Raises
        ------
        ArchiveError : damage, or a member that is neither a plain file nor a folder.
        """
        for number, (_, header) in enumerate(self._headers()):
            yield self._member(header, number)

    def contents(self, members: list[Member]) -> Iterator[tuple[Member, Iterator[bytes]]]:
        """Each listed member with its bytes."""
        wanted = {member.number: member for member in members}
        for number, (tar, header) in enumerate(self._headers()):
            if number in wanted:
                again = self._member(header, number)
                if (again.size, again.folder) != (wanted[number].size, wanted[number].folder):
                    raise damaged(self._archive, "changed while it was read")
                yield wanted[number], self._blocks(tar, header)

    def _headers(self) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
        stream = self._start()
        try:
            with tarfile.open(
                fileobj=stream, mode="r:", tarinfo=header_class(self._archive), errors="surrogateescape"
            ) as tar:
                while (header := tar.next()) is not None:
                    yield tar, header
                    tar.members = []  # one object per member would stay in memory
        except (tarfile.TarError, ValueError, OverflowError, IndexError) as error:
            raise damaged(self._archive, f"is damaged ({error})") from error
        self._check_end(stream)

    def _check_end(self, stream: BinaryIO) -> None:
        """Behind the first zero block of the end mark there is at least one more, and nothing but zeros."""
        rest = stream.read(BLOCK)
        if len(rest) < BLOCK:
            raise damaged(self._archive, "is cut off: its end mark is not whole")
        while rest:
            if rest.count(0) != len(rest):
                raise damaged(self._archive, "has something else behind its end mark")
            rest = stream.read(CHUNK)

    def _member(self, header: tarfile.TarInfo, number: int) -> Member:
        name, (plain_name, plain_size) = header.name, header.plain
        if header.sparse is not None or any(key.startswith("GNU.sparse") for key in header.pax_headers):
            raise refusal(self._archive, name, SPARSE)
        if header.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE):
            what = KINDS.get(header.type, f"an entry of unknown type {header.type!r}")
            raise refusal(self._archive, name, f"is {what}, not a plain file or folder")
        if header.isdir() and header.size:
            raise refusal(self._archive, name, "is a folder with content")
        if header.isfile() and header.mode & SPECIAL:
            raise refusal(self._archive, name, "has a setuid or setgid bit")
        pax = header.pax_headers
        if "size" in pax and header.size != plain_size and header.size < SIZE_LIMIT:
            raise refusal(self._archive, name, f"has two sizes, {plain_size} and {header.size} bytes")
        path = pax.get("path", "")
        short = path.isascii() and len(path) <= NAME_BYTES
        if path and short and path.rstrip("/") != plain_name.rstrip("/"):
            raise refusal(self._archive, name, f"has two names, the other is {plain_name[:NAME_BYTES]!r}")
        return Member(name, header.size, header.isdir(), number)

    def _blocks(self, tar: tarfile.TarFile, header: tarfile.TarInfo) -> Iterator[bytes]:
        if header.isdir():
            return
        try:
            with tar.extractfile(header) as file:
                while block := file.read(CHUNK):
                    yield block
        except tarfile.TarError as error:
            raise refusal(self._archive, header.name, f"is cut off or damaged ({error})") from error
