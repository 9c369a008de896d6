"""Zip archives: Python's zipfile reads the directory; each member's own header must say the same as the directory."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from siamloss.data.unpack.listing import Limits, Member, damaged, refusal
from siamloss.data.unpack.zip_end import read_end

CHUNK = 2**20
LOCAL = struct.Struct("<4s5H3L2H")
LOCAL_MAGIC = b"PK\x03\x04"
ENCRYPTED, DESCRIPTOR, PATCHED, STRONG, UTF8, MASKED = 1 << 0, 1 << 3, 1 << 5, 1 << 6, 1 << 11, 1 << 13
SPECIAL = stat.S_ISUID | stat.S_ISGID
UNIX = 3
ZIP64_FULL = 0xFFFFFFFF
LONG_SIZES, UNICODE_PATH = 0x0001, 0x7075
"""Kinds of extra fields."""
KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


def name_of(info: zipfile.ZipInfo) -> str:
    """Name of a member. Without the flag for UTF-8 it may still be in that: in an extra field, with the CRC-32 of the
    plain name, or in bytes as a Unix program found them."""
    if info.flag_bits & UTF8:
        return info.orig_filename
    for kind, field in extra_fields(info.extra):
        if kind == UNICODE_PATH and len(field) > 5 and field[0] == 1:
            (crc,) = struct.unpack_from("<L", field, 1)
            if crc == zlib.crc32(info.orig_filename.encode("cp437")):
                return field[5:].decode("utf-8", "surrogateescape")
    try:
        return info.orig_filename.encode("cp437").decode() if info.create_system == UNIX else info.orig_filename
    except UnicodeDecodeError:
        return info.orig_filename


def extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each whole extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if at + 4 + length <= len(extra):
            yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


class ZipArchive:
    """A zip file."""

    def __init__(self, file: BinaryIO, archive: Path, limits: Limits) -> None:
        self._file, self._archive, self._limits = file, archive, limits
        self._infos: list[zipfile.ZipInfo] = []
        self._starts: list[int] = []

    def members(self) -> Iterator[Member]:
        """What directory and headers say; no content is read.

        Raises
        ------
        ArchiveError : damage, a contradiction, overlapping members, or a member that is no plain file or folder.
        """
        end = read_end(self._file, self._archive, self._limits.members)
        try:
            with zipfile.ZipFile(self._file) as directory:
                self._infos = directory.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise damaged(self._archive, f"has a damaged directory ({error})") from error
        if len(self._infos) != end.members:
            raise damaged(self._archive, f"announces {end.members} members and lists {len(self._infos)}")
        self._starts = [self._check_header(info) for info in self._infos]
        self._check_places(end.directory_at)
        for number, info in enumerate(self._infos):
            yield Member(name_of(info), info.file_size, name_of(info).endswith("/"), number)

    def contents(self, members: list[Member]) -> Iterator[tuple[Member, Iterator[bytes]]]:
        """Each listed member with its bytes."""
        for member in members:
            yield member, self._blocks(self._infos[member.number], self._starts[member.number])

    def _refusal(self, info: zipfile.ZipInfo, why: str):
        return refusal(self._archive, name_of(info), why)

    def _check_header(self, info: zipfile.ZipInfo) -> int:
        """Where a member's content begins, after comparing its own header with the directory."""
        self._check_kind(info)
        self._file.seek(info.header_offset)
        head = self._file.read(LOCAL.size)
        if len(head) < LOCAL.size or head[:4] != LOCAL_MAGIC:
            raise self._refusal(info, "has no header where the directory says")
        _, _, flags, method, _, _, crc, packed, size, name_bytes, extra_bytes = LOCAL.unpack(head)
        name = info.orig_filename.encode("utf-8" if info.flag_bits & UTF8 else "cp437")
        if self._file.read(name_bytes) != name:
            raise self._refusal(info, "has another name in its own header")
        for what, here, there in (("flags", flags, info.flag_bits), ("compression", method, info.compress_type)):
            if here != there:
                raise self._refusal(info, f"has other {what} in its own header ({here} instead of {there})")
        extra = self._file.read(extra_bytes)
        if ZIP64_FULL in (packed, size):
            packed, size = self._zip64(info, extra, packed, size)
        later = flags & DESCRIPTOR and crc == packed == size == 0
        if not later and (crc, packed, size) != (info.CRC, info.compress_size, info.file_size):
            raise self._refusal(info, "has another size or checksum in its own header")
        return info.header_offset + LOCAL.size + name_bytes + extra_bytes

    def _zip64(self, info: zipfile.ZipInfo, extra: bytes, packed: int, size: int) -> tuple[int, int]:
        """Sizes of more than 32 bits, from the extra field of the member's own header."""
        for kind, field in extra_fields(extra):
            if kind == LONG_SIZES and len(field) >= 16:
                long_size, long_packed = struct.unpack_from("<QQ", field)
                return (long_packed if packed == ZIP64_FULL else packed), (long_size if size == ZIP64_FULL else size)
        raise self._refusal(info, "announces a long size and has none")

    def _check_kind(self, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & (ENCRYPTED | STRONG | MASKED):
            raise self._refusal(info, "is encrypted")
        if info.flag_bits & PATCHED or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._refusal(info, f"has compression {info.compress_type}; only stored and deflated are read")
        mode, folder = info.external_attr >> 16, name_of(info).endswith("/")
        kind = stat.S_IFMT(mode)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise self._refusal(info, f"is {KINDS.get(kind, 'of unknown kind')}, not a plain file or folder")
        if kind and (kind == stat.S_IFDIR) != folder:
            raise self._refusal(info, "is a folder by its mode or by its name, but not by both")
        if not folder and mode & SPECIAL:
            raise self._refusal(info, "has a setuid or setgid bit")
        if folder and info.file_size:
            raise self._refusal(info, "is a folder with content")
        if info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size:
            raise self._refusal(info, "is stored with two sizes")
        if info.volume:
            raise self._refusal(info, "lies on another disk of a split archive")

    def _check_places(self, directory_at: int) -> None:
        """Members lie one behind the other, from the first byte on, before the directory."""
        order = sorted(range(len(self._infos)), key=lambda number: self._infos[number].header_offset)
        if not order:
            return
        if self._infos[order[0]].header_offset:
            raise damaged(self._archive, "has something else before its first member")
        followers = [self._infos[number].header_offset for number in order[1:]] + [directory_at]
        for number, following in zip(order, followers, strict=True):
            if self._starts[number] + self._infos[number].compress_size > following:
                raise self._refusal(self._infos[number], "overlaps what lies behind it")

    def _blocks(self, info: zipfile.ZipInfo, start: int) -> Iterator[bytes]:
        """Content of a member, checked against size and CRC-32 when it ends."""
        self._file.seek(start)
        left, crc, size = info.compress_size, 0, 0
        inflate = zlib.decompressobj(-zlib.MAX_WBITS) if info.compress_type == zipfile.ZIP_DEFLATED else None
        pending = b""
        while left or pending:
            if not pending:
                pending = self._file.read(min(CHUNK, left))
                if not pending:
                    raise self._refusal(info, "is cut off")
                left -= len(pending)
            try:
                block = inflate.decompress(pending, CHUNK) if inflate else pending
            except zlib.error as error:
                raise self._refusal(info, f"is damaged ({error})") from error
            pending = inflate.unconsumed_tail if inflate else b""
            if inflate and inflate.eof and (inflate.unused_data or left):
                raise self._refusal(info, "has something else behind its compressed content")
            crc, size = zlib.crc32(block, crc), size + len(block)
            yield block
        if inflate and info.compress_size:
            if not inflate.eof and (tail := inflate.flush()):
                crc, size = zlib.crc32(tail, crc), size + len(tail)
                yield tail
            if not inflate.eof:
                raise self._refusal(info, "is cut off in its compressed content")
        if size != info.file_size or crc != info.CRC:
            raise self._refusal(info, f"is damaged (CRC-32 {crc:08x} instead of {info.CRC:08x}, {size} bytes)")
