"""A store that is being cut: what is done survives a kill at any moment.

Blocks are appended to the file of crops in the order of the plan. A block counts when its line is in the journal, which
is written after the block's bytes have reached the disk. The next call compares every crop with its checksum in the
journal, and cuts off what lies behind the last block that is as it was written. The finished file is renamed into
place, so that the space is needed once.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tqdm import tqdm

from siamloss.crops.block import CutBlock
from siamloss.crops.stored import checksum

JOURNAL = "journal.jsonl"


class Unfinished:
    """The unfinished store in a folder: ``folder/store`` becomes the product.

    Attributes
    ----------
    blocks : number of blocks done.
    sizes, crc32 : size and checksum of each crop done.
    """

    def __init__(self, folder: Path, crops_name: str) -> None:
        self.store = folder / "store"
        self.store.mkdir(parents=True, exist_ok=True)
        self._crops, self._journal = self.store / crops_name, folder / JOURNAL
        self.blocks = 0
        self.sizes: list[int] = []
        self.crc32: list[int] = []
        self._resume()

    @property
    def bytes(self) -> int:
        """Bytes done."""
        return sum(self.sizes)

    def append(self, block: CutBlock) -> None:
        """Write the next block, then count it."""
        with open(self._crops, "ab") as file:
            file.write(block.data)
            file.flush()
            os.fsync(file.fileno())
        with open(self._journal, "ab") as file:
            file.write(_line_of(block.sizes, block.crc32) + b"\n")
        self._count(block.sizes, block.crc32)

    def _count(self, sizes: list[int], crc32: list[int]) -> None:
        self.blocks += 1
        self.sizes += sizes
        self.crc32 += crc32

    def _resume(self) -> None:
        """Take up what earlier calls did, and cut off what they left half-written and what was changed since."""
        lines = self._journal.read_bytes().split(b"\n")[:-1] if self._journal.exists() else []
        kept = 0
        self._crops.touch()
        with open(self._crops, "rb") as file:
            for line, (sizes, crc32) in zip(lines, _whole_blocks(lines, file), strict=False):
                self._count(sizes, crc32)
                kept += len(line) + 1
        os.truncate(self._crops, self.bytes)
        with open(self._journal, "ab") as file:
            file.truncate(kept)


def _line_of(sizes: list[int], crc32: list[int]) -> bytes:
    return json.dumps({"bytes": sizes, "crc32": crc32}).encode()


def _whole_blocks(lines: list[bytes], crops: BinaryIO) -> Iterator[tuple[list[int], list[int]]]:
    """Sizes and checksums of the blocks of a journal, up to the first whose line or whose crops are damaged."""
    for line in tqdm(lines, desc="check the crops that are there", unit="block", disable=None, leave=False):
        try:
            sizes = json.loads(line)["bytes"]
            if min(sizes) <= 0 or sum(sizes) > os.fstat(crops.fileno()).st_size - crops.tell():
                return
            crc32 = [checksum(crops.read(size)) for size in sizes]
        except (ValueError, KeyError, TypeError):
            return
        if line != _line_of(sizes, crc32):
            return
        yield sizes, crc32


def clear_others(folder: Path, key: str) -> None:
    """Remove the unfinished work of other settings: nothing takes it up again."""
    for left in folder.iterdir() if folder.is_dir() else ():
        if left.name != key:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
