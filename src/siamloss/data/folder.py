"""Reader of one's own data: a folder per sequence, with its images and ``boxes.txt`` (docs/datasets.md)."""

from functools import partial
from pathlib import Path

import numpy as np

from siamloss.data.pending import Pending, read_all, read_folders
from siamloss.data.sequence import Sequence
from siamloss.data.text import SEPARATOR, list_frames, read_lines, read_names, require_root
from siamloss.errors import AnnotationError, MissingDataError

BOX_FILES = ("boxes.txt", "groundtruth.txt")
"""Names of the box file, the first that is there."""

INNER_FOLDERS = ("img", "color", "frames")
"""Where the images may lie, if not beside the box file."""


def read_folder(root: Path, wanted: tuple[str, ...] = ()) -> list[Sequence]:
    """Read a folder of sequences, or a folder that is one sequence itself and then gives it its name."""
    pending = pending_folder(root, wanted)
    return read_all(pending) if _is_sequence(root, wanted) else read_folders(root, pending)


def pending_folder(root: Path, wanted: tuple[str, ...] = ()) -> Pending:
    """How to read each sequence, by name: the wanted ones, else those of ``list.txt``, else every folder with boxes."""
    require_root(root)
    if _is_sequence(root, wanted):
        return {root.resolve().name: partial(read_sequence, root, root.resolve().name)}
    if not wanted and not (root / "list.txt").is_file():
        wanted = tuple(path.name for path in sorted(root.iterdir()) if path.is_dir() and _box_file(path) is not None)
    return {name: partial(read_sequence, root / name, name) for name in read_names(root, wanted, "list.txt")}


def _is_sequence(root: Path, wanted: tuple[str, ...]) -> bool:
    return not wanted and _box_file(root) is not None


def _box_file(folder: Path) -> Path | None:
    return next((folder / name for name in BOX_FILES if (folder / name).is_file()), None)


def _images(folder: Path) -> tuple[Path, ...]:
    """Images in natural order (2 before 10), beside the box file or in an inner folder."""
    inner = (folder / name for name in INNER_FOLDERS if (folder / name).is_dir())
    return next((frames for place in (folder, *inner) if (frames := list_frames(place, natural=True))), ())


def read_boxes(path: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes of one's own data: a line per frame, ``x,y,w,h`` in px from the 0-based corner.

    Comma, tab, space and semicolon separate. An empty line, or one of ``nan``, is a frame without the target. Empty
    lines behind the last of ``count`` frames are ignored.

    Returns
    -------
    boxes, visible : float64 ``(T, 4)``, 0 where the target is absent, and bool ``(T,)``; T may differ from ``count``.

    Raises
    ------
    AnnotationError : a line that is neither, named with its number.
    """
    lines = read_lines(path, "box file", keep_empty=True)
    while len(lines) > count and not lines[-1]:
        lines.pop()
    boxes = np.array([_box(line, number, path) for number, line in enumerate(lines, start=1)]).reshape(-1, 4)
    visible = np.isfinite(boxes).all(axis=1)
    return np.where(visible[:, None], boxes, 0.0), visible


def _box(line: str, number: int, path: Path) -> list[float]:
    """Four numbers of one line, NaN where it shows nothing."""
    try:
        row = [float(value) for value in SEPARATOR.split(line) if value]
    except ValueError:
        row = [np.inf]
    if len(row) in (0, 1, 4) and np.isnan(row).all():
        return [np.nan] * 4
    if len(row) != 4 or not np.isfinite(row).all():
        raise AnnotationError(
            f"{path}, line {number}: '{line[:40]}' is no box; write x,y,w,h, or nan where the target is absent"
        )
    return row


def read_sequence(folder: Path, name: str) -> Sequence:
    """Read the sequence in a folder, under a name."""
    path = _box_file(folder)
    if path is None:
        raise MissingDataError(f"sequence '{name}' has no boxes.txt in {folder}; write one box per frame into it")
    frames = _images(folder)
    boxes, visible = read_boxes(path, len(frames))
    return Sequence(name=name, frame_paths=frames, boxes=boxes, visible=visible)
