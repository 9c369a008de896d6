"""Which archives of a source are unpacked and in place, so that they need not be fetched again."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from siamloss.data.fetch.layout import Move
from siamloss.errors import CorruptError, DownloadError
from siamloss.provenance.atomic import publish_folder
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.manifest import entries_of, tree_entries
from siamloss.provenance.sealed import CHANGED, read_json, write_json
from siamloss.provenance.tree import find_differences


class Placed:
    """Notes in ``folder``, one per archive: its sha256, and the files it became with size and sha256.

    A note is written before anything is moved, with the names alone, and completed when all is in place: what a crash
    left half-placed is known to be ours. Only the holder of the source's lock may use it: notes are read once.
    """

    def __init__(self, folder: Path, root: Path):
        self.folder, self.root = folder, root
        self._notes: dict[str, dict | None] = {}

    def read(self, name: str) -> dict | None:
        """The note of an archive, None where there is none.

        Raises
        ------
        CorruptError : it is not as it was written, so that nobody knows what is ours.
        """
        if name not in self._notes:
            self._notes[name] = self._read(name)
        return self._notes[name]

    def is_whole(self, name: str, thorough: bool = False) -> bool:
        """Whether an archive is in place: every file is there in its size, and with its content if ``thorough``."""
        note = self.read(name)
        if note is None or not note["done"]:
            return False
        if not all(self._has(file, entry["bytes"]) for file, entry in note["files"].items()):
            return False
        return not thorough or all(found is None for _, found in find_differences(self.root, note["files"]))

    def broken(self, names: Iterable[str]) -> tuple[str, str] | None:
        """File that is missing or was cut, and its archive; None where all are there in their sizes."""
        for file, (archive, entry) in self.entries(names).items():
            if not self._has(file, entry["bytes"]):
                return file, archive
        return None

    def owned(self) -> set[str]:
        """First parts of all that was ever placed: the folders and files under the root that are ours."""
        notes = map(self.read, self._all_names())
        return {target.split("/")[0] for note in notes if note is not None for target in note["targets"]}

    def place(self, name: str, sha256: str, moves: list[Move]) -> None:
        """Move what an archive holds under the dataset's folder.

        Raises
        ------
        DownloadError : something of that name is there that was not fetched, or came with other content from another
            archive.
        """
        old = self.read(name)
        ours = set(old["targets"]) if old is not None else set()
        for source, target in moves:
            if target not in ours and os.path.lexists(self.root / target):
                self._check_shared(name, source, target)
        note = {"sha256": sha256, "targets": sorted({target for _, target in moves} | ours), "done": False, "files": {}}
        self._write(name, note)
        for target in sorted(ours - {target for _, target in moves}):
            if self._owner(target, name) is None:
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
        return [name for name in self._all_names() if (note := self.read(name)) is not None and note["done"]]

    def _check_shared(self, name: str, source: Path, target: str) -> None:
        """What is there already may only be a file that another archive brought with the same content."""
        owner = self._owner(target, name)
        if owner is None:
            raise DownloadError(not_fetched(self.root / target))
        goal, entry = self.root / target, self.read(owner)["files"].get(target)
        same = source.is_file() and goal.is_file()
        if not same or sha256_file(source) != (entry["sha256"] if entry is not None else sha256_file(goal)):
            raise DownloadError(
                f"{goal} came from {owner}, and {name} holds another one; "
                "fetch one of the two under another --root, or unpack them by hand"
            )

    def _owner(self, target: str, name: str) -> str | None:
        """Another archive that brought a target."""
        others = (other for other in self._all_names() if other != name)
        return next((other for other in others if target in (self.read(other) or {"targets": ()})["targets"]), None)

    def _has(self, file: str, size: int) -> bool:
        path = self.root / file
        return path.is_file() and path.stat().st_size == size

    def _all_names(self) -> list[str]:
        return sorted(path.name.removesuffix(".json") for path in self.folder.glob("*.json"))

    def _read(self, name: str) -> dict | None:
        path, what = self._path(name), "is not a note of what was placed"
        try:
            note = read_json(path)
            entries_of(note)
            if isinstance(note["sha256"], str) and isinstance(note["targets"], list) and isinstance(note["done"], bool):
                return note
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            what = CHANGED if str(error) == CHANGED else what
        raise CorruptError(f"{path} {what}; restore it, or delete it, move {self.root} away and fetch again")

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _write(self, name: str, note: dict) -> None:
        write_json(self._path(name), note, sort_keys=True)
        self._notes[name] = dict(note)


def not_fetched(path: Path) -> str:
    """What to say of something that the user put where a fetch would write."""
    return (
        f"{path} is there already and was not fetched; move it away, choose another --root, "
        "or check it with 'siamloss verify' and use it as it is"
    )


def clear(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
