"""Reader of the LaSOT layout: ``<class>/<class>-<N>/img/00000001.jpg``, ``groundtruth.txt`` and two rows of flags."""

from functools import partial
from pathlib import Path

import numpy as np

from siamloss.data.pending import Pending, read_all
from siamloss.data.sequence import Sequence
from siamloss.data.text import SEPARATOR, list_frames, read_lines, read_names, read_table, require_all
from siamloss.errors import AnnotationError

ABSENT = ("full_occlusion.txt", "out_of_view.txt")
"""Flags of the frames that do not show the target: ``0,0,1,...`` in one line."""

LIST = "list.txt"


def read_lasot(root: Path, wanted: tuple[str, ...] = ()) -> list[Sequence]:
    """Read LaSOT; boxes are taken as they are written, and the class is the name without its number.

    A sequence lies in the folder of its class or, as in some copies, beside the others.

    Raises
    ------
    MissingDataError : folders of listed sequences are missing; one error names them all.
    """
    pending = pending_lasot(root, wanted)
    require_all([name for name in pending if not _folder(root, name).is_dir()], len(pending), root)
    return read_all(pending)


def pending_lasot(root: Path, wanted: tuple[str, ...] = ()) -> Pending:
    """How to read each sequence, by name: the wanted ones, else those of ``list.txt``, else all."""
    nested = [] if wanted or (root / LIST).is_file() else sorted(root.glob("*/*/groundtruth.txt"))
    names = tuple(path.parent.name for path in nested) or read_names(root, wanted, LIST)
    return {name: partial(_read_sequence, _folder(root, name), name) for name in names}


def _class(name: str) -> str:
    return name.rpartition("-")[0]


def _folder(root: Path, name: str) -> Path:
    flat = root / name
    return flat if flat.is_dir() else root / _class(name) / name


def _flags(path: Path, count: int) -> np.ndarray:
    """Flags bool ``(T,)``, written in one line or several; all False where there is no such file."""
    if not path.is_file():
        return np.zeros(count, dtype=bool)
    flags = [flag for line in read_lines(path, "flag file") for flag in SEPARATOR.split(line) if flag]
    if len(flags) != count or not {"0", "1"}.issuperset(flags):
        raise AnnotationError(
            f"{path} must hold a 0 or 1 for each of {count} frames, and holds {len(flags)} values; restore the file"
        )
    return np.array(flags) == "1"


def _read_sequence(folder: Path, name: str) -> Sequence:
    boxes = read_table(folder / "groundtruth.txt", "annotation", (4,))
    absent = np.logical_or.reduce([_flags(folder / file, len(boxes)) for file in ABSENT])
    visible = ~absent & (boxes[:, 2:] > 0).all(axis=1)
    unknown = ~visible & ~np.isfinite(boxes).all(axis=1)
    return Sequence(
        name=name,
        frame_paths=list_frames(folder / "img"),
        boxes=np.where(unknown[:, None], 0.0, boxes),
        visible=visible,
        object_class=_class(name),
    )
