"""A store that is being cut: what is done survives a kill at any moment.

Blocks are appended to the file of crops in the order of the plan. A block counts when its line is in the journal, which
is written after the block's bytes have reached the disk; bytes behind the last counted block are cut off by the next
call. The finished file is renamed into place, so that the space is needed once.
"""

import json
import os
import shutil
from pathlib import Path

from siamloss.crops.block import CutBlock

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
        with open(self._journal, "a", encoding="utf-8") as file:
            file.write(json.dumps({"bytes": block.sizes, "crc32": block.crc32}) + "\n")
        self._count(block.sizes, block.crc32)

    def _count(self, sizes: list[int], crc32: list[int]) -> None:
        self.blocks += 1
        self.sizes += sizes
        self.crc32 += crc32

    def _resume(self) -> None:
        """Take up what earlier calls did, and cut off what they left half-written."""
        present = self._crops.stat().st_size if self._crops.exists() else 0
        lines = self._journal.read_bytes().split(b"\n")[:-1] if self._journal.exists() else []
        kept = 0
        for line in lines:
            try:
                entry = json.loads(line)
                sizes, crc32 = entry["bytes"], entry["crc32"]
            except (ValueError, KeyError, TypeError):
                break
            if self.bytes + sum(sizes) > present:
                break
            self._count(sizes, crc32)
            kept += len(line) + 1
        with open(self._crops, "ab") as file:
            file.truncate(self.bytes)
        with open(self._journal, "ab") as file:
            file.truncate(kept)


def clear_others(folder: Path, key: str) -> None:
    """Remove the unfinished work of other settings: nothing takes it up again."""
    for left in folder.iterdir() if folder.is_dir() else ():
        if left.name != key:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
