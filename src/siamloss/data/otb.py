"""Reader of the OTB layout: ``<Sequence>/img/0001.jpg`` and ``groundtruth_rect.txt`` with 1-based boxes."""

from pathlib import Path

from siamloss.data.sequence import Sequence
from siamloss.data.text import list_frames, read_lines, read_names, read_table
from siamloss.errors import MissingDataError

ATTRIBUTES = ("IV", "SV", "OCC", "DEF", "MB", "FM", "IPR", "OPR", "OV", "BC", "LR")

FRAME_RANGES = {
    "David": (300, 770),
    "Football1": (1, 74),
    "Freeman3": (1, 460),
    "Freeman4": (1, 283),
    "Diving": (1, 215),
}
"""First and last annotated image, 1-based, of the sequences whose folders hold more images than annotations.

Source: OTB toolkit, ``configSeqs.m``. (Tiger1 is annotated from image 1; OTB's results start at image 6.)
"""


def read_otb(root: Path, wanted: tuple[str, ...] = ()) -> list[Sequence]:
    """Read an OTB folder; boxes are converted from 1-based to 0-based corners.

    A name such as ``Jogging-2`` selects the second annotation of the folder ``Jogging``; a folder with two annotations
    counts as two sequences when no names are given.
    """
    names = read_names(root, wanted, "list.txt")
    return [_read_sequence(root, each) for name in names for each in _targets(root, name)]


def _targets(root: Path, name: str) -> list[str]:
    """The name itself, or one name per target of a folder with several annotations."""
    numbers = [path.name.split(".")[1] for path in sorted((root / name).glob("groundtruth_rect.[0-9].txt"))]
    return [f"{name}-{number}" for number in numbers] if len(numbers) > 1 else [name]


def _locate(root: Path, name: str) -> tuple[Path, Path]:
    """Folder and annotation file of a sequence name."""
    folder = root / name
    if not folder.is_dir() and name[-2:] in ("-1", "-2"):
        folder, suffix = root / name[:-2], name[-1]
        return folder, folder / f"groundtruth_rect.{suffix}.txt"
    files = sorted(folder.glob("groundtruth_rect*.txt"))
    if not files:
        raise MissingDataError(
            f"sequence '{name}' has no groundtruth_rect.txt in {folder}; restore it from the dataset's source"
        )
    return folder, folder / "groundtruth_rect.txt" if len(files) != 1 else files[0]


def _read_sequence(root: Path, name: str) -> Sequence:
    folder, annotation = _locate(root, name)
    boxes = read_table(annotation, "annotation", (4,))
    frames = list_frames(folder / "img")
    first, last = FRAME_RANGES.get(name, (1, len(frames)))
    if len(frames) != len(boxes) and last - first + 1 == len(boxes):
        frames = tuple(path for path in frames if first <= int(path.stem) <= last)
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
