"""Archives written byte by byte, so that each part can lie."""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Entry:
    """One member of a zip; a value of None is filled in truthfully, ``local_*`` is what its own header says."""

    name: str | bytes = "a.txt"
    data: bytes = b"hello"
    method: int = 0
    flags: int = 0
    mode: int = 0o100644
    packed: bytes | None = None
    size: int | None = None
    packed_size: int | None = None
    crc: int | None = None
    offset: int | None = None
    disk: int = 0
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_size: int | None = None
    local_packed_size: int | None = None
    local_crc: int | None = None
    extra: bytes = b""


def deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def either(value, otherwise):
    return otherwise if value is None else value


def zip_bytes(*entries, before=b"", behind=b"", comment=b"", count=None, disk=0, directory_shift=0):
    body, directory = bytearray(before), bytearray()
    for entry in entries:
        name = entry.name.encode() if isinstance(entry.name, str) else entry.name
        flags = entry.flags | (0 if name.isascii() else 0x800)
        packed = either(entry.packed, deflate(entry.data) if entry.method == 8 else entry.data)
        size, packed_size = either(entry.size, len(entry.data)), either(entry.packed_size, len(packed))
        crc = either(entry.crc, zlib.crc32(entry.data))
        offset = either(entry.offset, len(body))
        local_name = either(entry.local_name, name)
        body += struct.pack(
            "<4s5H3L2H",
            b"PK\x03\x04",
            20,
            either(entry.local_flags, flags),
            either(entry.local_method, entry.method),
            0,
            33,
            either(entry.local_crc, crc),
            either(entry.local_packed_size, packed_size),
            either(entry.local_size, size),
            len(local_name),
            0,
        )
        body += local_name + packed
        facts = (
            20 | 3 << 8,
            20,
            flags,
            entry.method,
            0,
            33,
            crc,
            packed_size,
            size,
            len(name),
            len(entry.extra),
            0,
            entry.disk,
            0,
        )
        directory += struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *facts, entry.mode << 16, offset) + name + entry.extra
    number = either(count, len(entries))
    at = len(body) + directory_shift
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", disk, disk, number, number, len(directory), at, len(comment))
    return bytes(body + directory + end + comment + behind)


def unicode_path(plain, name):
    """The extra field in which Info-ZIP keeps a name in UTF-8."""
    name = name.encode() if isinstance(name, str) else name
    return struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(plain.encode())) + name


def tar_header(name="a.txt", size=0, kind=b"0", mode=0o644, link="", size_field=None):
    name = name.encode() if isinstance(name, str) else name
    head = struct.pack(
        "<100s8s8s8s12s12s8s1s100s8s32s32s8s8s155s12s",
        name,
        b"%07o\0" % mode,
        b"0000000\0",
        b"0000000\0",
        either(size_field, b"%011o\0" % size),
        b"00000000000\0",
        b" " * 8,
        kind,
        link.encode(),
        b"ustar\x0000",
        b"",
        b"",
        b"",
        b"",
        b"",
        b"",
    )
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


def tar_member(name="a.txt", data=b"hello", **facts):
    """Header and content, padded to whole blocks."""
    facts.setdefault("size", len(data))
    return tar_header(name, **facts) + data + bytes(-len(data) % 512)


def pax(**records):
    """An extended header for the member behind it."""
    text = b""
    for key, value in records.items():
        rest = f" {key.replace('__', '.')}={value}\n".encode()
        length = len(rest) + 1
        while len(str(length)) + len(rest) != length:
            length += 1
        text += str(length).encode() + rest
    return tar_member("pax", text, kind=b"x")


END = bytes(1024)


def tar_bytes(*members, end=END):
    return b"".join(members) + end


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
