"""What is in an unpacked archive, and where the readers of this package expect it."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from siamloss.data.fetch.plan import SUFFIXES, Item
from siamloss.errors import ArchiveError
from siamloss.provenance.manifest import NAME

IMAGES = (".jpg", ".jpeg", ".png", ".bmp")
SPLIT = re.compile(r"GOT-10k_(?P<split>Train|Val|Test)_\d+")
JUNK = ("__MACOSX", "Thumbs.db")
"""What file managers leave behind, beside files and folders with a dot in front."""

Move = tuple[Path, str]
"""File or folder of the unpacked archive, and its name under the dataset's folder."""


def moves_of(layout: str, unpacked: Path, item: Item) -> list[Move]:
    """What of an unpacked archive goes where.

    Raises
    ------
    ArchiveError : the archive does not hold what the layout needs.
    """
    return LAYOUTS[layout](unpacked, item)


def nested_archives(layout: str, unpacked: Path) -> list[Path]:
    """Archives within an archive, such as the parts in GOT-10k's full data; they have to be unpacked too."""
    if layout != "got10k":
        return []
    return sorted(path for path in unpacked.rglob("*") if path.is_file() and path.name.endswith(SUFFIXES))


def drop_hidden(unpacked: Path) -> None:
    """Remove what is hidden or left behind by a file manager, with all below it: no manifest lists it."""
    for folder, inner, files in os.walk(unpacked):
        for name in [name for name in (*inner, *files) if name.startswith(".") or name in JUNK]:
            path = Path(folder, name)
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        inner[:] = [name for name in inner if not name.startswith(".") and name not in JUNK]


def _folders(top: Path, wanted: Callable[[Path], bool]) -> list[Path]:
    """Folders, the top one included, that are wanted."""
    return [path for path in (top, *sorted(path for path in top.rglob("*") if path.is_dir())) if wanted(path)]


def _one(item: Item, found: list[Path], what: str) -> Path:
    if len(found) != 1:
        raise ArchiveError(
            f"{item.name} holds {len(found)} folders with {what} instead of one; "
            "get it from the dataset's publisher, or unpack it by hand"
        )
    return found[0]


def _has_images(folder: Path) -> bool:
    return any(path.suffix.lower() in IMAGES for path in folder.iterdir())


def _otb(unpacked: Path, item: Item) -> list[Move]:
    def wanted(folder: Path) -> bool:
        return (folder / "img").is_dir() and any(folder.glob("groundtruth_rect*.txt"))

    found = _folders(unpacked, wanted)
    if not item.sequence and found and found != [unpacked]:  # one archive of many sequences, which the user gave
        return [(folder, folder.name) for folder in found]
    name = item.sequence or item.name.partition(".")[0]
    return [(_one(item, found, "img/ and groundtruth_rect.txt"), name)]


def _vot(unpacked: Path, item: Item) -> list[Move]:
    if item.role != "annotations":
        return [(_one(item, _folders(unpacked, _has_images), "images"), f"{item.sequence}/{item.role}")]
    folder = _one(item, _folders(unpacked, lambda each: any(each.glob("groundtruth*.txt"))), "groundtruth.txt")
    return [(path, f"{item.sequence}/{path.name}") for path in sorted(folder.iterdir())]


def _got10k(unpacked: Path, item: Item) -> list[Move]:
    moves = []
    for folder in _folders(unpacked, lambda each: (each / "groundtruth.txt").is_file()):
        match = SPLIT.fullmatch(folder.name)
        if match:
            moves.append((folder, f"{match['split'].lower()}/{folder.name}"))
    if not moves:
        raise ArchiveError(
            f"{item.name} holds no sequence such as GOT-10k_Val_000001 with its groundtruth.txt; "
            "give a part of the full data"
        )
    return moves


def _as_is(unpacked: Path, item: Item) -> list[Move]:
    if (unpacked / NAME).exists():
        raise ArchiveError(
            f"{item.name} holds a {NAME} at its top, where the dataset's own manifest goes; unpack it by hand"
        )
    files = sorted(path for path in unpacked.rglob("*") if path.is_file())
    return [(path, path.relative_to(unpacked).as_posix()) for path in files]


LAYOUTS = {"otb": _otb, "vot": _vot, "got10k": _got10k, "as-is": _as_is}
