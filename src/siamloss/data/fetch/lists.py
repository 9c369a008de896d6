"""``list.txt``: the sequences that are in place, in the order of the benchmark's own list."""

from collections.abc import Iterator
from pathlib import Path

from siamloss.data.fetch.catalogue import Source
from siamloss.data.fetch.placed import Placed
from siamloss.data.fetch.plan import Plan, folder_of
from siamloss.provenance.atomic import write_text

LIST = "list.txt"


def write_lists(source: Source, plan: Plan, placed: Placed) -> list[str]:
    """Write the lists that the readers go by, where they differ, and return their names under the dataset's folder.

    A sequence is listed once all of its archives are in place; folders that were not fetched are left alone.
    """
    written = []
    if source.layout == "got10k":
        for split in _ours(placed):
            names = sorted(path.name for path in split.iterdir() if (path / "groundtruth.txt").is_file())
            written += _write(placed.root, f"{split.name}/{LIST}", names)
    elif source.layout in ("otb", "vot"):
        folders = {path.name for path in _ours(placed) if _complete(source.layout, path)}
        names = [name for name in plan.sequences if folder_of(name, folders) in folders]
        written += _write(placed.root, LIST, names or sorted(folders))
    return written


def _ours(placed: Placed) -> Iterator[Path]:
    """Folders that were fetched."""
    return (path for name in sorted(placed.owned()) if (path := placed.root / name).is_dir())


def _complete(layout: str, folder: Path) -> bool:
    annotated = any(folder.glob("groundtruth*.txt"))
    return annotated and (layout != "vot" or any(path.is_dir() for path in folder.iterdir()))


def _write(root: Path, name: str, names: list[str]) -> list[str]:
    path, text = root / name, "\n".join(names) + "\n"
    if names and not (path.is_file() and path.read_bytes() == text.encode()):
        write_text(path, text)
    return [name] if names else []
