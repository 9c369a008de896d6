"""Decompressing a file forwards, with a limit on what comes out and nothing allowed behind its end."""

import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from siamloss.data.unpack.listing import damaged

CHUNK = 2**18


class Decompressed(io.RawIOBase):
    """A gzip, bzip2 or xz file as a stream of its content: reads, and seeks forwards.

    Raises
    ------
    ArchiveError : while reading: damaged, cut off, something else behind the end, or more than ``most`` bytes.
    """

    def __init__(self, file: BinaryIO, archive: Path, magic: bytes, make: Callable[[], Any], most: int) -> None:
        self._file, self._archive, self._magic, self._make, self._most = file, archive, magic, make, most
        self._one = make()
        self._waiting, self._ready, self._at = b"", b"", 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self._at:
            raise io.UnsupportedOperation("only forwards")
        while self._at < offset and self.read(min(CHUNK, offset - self._at)):
            pass
        return self._at

    def read(self, size: int = -1) -> bytes:
        """``size`` bytes of content, fewer only at the end."""
        parts, missing = [], size
        while missing:
            if not self._ready:
                self._ready = self._more()
                if not self._ready:
                    break
            part = self._ready if missing < 0 else self._ready[:missing]
            self._ready = self._ready[len(part) :]
            parts.append(part)
            missing -= len(part) if missing > 0 else 0
        data = b"".join(parts)
        self._at += len(data)
        if self._at > self._most:
            raise damaged(self._archive, f"holds more than {self._most} bytes (a decompression bomb?)")
        return data

    def _more(self) -> bytes:
        """The next bytes of content; none at the end of the file."""
        while True:
            if self._one.eof:
                self._waiting = self._one.unused_data or self._file.read(CHUNK)
                if not self._waiting:
                    return b""
                if not self._waiting.startswith(self._magic):
                    raise damaged(self._archive, "has something else behind its end")
                self._one = self._make()
            if not self._waiting and getattr(self._one, "needs_input", True):
                self._waiting = self._file.read(CHUNK)
                if not self._waiting:
                    raise damaged(self._archive, "is cut off")
            try:
                data = self._one.decompress(self._waiting, CHUNK)
            except (zlib.error, lzma.LZMAError, OSError, ValueError) as error:
                raise damaged(self._archive, f"is damaged ({error})") from error
            self._waiting = getattr(self._one, "unconsumed_tail", b"")
            if data:
                return data
