"""Reader of the OTB layout: ``<Sequence>/img/0001.jpg`` and ``groundtruth_rect.txt`` with 1-based boxes."""

import re
from functools import partial
from pathlib import Path

from siamloss.data.otb_ranges import FRAME_RANGES
from siamloss.data.pending import Pending, read_all
from siamloss.data.sequence import Sequence
from siamloss.data.text import list_frames, read_lines, read_names, read_table, require_all
from siamloss.errors import MissingDataError

ATTRIBUTES = ("IV", "SV", "OCC", "DEF", "MB", "FM", "IPR", "OPR", "OV", "BC", "LR")

TARGET = re.compile(r"(?P<folder>.+)[-.](?P<number>[12])")
"""``Jogging-2`` as result files write it, ``Jogging.2`` as the lists do: the second annotation of a folder."""

CHOSEN_TARGET = {"Human4": "2"}
"""Annotation that stands for a folder as a whole. OTB-100 takes Human4's second; the first is an empty file."""


def read_otb(root: Path, wanted: tuple[str, ...] = ()) -> list[Sequence]:
    """Read an OTB folder; boxes are converted from 1-based to 0-based corners.

    A name such as ``Jogging-2`` or ``Jogging.2`` selects the second annotation of the folder ``Jogging`` and is called
    ``Jogging-2``. The name of a folder with two annotations stands for both: the 98 folders of OTB-100 hold 100
    sequences.
    """
    pending = pending_otb(root, wanted)
    names = [name for name in pending if not _place(root, name)[0].is_dir()]
    require_all(names, len(pending), root)
    return read_all(pending)


def pending_otb(root: Path, wanted: tuple[str, ...] = ()) -> Pending:
    """How to read each sequence of an OTB folder, by name."""
    names = [target for name in read_names(root, wanted, "list.txt") for target in _targets(root, name)]
    return {name: partial(_read_sequence, root, name) for name in names}


def _place(root: Path, name: str) -> tuple[Path, str]:
    """Folder of a name, and the number of its annotation; "" where the name does not say one."""
    match = TARGET.fullmatch(name)
    if match is None or (root / name).is_dir():
        return root / name, ""
    return root / match["folder"], match["number"]


def _annotations(folder: Path) -> list[Path]:
    """Annotation files of a folder, without empty ones where there are several."""
    files = sorted(folder.glob("groundtruth_rect*.txt"))
    return files if len(files) < 2 else [path for path in files if path.read_bytes().strip()]


def _targets(root: Path, name: str) -> list[str]:
    """The name itself, or one name per target of a folder with several annotations."""
    folder, number = _place(root, name)
    if number:
        return [f"{folder.name}-{number}"]
    numbers = [path.name.split(".")[1] for path in _annotations(folder) if path.name.count(".") == 2]
    return [f"{name}-{number}" for number in numbers] if len(numbers) > 1 and name not in CHOSEN_TARGET else [name]


def _annotation(folder: Path, number: str, name: str) -> Path:
    """Annotation file of a sequence."""
    files = _annotations(folder)
    numbered = folder / f"groundtruth_rect.{number or CHOSEN_TARGET.get(name, '')}.txt"
    if number or numbered in files:
        return numbered
    if not files:
        raise MissingDataError(
            f"sequence '{name}' has no groundtruth_rect.txt in {folder}; restore it from the dataset's source"
        )
    return files[0] if len(files) == 1 else folder / "groundtruth_rect.txt"


def _read_sequence(root: Path, name: str) -> Sequence:
    folder, number = _place(root, name)
    boxes = read_table(_annotation(folder, number, name), "annotation", (4,))
    frames = list_frames(folder / "img")
    first, last = FRAME_RANGES.get(name, (1, len(frames)))
    if len(frames) != len(boxes) and last - first + 1 == len(boxes):
        frames = tuple(path for path in frames if path.stem.isdecimal() and first <= int(path.stem) <= last)
    boxes[:, :2] -= 1.0
    return Sequence(
        name=name,
        frame_paths=frames,
        boxes=boxes,
        visible=(boxes[:, 2:] > 0).all(axis=1),
        attributes=_read_attributes(root / "anno" / "att" / f"{name}.txt"),
    )


def _read_attributes(path: Path) -> frozenset[str]:
    """The toolkit's ``anno/att/<Sequence>.txt``: eleven 0/1 flags; absent in many copies of the data."""
    if not path.is_file():
        return frozenset()
    flags = [flag.strip() for flag in ",".join(read_lines(path, "attribute file")).split(",")]
    return frozenset(name for name, flag in zip(ATTRIBUTES, flags, strict=False) if flag == "1")
