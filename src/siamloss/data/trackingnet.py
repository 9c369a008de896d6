"""Reader of the TrackingNet layout: ``TRAIN_<k>/anno/<id>.txt`` and ``TRAIN_<k>/frames/<id>/0.jpg``.

Frames are in the order of their numbers, not of their names: 2.jpg before 10.jpg. The truth of ``TEST`` is withheld.
"""

from functools import partial
from pathlib import Path

from siamloss.data.pending import Pending, read_all
from siamloss.data.sequence import Sequence
from siamloss.data.text import (
    expand_names,
    list_frames,
    natural_key,
    read_table,
    require_all,
    require_root,
    require_some,
)


def read_trackingnet(root: Path, wanted: tuple[str, ...] = ()) -> list[Sequence]:
    """Read the training splits, or a single split whose folder is the root.

    ``wanted`` names sequences, or splits (``TRAIN_0``); without it all of ``TRAIN_*`` are read. Boxes are taken as they
    are written.

    Raises
    ------
    MissingDataError : wanted sequences or folders of frames are missing; one error names them all.
    """
    pending = pending_trackingnet(root, wanted)
    found = _annotations(root)
    missing = [name for name in pending if name not in found or not _frames(found[name]).is_dir()]
    require_all(missing, len(pending), root)
    return read_all(pending)


def pending_trackingnet(root: Path, wanted: tuple[str, ...] = ()) -> Pending:
    """How to read each sequence, by name."""
    found = _annotations(root)
    names: list[str] = []
    for name in expand_names(wanted) if wanted else found:
        split = [each for each, path in found.items() if path.parents[1].name == name] if wanted else []
        names += split or [name]
    missing = root / "anno"
    return {
        name: partial(_read_sequence, found.get(name, missing / f"{name}.txt"), name)
        for name in require_some(names, root)
    }


def _annotations(root: Path) -> dict[str, Path]:
    """Annotation file of every sequence, by name, split after split."""
    require_root(root)
    inside = [path for path in root.glob("TRAIN_*") if path.is_dir()]
    splits = sorted(inside, key=lambda path: natural_key(path.name)) or [root]
    return {path.stem: path for split in splits for path in sorted((split / "anno").glob("*.txt"))}


def _frames(annotation: Path) -> Path:
    return annotation.parents[1] / "frames" / annotation.stem


def _read_sequence(annotation: Path, name: str) -> Sequence:
    boxes = read_table(annotation, "annotation", (4,))
    return Sequence(
        name=name,
        frame_paths=list_frames(_frames(annotation), natural=True),
        boxes=boxes,
        visible=(boxes[:, 2:] > 0).all(axis=1),
    )
