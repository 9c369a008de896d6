"""Reader of the GOT-10k layout: ``list.txt``, ``<Sequence>/00000001.jpg``, groundtruth, cover and absence labels.

The synthetic sets add ``distractor.label``: one similarity per frame, which the official toolkit does not read.
"""

import configparser
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from siamloss.data.pending import Pending, read_folders
from siamloss.data.sequence import Sequence
from siamloss.data.text import list_frames, read_names, read_table
from siamloss.errors import AnnotationError

CUT = "cut_by_image.label"


def read_got10k(root: Path, wanted: tuple[str, ...] = ()) -> list[Sequence]:
    """Read a GOT-10k split; a frame counts as visible when its absence label is 0 and its cover label above 0.

    The frames whose target the image border cuts have the tag ``cut``, where the split says so.
    """
    return read_folders(root, pending_got10k(root, wanted))


def pending_got10k(root: Path, wanted: tuple[str, ...] = ()) -> Pending:
    """How to read each sequence of a split, by name."""
    return {name: partial(_read_sequence, root / name, name) for name in read_names(root, wanted, "list.txt")}


def _labels(path: Path, count: int, default: int) -> np.ndarray:
    """Integer labels ``(T,)``, one per frame; ``default`` everywhere when the file is absent."""
    if not path.is_file():
        return np.full(count, default)
    labels = read_table(path, "label file", (1,))[:, 0].astype(int)
    if len(labels) != count:
        raise AnnotationError(
            f"{path} has {len(labels)} labels for {count} frames; restore the file from the dataset's source"
        )
    return labels


def _distractor(path: Path) -> np.ndarray | None:
    """Similarity of the nearest look-alike, float64 ``(T,)``; None when the file is absent."""
    return read_table(path, "label file", (1,))[:, 0] if path.is_file() else None


def read_meta_info(folder: Path) -> Mapping[str, str]:
    """Entries of a sequence's ``meta_info.ini``, such as ``object_class``; none where it has no such file.

    Raises
    ------
    AnnotationError : the file is not a valid ini file.
    """
    meta = configparser.ConfigParser(interpolation=None)  # addresses may hold a percent sign
    try:
        meta.read(folder / "meta_info.ini", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        message = f"{folder / 'meta_info.ini'} is not a valid ini file; restore it from the dataset's source"
        raise AnnotationError(message) from error
    return meta["METAINFO"] if meta.has_section("METAINFO") else {}


def attributes_of(meta: Mapping[str, str]) -> frozenset[str]:
    """Names of the attributes that a ``meta_info.ini`` lists; the official ones list none."""
    return frozenset(part.strip() for part in meta.get("attributes", "").split(",") if part.strip())


def _read_sequence(folder: Path, name: str) -> Sequence:
    frames = list_frames(folder)
    boxes = read_table(folder / "groundtruth.txt", "annotation", (4,))
    cover = _labels(folder / "cover.label", len(boxes), default=8)
    absence = _labels(folder / "absence.label", len(boxes), default=0)
    visible = (absence == 0) & (cover > 0)
    cut = _labels(folder / CUT, len(boxes), default=0)
    meta = read_meta_info(folder)
    absent = ~visible & ~np.isfinite(boxes).all(axis=1)
    return Sequence(
        name=name,
        frame_paths=frames,
        boxes=np.where(absent[:, None], 0.0, boxes),
        visible=visible,
        attributes=attributes_of(meta),
        tags={"cut": cut > 0} if (folder / CUT).is_file() else {},
        distractor=_distractor(folder / "distractor.label"),
        object_class=meta.get("object_class", ""),
    )
