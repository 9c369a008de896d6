"""Is a file what it should be: its size and digest where they are known, else a whole archive and no page of words."""

import bz2
import gzip
import hashlib
import json
import lzma
import os
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DIGESTS = {32: "md5", 40: "sha1", 64: "sha256"}
"""Kind of a digest by its number of hexadecimal digits."""
STREAMS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}


@dataclass(frozen=True)
class Want:
    """What is known about a file beforehand.

    Attributes
    ----------
    kind : ``archive`` (zip, tar, compressed tar) or ``json``.
    bytes : size, None where it is not known.
    digests : hexadecimal md5, sha1 or sha256 with where each comes from, in words.
    """

    kind: Literal["archive", "json"] = "archive"
    bytes: int | None = None
    digests: tuple[tuple[str, str], ...] = ()


class WrongContentError(Exception):
    """A file is not what it should be.

    Attributes
    ----------
    cut : it begins as it should: its end may be missing.
    """

    def __init__(self, message: str, cut: bool = False):
        super().__init__(message)
        self.cut = cut


def check_content(path: Path, want: Want) -> None:
    """Compare a file with what is known; without a digest it must be a whole archive (or valid JSON).

    Raises
    ------
    WrongContentError : it is not; the message says in what.
    """
    size = path.stat().st_size
    if want.bytes is not None and size != want.bytes:
        raise WrongContentError(f"it has {size} bytes instead of {want.bytes}", cut=size < want.bytes)
    for digest, origin in want.digests:
        kind = DIGESTS.get(len(digest), "sha256")
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, kind).hexdigest()
        if found != digest.lower():
            raise WrongContentError(f"its {kind} is {found[:12]}... instead of {digest[:12]}..., {origin}")
    if want.kind == "json":
        _check_json(path)
    elif not want.digests:
        _check_archive(path)


def _check_json(path: Path) -> None:
    try:
        json.loads(path.read_bytes())
    except ValueError as error:
        raise WrongContentError(f"it is not valid JSON {_looks(path)}", cut=path.read_bytes()[:1] == b"{") from error


def _check_archive(path: Path) -> None:
    with open(path, "rb") as file:
        head = file.read(512)
    try:
        if head.startswith(b"PK"):
            zipfile.ZipFile(path).close()
            return
        opener = next((opener for magic, opener in STREAMS.items() if head.startswith(magic)), None)
        if opener is not None:
            with opener(path, "rb") as stream:
                while stream.read(1 << 20):
                    pass
            return
        if head[257:262] == b"ustar":
            _check_tar(path)
            return
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        raise WrongContentError(f"it is a damaged archive, or its end is missing ({error})", cut=True) from error
    raise WrongContentError(f"it is no zip or tar archive {_looks(path)}")


def _check_tar(path: Path) -> None:
    """Every member and the end mark are there; tarfile alone takes a file that ends between members for whole."""
    with tarfile.open(path, "r:") as archive:
        members = archive.getmembers()
    with open(path, "rb") as file:
        file.seek(-min(1024, path.stat().st_size), os.SEEK_END)
        if not members or file.read().strip(b"\0"):
            raise tarfile.ReadError("no end mark")


def _looks(path: Path) -> str:
    with open(path, "rb") as file:
        head = file.read(512).lstrip().lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return "but a web page"
    return f"and begins with {head[:12]!r}" if head else "but empty"
