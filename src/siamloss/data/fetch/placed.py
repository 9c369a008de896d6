"""Which archives of a source are unpacked and in place, so that they need not be fetched again."""

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from siamloss.data.fetch.layout import Move
from siamloss.errors import DownloadError
from siamloss.provenance.atomic import publish_folder, write_text
from siamloss.provenance.manifest import tree_entries


class Placed:
    """Notes in ``folder``, one per archive: its sha256, and the files it became with size and sha256.

    A note is written before anything is moved, with the names alone, and completed when all is in place: what a crash
    left half-placed is known to be ours.
    """

    def __init__(self, folder: Path, root: Path):
        self.folder, self.root = folder, root

    def read(self, name: str) -> dict | None:
        """The note of an archive, None where there is none."""
        try:
            note = json.loads(self._path(name).read_text(encoding="utf-8"))
            return note if isinstance(note["targets"], list) and isinstance(note["files"], dict) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def is_whole(self, name: str) -> bool:
        """Whether an archive is in place: every file is there in its size."""
        note = self.read(name)
        if note is None or not note["done"]:
            return False
        return all(
            (self.root / file).is_file() and (self.root / file).stat().st_size == entry["bytes"]
            for file, entry in note["files"].items()
        )

    def place(self, name: str, sha256: str, moves: list[Move]) -> None:
        """Move what an archive holds under the dataset's folder.

        Raises
        ------
        DownloadError : something of that name is there that was not fetched.
        """
        old = self.read(name)
        ours = set(old["targets"]) if old is not None else set()
        for _, target in moves:
            if target not in ours and os.path.lexists(self.root / target):
                raise DownloadError(
                    f"{self.root / target} is there already and was not fetched; move it away, choose another --root, "
                    "or check it with 'siamloss verify' and use it as it is"
                )
        note = {"sha256": sha256, "targets": sorted({target for _, target in moves} | ours), "done": False, "files": {}}
        self._write(name, note)
        for target in sorted(ours - {target for _, target in moves}):
            clear(self.root / target)
        for source, target in moves:
            goal = self.root / target
            goal.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                publish_folder(source, goal)
            else:
                os.replace(source, goal)
        targets = [target for _, target in moves]
        note |= {"targets": sorted(targets), "done": True, "files": tree_entries(self.root, targets)}
        self._write(name, note)

    def forget(self, name: str) -> None:
        """Take an archive for not placed, keeping what is ours."""
        note = self.read(name)
        if note is not None:
            self._write(name, {**note, "done": False})

    def entries(self, names: Iterable[str]) -> dict[str, tuple[str, dict]]:
        """``{file: (archive, {bytes, sha256})}`` of all archives that are in place."""
        notes = ((name, self.read(name)) for name in names)
        return {file: (name, entry) for name, note in notes if note for file, entry in note["files"].items()}

    def names(self) -> list[str]:
        """Archives that are in place, sorted."""
        names = sorted(path.name.removesuffix(".json") for path in self.folder.glob("*.json"))
        return [name for name in names if (note := self.read(name)) is not None and note["done"]]

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _write(self, name: str, note: dict) -> None:
        write_text(self._path(name), json.dumps(note, sort_keys=True) + "\n")


def clear(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
