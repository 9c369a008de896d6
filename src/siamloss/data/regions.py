"""Ground truth as VOT writes it, one region per line: rectangle (2013), polygon (to 2019) or mask (from 2020)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siamloss.data.masks import decode_mask
from siamloss.data.text import SEPARATOR, read_lines, read_table
from siamloss.errors import AnnotationError
from siamloss.geometry import polygon_to_box


@dataclass(frozen=True)
class Regions:
    """Regions of T frames.

    Attributes
    ----------
    boxes : float64 ``(T, 4)`` x, y, w, h, px, 0-based; 0 where nothing is visible.
    polygons : float64 ``(T, 8)``; 0 where nothing is visible.
    visible : bool ``(T,)``; False at a row of NaN, at an empty mask and at a special region (a single number).
    masks : the text of each mask, "" where a frame has none; None in a file without masks.
    """

    boxes: np.ndarray
    polygons: np.ndarray
    visible: np.ndarray
    masks: tuple[str, ...] | None = None


def read_regions(path: Path, name: str) -> Regions:
    """Read the ground truth of sequence ``name``.

    The box of a polygon has its centre and area (:func:`~siamloss.geometry.polygon_to_box`); that of a mask is tight.

    Raises
    ------
    MissingDataError : no such file.
    AnnotationError : a row that is no region, or is NaN in part.
    """
    lines = read_lines(path, "annotation")
    masked = any(line.startswith("m") for line in lines)
    mixed = masked or any(len(SEPARATOR.split(line)) == 1 for line in lines)
    if mixed:
        found = np.array([_region(line, number, path) for number, line in enumerate(lines, start=1)])
        boxes, polygons = found[:, :4], found[:, 4:]
    else:
        rows = read_table(path, "annotation", (4, 8))
        boxes, polygons = (rows, _corners(rows)) if rows.shape[1] == 4 else (None, rows)
    known = np.isfinite(polygons)
    half = np.flatnonzero(known.any(axis=1) != known.all(axis=1))
    if half.size:
        raise AnnotationError(f"sequence '{name}' has a half-NaN polygon at frame {half[0] + 1}; correct {path}")
    visible = known.all(axis=1)
    polygons = np.where(visible[:, None], polygons, 0.0)
    boxes = polygon_to_box(polygons) if boxes is None else np.where(visible[:, None], boxes, 0.0)
    masks = tuple(line if line.startswith("m") else "" for line in lines) if masked else None
    return Regions(boxes, polygons, visible, masks)


def _corners(boxes: np.ndarray) -> np.ndarray:
    """Corners ``(T, 8)`` of boxes ``(T, 4)``."""
    x, y, w, h = boxes.T
    return np.stack([x, y, x + w, y, x + w, y + h, x, y + h], axis=1)


def _region(line: str, number: int, path: Path) -> np.ndarray:
    """Box and corners ``(4 + 8,)`` of one line; NaN where it shows nothing."""
    where = f"{path}, line {number}"
    if line.startswith("m"):
        mask, (left, top) = decode_mask(line, where)
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        box = np.full(4, np.nan)
        if rows.size:
            width, height = columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1
            box[:] = left + columns[0], top + rows[0], width, height
        return np.append(box, _corners(box[None]))
    try:
        values = np.array([float(value) for value in SEPARATOR.split(line) if value])
    except ValueError:
        values = np.zeros(0)
    if values.size == 8:
        return np.append(polygon_to_box(values[None]), values)
    if values.size not in (1, 4):
        raise AnnotationError(f"{where}: '{line[:40]}' is no mask, polygon, rectangle or code; correct or restore it")
    box = values if values.size == 4 else np.full(4, np.nan)
    return np.append(box, _corners(box[None]))
