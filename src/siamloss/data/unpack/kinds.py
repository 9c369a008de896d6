"""Which kind of archive a file is, told by its content, and what reads it."""

import bz2
import hashlib
import lzma
import zlib
from functools import partial
from pathlib import Path
from typing import BinaryIO

from siamloss.data.unpack.listing import Limits, damaged, size_of
from siamloss.data.unpack.streams import Decompressed
from siamloss.data.unpack.tarred import TarArchive
from siamloss.data.unpack.zipped import ZipArchive

LZMA_BYTES = 2**30
"""Most memory that an xz file may ask for."""
COMPRESSED = {
    b"\x1f\x8b": lambda: zlib.decompressobj(31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LZMA_BYTES),
}
"""First bytes of a compressed tar, and what decompresses one stream of it."""
USTAR_AT = 257


def open_archive(file: BinaryIO, archive: Path, limits: Limits, sha256: str | None) -> ZipArchive | TarArchive:
    """The reader for an open archive.

    Raises
    ------
    ArchiveError : it has another sha256, or is neither zip nor tar.
    """
    if sha256 is not None:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256.lower():
            raise damaged(archive, f"has sha256 {found} instead of {sha256}")
        file.seek(0)
    head = file.read(512)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return ZipArchive(file, archive, limits)
    if head[USTAR_AT : USTAR_AT + 5] == b"ustar":
        return TarArchive(partial(_from_start, file), archive)
    most = limits.content_bytes(size_of(file)) * 2 + limits.free_bytes
    for magic, make in COMPRESSED.items():
        if head.startswith(magic):
            return TarArchive(partial(_decompress, file, archive, magic, make, most), archive)
    raise damaged(archive, "is neither a zip nor a tar file")


def _decompress(file: BinaryIO, *arguments) -> Decompressed:
    return Decompressed(_from_start(file), *arguments)


def _from_start(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file
