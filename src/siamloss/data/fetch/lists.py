"""``list.txt``: the sequences that are in place, in the order of the benchmark's own list."""

from pathlib import Path

from siamloss.data.fetch.catalogue import Source
from siamloss.data.fetch.placed import Placed
from siamloss.data.fetch.plan import Plan, folder_of
from siamloss.provenance.atomic import write_text


def write_lists(source: Source, plan: Plan, placed: Placed) -> None:
    """Write the lists that the readers go by; a sequence is listed once all of its archives are in place."""
    if source.layout == "got10k":
        for split in sorted(path for path in placed.root.iterdir() if path.is_dir()):
            _write(split, sorted(path.name for path in split.iterdir() if (path / "groundtruth.txt").is_file()))
    elif source.layout in ("otb", "vot"):
        folders = {path.name for path in placed.root.iterdir() if path.is_dir() and _complete(source.layout, path)}
        names = [name for name in plan.sequences if folder_of(name, folders) in folders]
        _write(placed.root, names or sorted(folders))


def _complete(layout: str, folder: Path) -> bool:
    annotated = any(folder.glob("groundtruth*.txt"))
    return annotated and (layout != "vot" or any(path.is_dir() for path in folder.iterdir()))


def _write(folder: Path, names: list[str]) -> None:
    if names:
        write_text(folder / "list.txt", "\n".join(names) + "\n")
