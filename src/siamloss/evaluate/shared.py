"""What the benchmarks share: which sequences to score, what is missing, and scoring several trackers."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from siamloss.data.text import read_lines
from siamloss.errors import AnnotationError, MissingDataError, RecordError, UnknownNameError, did_you_mean
from siamloss.evaluate.result import TrackerResult
from siamloss.records.resultfolders import Files

IMAGES = (".jpg", ".jpeg", ".png", ".bmp")


def chosen_names(sequence_list: str | None, named: Mapping[str, tuple[str, ...]]) -> tuple[list[str] | None, str]:
    """Names of a list file, or of a list known by name; None means all annotated sequences.

    Parameters
    ----------
    sequence_list : path of a text file with one name per line, or a name in ``named``, or None.
    named : lists by name.

    Returns
    -------
    names or None, and how to call the list.

    Raises
    ------
    UnknownNameError, AnnotationError : neither a file nor a known name; an empty list, or a name in it twice.
    """
    if sequence_list is None:
        return None, "all"
    path = Path(sequence_list)
    if path.exists() and not path.is_dir():
        names = [part for line in read_lines(path, "sequence list") for part in line.replace(",", " ").split()]
        if not names:
            raise AnnotationError(f"{path}, line 1: the sequence list is empty; write one name per line")
        seen: set[str] = set()
        for number, name in enumerate(names, start=1):
            if name in seen:
                raise AnnotationError(f"{path}, entry {number}: sequence '{name}' is listed twice; remove one")
            seen.add(name)
        return names, path.stem
    if sequence_list.lower() in named:
        return list(named[sequence_list.lower()]), sequence_list.lower()
    hint = did_you_mean(sequence_list, named) if named else "give a text file with one name per line"
    raise UnknownNameError(f"'{sequence_list}' is no file and no known list; {hint}")


def pick(names: list[str] | None, annotated: Mapping[str, str], where: Path, key=str) -> list[str]:
    """Names of ``annotated`` (key -> name) that are listed, in the order of the list.

    Raises
    ------
    MissingDataError : a listed sequence has no annotation.
    """
    if names is None:
        return sorted(annotated.values())
    picked = []
    for name in names:
        if key(name) not in annotated:
            raise MissingDataError(
                f"sequence '{name}' of the list has no annotation in {where}; {did_you_mean(name, annotated.values())}"
            )
        picked.append(annotated[key(name)])
    return picked


def annotated_sequences(folder: Path, names: list[str] | None, what: str) -> list[str]:
    """Sequences to score of a folder with ``<sequence>/groundtruth.txt``: those named, else its list, else all.

    Raises
    ------
    MissingDataError : no such folder, nothing annotated in it (``what`` it should be), or a name without annotation.
    """
    if not folder.is_dir():
        raise MissingDataError(f"annotation folder {folder} is missing; give the folder of the annotated sequences")
    if names is None and (folder / "list.txt").is_file():
        names = read_lines(folder / "list.txt", "sequence list")
    annotated = {path.parent.name: path.parent.name for path in folder.glob("*/groundtruth.txt")}
    if not annotated:
        raise MissingDataError(f"{folder} holds no <sequence>/groundtruth.txt; give the folder of a {what}")
    return pick(names, annotated, folder)


def first_image(folder: Path) -> Path | None:
    """The first image of a folder by name; None without any. Nothing is sorted: there may be thousands."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.name.lower().endswith(IMAGES) and entry.name[0] != "."]
    return folder / min(names) if names else None


def refuse_missing(tracker: str, wanted: Iterable[str], found: Iterable[str], allow_missing: bool) -> dict[str, str]:
    """Sequences without a results file and why they are not scored; an error where that is not allowed."""
    missing = sorted(set(wanted) - set(found))
    if missing and not allow_missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise RecordError(
            f"tracker '{tracker}' has no results for sequence '{missing[0]}'{more}; add them, or count them with "
            "--allow-missing"
        )
    return dict.fromkeys(missing, "no results file")


def score_trackers(
    trackers: Mapping[str, Files], score: Callable[[str, Files], TrackerResult]
) -> dict[str, TrackerResult]:
    """Score trackers by name, in their order.

    Raises
    ------
    RecordError : a tracker has no sequence left to score, or whatever ``score`` raises; the first tracker's error.
    """
    results = {}
    for name, files in trackers.items():
        results[name] = score(name, files)
        if not results[name].sequences:
            why = next(iter(results[name].not_scored.values()))
            raise RecordError(f"tracker '{name}' has no sequence that can be scored ({why}); correct its results")
    return results
