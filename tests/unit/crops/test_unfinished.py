"""Unfinished stores: what a kill leaves is taken up, byte for byte; what was damaged since is cut anew."""

import numpy as np
import pytest
from tests.faults.harm import HARMS

from siamloss.crops.block import CutBlock
from siamloss.crops.stored import checksum
from siamloss.crops.unfinished import JOURNAL, Unfinished, clear_others

RNG = np.random.default_rng(0)


def cut(sizes):
    crops = [RNG.integers(0, 256, size, dtype=np.uint8) for size in sizes]
    return CutBlock(np.concatenate(crops), sizes, [checksum(crop) for crop in crops])


BLOCKS = [cut(sizes) for sizes in ([10, 20], [30], [5, 5, 5])]
WHOLE = b"".join(block.data.tobytes() for block in BLOCKS)


def written(folder, count=3):
    unfinished = Unfinished(folder, "crops.u8")
    for block in BLOCKS[unfinished.blocks : count]:
        unfinished.append(block)
    return unfinished


def contents(folder):
    return (folder / "store" / "crops.u8").read_bytes()


def test_appended_blocks_lie_one_after_the_other(tmp_path):
    unfinished = written(tmp_path)
    assert contents(tmp_path) == WHOLE
    assert (unfinished.blocks, unfinished.bytes, unfinished.sizes) == (3, len(WHOLE), [10, 20, 30, 5, 5, 5])
    again = Unfinished(tmp_path, "crops.u8")
    assert (again.blocks, again.sizes, again.crc32) == (3, unfinished.sizes, unfinished.crc32)


@pytest.mark.parametrize("cut", range(len(WHOLE) + 1))
def test_any_length_of_the_file_of_crops(tmp_path, cut):
    """Killed while a block is written: its line is not in the journal, some of its bytes are there."""
    whole_blocks = sum(sum(map(len, (block.data for block in BLOCKS[:k]))) <= cut for k in (1, 2, 3))
    written(tmp_path, whole_blocks)
    (tmp_path / "store" / "crops.u8").write_bytes(WHOLE[:cut])
    again = Unfinished(tmp_path, "crops.u8")
    assert again.blocks == whole_blocks
    written(tmp_path)
    assert contents(tmp_path) == WHOLE


def test_any_length_of_the_journal(tmp_path):
    written(tmp_path)
    journal = (tmp_path / JOURNAL).read_bytes()
    for cut in range(len(journal) + 1):
        (tmp_path / JOURNAL).write_bytes(journal[:cut])
        again = Unfinished(tmp_path, "crops.u8")
        assert again.blocks == journal[:cut].count(b"\n")
        written(tmp_path)
        assert contents(tmp_path) == WHOLE
        assert (tmp_path / JOURNAL).read_bytes() == journal


def test_a_file_of_crops_that_lost_bytes_loses_their_blocks(tmp_path):
    written(tmp_path)
    (tmp_path / "store" / "crops.u8").write_bytes(WHOLE[:45])
    assert Unfinished(tmp_path, "crops.u8").blocks == 1
    assert contents(tmp_path) == WHOLE[:30]


def test_work_with_other_settings_is_removed(tmp_path):
    for key in ("old", "new"):
        written(tmp_path / key)
    clear_others(tmp_path, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    clear_others(tmp_path / "absent", "new")


@pytest.mark.parametrize("kind", HARMS)
@pytest.mark.parametrize("name", ["store/crops.u8", JOURNAL])
def test_whatever_is_damaged_is_cut_anew(tmp_path, name, kind):
    """Two hundred times each: the finished crops, sizes and checksums are those of the undisturbed store."""
    undisturbed, rng = written(tmp_path), np.random.default_rng(1)
    journal, kept = (tmp_path / JOURNAL).read_bytes(), []
    for _ in range(200):
        whole = (tmp_path / name).read_bytes()
        damaged, what = HARMS[kind](whole, rng)
        (tmp_path / name).write_bytes(damaged)
        kept.append(Unfinished(tmp_path, "crops.u8").blocks)
        again = written(tmp_path)
        assert contents(tmp_path) == WHOLE, what
        assert (again.sizes, again.crc32) == (undisturbed.sizes, undisturbed.crc32), what
        assert (tmp_path / JOURNAL).read_bytes() == journal, what
    assert {0, 1, 2} <= set(kept), "the blocks before the damage are kept"


@pytest.mark.parametrize("line", [b"[]", b"{}", b'{"bytes": [], "crc32": []}', b'{"bytes": [-9], "crc32": [0]}', b"7"])
def test_a_line_that_is_no_entry_ends_what_is_kept(tmp_path, line):
    written(tmp_path)
    lines = (tmp_path / JOURNAL).read_bytes().splitlines()
    (tmp_path / JOURNAL).write_bytes(b"\n".join([lines[0], line, lines[2], b""]))
    assert Unfinished(tmp_path, "crops.u8").blocks == 1
    assert (tmp_path / JOURNAL).read_bytes() == lines[0] + b"\n"
    written(tmp_path)
    assert contents(tmp_path) == WHOLE
