"""Open a dataset after checking every file that its manifest lists."""

import os
from pathlib import Path, PurePath

from siamloss.config import Dataset, Experiment
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.sequence import Sequence
from siamloss.errors import AnnotationError, CorruptError
from siamloss.provenance.manifest import NAME, added_names, entries_of, read_manifest, remedy_of, verify_entries
from siamloss.provenance.sealed import read_json
from siamloss.provenance.tree import file_names

REMEDY = "restore the dataset, or delete its manifest and run snakemake again to accept the change"

ANNOTATIONS = ("anno", "annotations")
"""Folders beside the sequences, with what is known of them."""
NARROW = ("lasot", "trackingnet")
"""Layouts with several sequences in a folder of the root: of such a folder only what is used is listed."""


def layout_of(dataset: Dataset) -> str:
    """The layout that says which folders belong to a sequence; "" with a reader of one's own, which alone knows."""
    return "" if dataset.reader else dataset.format


def read_entries(manifest: Path) -> dict[str, dict]:
    """``{name: {bytes, sha256}}`` of a dataset's manifest.

    Raises
    ------
    CorruptError : the manifest is missing or damaged.
    """
    try:
        return entries_of(read_json(manifest))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptError(f"manifest {manifest} is not readable; delete it and run snakemake again") from error


def frame_folders(sequences: list[Sequence], root: Path) -> dict[str, Path]:
    """Folders that hold frames, relative to the root, each with its first frame.

    Raises
    ------
    AnnotationError : a frame lies outside the root.
    """
    found: dict[str, tuple[Path, str]] = {}
    for sequence in sequences:
        for path in sequence.frame_paths:
            found.setdefault(os.path.dirname(path), (path, sequence.name))
    inside: dict[str, Path] = {}
    for folder, (path, name) in found.items():
        within = PurePath(folder).relative_to(root) if PurePath(folder).is_relative_to(root) else None
        if within is None or ".." in within.parts:
            raise AnnotationError(
                f"sequence '{name}' of the dataset at {root} has a frame outside that folder, {path}; move or link the "
                "frames into it, and let the reader give paths that begin with the folder it was given"
            )
        inside[within.as_posix()] = path
    return inside


def _listed_folders(entries: dict[str, dict], layout: str) -> set[str]:
    """Folders of which every file is listed: those in the root, or in a layout of several in one, the inner ones."""
    tops = {name.partition("/")[0] for name in entries if "/" in name}
    if layout not in NARROW:
        return tops
    folders = {name.rpartition("/")[0] for name in entries if "/" in name}
    return {folder for folder in folders if not _above(folder) & folders}


def _above(name: str) -> set[str]:
    """All folders above a file or folder, without the root."""
    parts = name.split("/")
    return {"/".join(parts[:count]) for count in range(1, len(parts))}


def added_files(root: Path, entries: dict[str, dict], layout: str = "") -> list[str]:
    """Sorted names of files in the listed folders, and beside them in the root, that the manifest does not list.

    Other folders belong to sequences that are not used, but for annotations beside them, and where a reader of one's
    own may read anything; hidden files and manifests are no data.

    Parameters
    ----------
    layout : of the dataset, see :func:`layout_of`.
    """
    folders = _listed_folders(entries, layout)
    if layout not in NARROW:
        folders |= {
            path.name
            for path in Path(root).glob("*/")
            if path.name in ANNOTATIONS or (not layout and path.name[0] != ".")
        }
    beside = (name for name in file_names(root, deep=False) if name != NAME and name not in entries)
    return sorted({*beside, *added_names(root, entries, folders)}) if Path(root).is_dir() else []


def check_listed(sequences: list[Sequence], root: Path, entries: dict[str, dict]) -> None:
    """Raise :class:`CorruptError` where a sequence comes from a folder that the manifest does not know."""
    known = {name.rpartition("/")[0] or "." for name in entries}
    for folder, path in frame_folders(sequences, root).items():
        if folder not in known:
            raise CorruptError(f"{path} is not in the dataset's manifest, nor is its sequence; {REMEDY}")


def open_verified(experiment: Experiment, name: str, manifest: Path) -> list[Sequence]:
    """Open a dataset after re-reading every file that its manifest lists.

    Raises
    ------
    CorruptError : a file is missing, was added, or was changed since the manifest was written.
    """
    entries = read_entries(manifest)
    dataset = experiment.dataset(name)
    root = dataset_root(experiment, dataset)
    verify_entries(root, entries, REMEDY, added_files(root, entries, layout_of(dataset)))
    sequences = open_dataset(experiment, dataset)
    check_listed(sequences, root, entries)
    return sequences


def check_fetched(root: Path, data_root: Path, entries: dict[str, dict], whole: bool, layout: str = "") -> None:
    """Compare hashes of a dataset with the manifest that fetching it, or ``siamloss verify --write``, left there.

    The manifest lies in the dataset's folder or above it, up to ``data_root``; without one nothing is known.

    Parameters
    ----------
    entries : files of the dataset that are used, relative to ``root``.
    whole : all sequences are used, so that none may be missing.
    layout : of the dataset, see :func:`layout_of`.

    Raises
    ------
    CorruptError : a file was changed, removed or added since; the first in the order of the names.
    """
    above = [root, *(folder for folder in root.parents if folder.is_relative_to(data_root))]
    home = next((folder for folder in above if (folder / NAME).is_file()), None)
    if home is None:
        return
    manifest = read_manifest(home, f"restore it, or move {home / NAME} away to go without")
    prefix = root.relative_to(home).as_posix() + "/" if root != home else ""
    listed = {
        name.removeprefix(prefix): entry for name, entry in entries_of(manifest).items() if name.startswith(prefix)
    }
    folders = _listed_folders(entries, layout)
    for name in sorted({*listed, *entries}):
        if name not in listed:
            what = "is not in"
        elif name not in entries:
            needed = whole or "/" not in name or bool(_above(name) & folders)
            if not needed or (root / name).is_file():
                continue
            what = "is missing, and listed in"
        elif listed[name] != entries[name]:
            what = "is not the file listed in"
        else:
            continue
        raise CorruptError(f"{root / name} {what} {home / NAME}; {remedy_of(home, manifest)}")
