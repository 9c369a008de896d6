"""Where the toolkits put their per-frame result files, and which tracker and sequence a file belongs to.

A tracker's folder may hold ``<sequence>.txt`` (OTB, pysot, GOT-10k toolkit on OTB) or ``<sequence>/<sequence>_001.txt``
with one file per repetition (GOT-10k, VOT), the latter also under ``baseline/`` (VOT). Files of times and confidences
are ignored, and so is whatever bears the name of no annotated sequence.

There may be thousands of files, so paths are strings here: building a Path costs more than reading the file.
"""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from siamloss.errors import MissingDataError, RecordError

EXPERIMENTS = ("baseline", "supervised")
_REPETITION = re.compile(r"(?P<name>.+)_(?P<number>\d{3})")

Files = dict[str, list[str]]
"""Result files of each sequence, one per repetition, in the order of their numbers."""


def find_trackers(folders: Iterable[Path], names: Iterable[str], key: Callable[[str], str] = str) -> dict[str, Files]:
    """Result files of every tracker, by tracker name and sequence.

    Parameters
    ----------
    folders : each is one tracker's folder, or holds one folder per tracker. The folder's name is the tracker's.
    names : the annotated sequences.
    key : maps the spellings of a name to one; ``str`` where a benchmark has one spelling only.

    Raises
    ------
    MissingDataError : a folder that is not there, or holds no result of any of the sequences.
    RecordError : two results of one sequence (other than numbered repetitions), two trackers of one name, or a
        folder beside trackers whose text files bear no sequence's name: a tracker that would go missing in silence.
    """
    known = {key(name): name for name in names}
    found: dict[str, Files] = {}
    for folder in folders:
        if not folder.is_dir():
            raise MissingDataError(f"results folder {folder} is missing; give a folder of per-frame text files")
        inside = {folder: tracker_files(str(folder), known, key)}
        if not inside[folder]:
            inside = {
                child: tracker_files(str(child), known, key) for child in sorted(folder.iterdir()) if child.is_dir()
            }
            if any(inside.values()):
                _refuse_strangers([str(path) for path, files in inside.items() if not files])
        inside = {path: files for path, files in inside.items() if files}
        if not inside:
            raise MissingDataError(
                f"{folder} holds no result of any of the {len(known)} sequences; give a tracker's folder with "
                "<sequence>.txt or <sequence>/<sequence>_001.txt, or the folder above several"
            )
        for path, files in inside.items():
            name = path.resolve().name
            if name in found:
                raise RecordError(f"two trackers are named '{name}'; rename the folder {path}")
            found[name] = files
    return found


def _refuse_strangers(folders: list[str]) -> None:
    for folder in folders:
        for entry in _entries(folder):
            below = _entries(entry.path) if entry.is_dir() else [entry]
            if text := next((file for file in below if file.name.endswith(".txt")), None):
                raise RecordError(
                    f"{text.path} bears the name of no sequence, nor does any other in {folder}; rename the files of "
                    "that tracker, or move the folder away"
                )


def tracker_files(folder: str, known: dict[str, str], key: Callable[[str], str] = str) -> Files:
    """Result files in one tracker's folder; empty when there are none. ``known`` is key -> sequence."""
    numbered: dict[str, dict[int, str]] = {}
    for entry in _entries(folder):
        if entry.name.endswith(".txt"):
            _add(numbered, entry, known, key)
        elif (name := known.get(key(entry.name))) is not None and entry.is_dir():
            for file in _entries(entry.path):
                if file.name.endswith(".txt"):
                    _add(numbered, file, known, key, inside=name)
    if not numbered:
        for name in EXPERIMENTS:
            nested = os.path.join(folder, name)
            if os.path.isdir(nested) and (files := tracker_files(nested, known, key)):
                return files
    return {name: [taken[number] for number in sorted(taken)] for name, taken in numbered.items()}


def _entries(folder: str) -> list[os.DirEntry]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _add(
    numbered: dict[str, dict[int, str]],
    entry: os.DirEntry,
    known: dict[str, str],
    key: Callable[[str], str],
    inside: str | None = None,
) -> None:
    """Enter a text file under its sequence and repetition (0 without a number), unless it belongs to no sequence."""
    stem = entry.name[:-4]
    name, number = known.get(key(stem)), 0
    if name is None and (match := _REPETITION.fullmatch(stem)):
        name, number = known.get(key(match["name"])), int(match["number"])
    if name is None or (inside is not None and inside != name):
        return
    taken = numbered.setdefault(name, {})
    if taken and (number in taken or number == 0 or 0 in taken):
        other = next(iter(taken.values()))
        raise RecordError(f"sequence '{name}' has two results, {other} and {entry.path}; remove one of them")
    taken[number] = entry.path
