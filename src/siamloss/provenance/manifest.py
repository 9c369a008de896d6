"""A manifest lists path, bytes and sha256 of every file of a folder, so that damage is found before use."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from siamloss.errors import CorruptError
from siamloss.provenance.atomic import atomic_folder
from siamloss.provenance.hashing import sha256_bytes
from siamloss.provenance.sealed import CHANGED, NO_OBJECT, read_json, write_json
from siamloss.provenance.tree import Difference, Entry, file_names, find_differences, hash_files

NAME = "manifest.json"
COPY = "copy"
"""Kind of a manifest that ``siamloss verify --write`` made of a user's own copy of a dataset."""


def tree_names(root: Path, only: Iterable[str] | None = None) -> list[str]:
    """Sorted names of the files that a manifest of ``root``, or of some of its entries, lists.

    Manifests themselves and hidden files, such as other programs leave behind, are no content.
    """
    found = chain.from_iterable(file_names(root, top) for top in ([""] if only is None else only))
    return sorted(name for name in set(found) if name.rpartition("/")[2] != NAME)


def tree_entries(root: Path, only: list[str] | None = None, threads: int | None = None) -> dict[str, Entry]:
    """``{relative path: {bytes, sha256}}`` of every file under ``root``, or under some of its entries.

    Which files count: :func:`tree_names`.
    """
    return dict(hash_files(root, tree_names(root, only), threads))


def write_manifest(root: Path, **facts: object) -> dict:
    """Write ``root/manifest.json`` over all files of ``root``, with extra facts beside the list."""
    manifest = {**facts, "files": tree_entries(root)}
    write_json(Path(root) / NAME, manifest, sort_keys=True)
    return manifest


def read_manifest(root: Path, remedy: str = "") -> dict:
    """Read ``root/manifest.json``; a missing or broken one raises :class:`CorruptError`.

    Parameters
    ----------
    remedy : what to do then; without it, to build ``root`` again.
    """
    path, remedy = Path(root) / NAME, remedy or rebuild(root)
    try:
        manifest = read_json(path)
        entries_of(manifest)
        return manifest
    except FileNotFoundError as error:
        raise CorruptError(f"{path} is missing; {remedy}") from error
    except ValueError as error:
        known = {CHANGED: CHANGED, NO_OBJECT: "is no manifest (its list of files is damaged)"}
        what = known.get(str(error), "is not valid JSON")
        raise CorruptError(f"{path} {what}; {remedy}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise CorruptError(f"{path} is no manifest (its list of files is damaged); {remedy}") from error


def entries_of(manifest: dict) -> dict[str, Entry]:
    """The listed files of a manifest; KeyError, TypeError or AttributeError where the list is damaged or leads out."""
    entries = {name: {"bytes": entry["bytes"], "sha256": entry["sha256"]} for name, entry in manifest["files"].items()}
    if not all(type(entry["bytes"]) is int and type(entry["sha256"]) is str for entry in entries.values()):
        raise TypeError
    if any(name.startswith("/") or ".." in name.split("/") for name in entries):
        raise TypeError
    return entries


def rebuild(root: Path) -> str:
    """What to do about a generated folder that is damaged."""
    return f"delete {root} and run snakemake again to rebuild it"


def remedy_of(root: Path, manifest: dict) -> str:
    """What to do about a folder that differs from its manifest: fetch it again, or build it again."""
    accept = f"or delete {Path(root) / NAME} to accept the change"
    if "source" in manifest:
        return f"run 'siamloss fetch {manifest['source']}' again, {accept} (fetch needs the options of the first time)"
    if manifest.get("kind") == COPY:
        return f"restore it from its source, {accept}"
    if "drawn" in manifest:
        return f"delete {root} and run 'siamloss draw' again with the settings under 'drawn' in its {NAME}, {accept}"
    return rebuild(root)


def verify_entries(root: Path, entries: dict[str, Entry], remedy: str, added: Iterable[str] = ()) -> None:
    """Raise :class:`CorruptError` at the first file, in the order of the names, that is not as it is listed.

    Parameters
    ----------
    remedy : what to do about it; ends the message.
    added : names of files that are there and not listed.
    """
    _raise_first((difference for _, difference in find_differences(root, entries, added)), remedy)


def _raise_first(differences: Iterable[Difference | None], remedy: str) -> None:
    for difference in differences:
        if difference is not None:
            raise CorruptError(f"{difference.message}; {remedy}")


@contextmanager
def listed_folder(path: Path) -> Iterator[Path]:
    """:func:`~siamloss.provenance.atomic.atomic_folder` that gets a manifest of all its files at the end."""
    with atomic_folder(path) as temporary:
        yield temporary
        write_manifest(temporary)


def read_listed(root: Path, name: str, remedy: str = "") -> bytes:
    """The bytes of one file of a folder, compared with the folder's manifest where it has one.

    Raises
    ------
    OSError : there is no such file.
    CorruptError : it is not what is listed, or the manifest is damaged.
    """
    root = Path(root)
    data = (root / name).read_bytes()
    if (root / NAME).is_file():
        entry = entries_of(read_manifest(root, remedy)).get(name)
        if entry != {"bytes": len(data), "sha256": sha256_bytes(data)}:
            raise CorruptError(f"{root / name} was changed after it was written; {remedy or rebuild(root)}")
    return data


def verify_manifest(root: Path) -> dict:
    """Re-read every file that ``root/manifest.json`` lists, and look for files that it does not; return the manifest.

    Raises
    ------
    CorruptError : the manifest is missing or damaged, or a file was changed, removed or added.
    """
    manifest = read_manifest(root)
    entries = entries_of(manifest)
    verify_entries(root, entries, remedy_of(root, manifest), added_names(root, entries))
    return manifest


def added_names(root: Path, entries: dict[str, Entry], only: Iterable[str] | None = None) -> list[str]:
    """Sorted names of files under ``root``, or under some of its entries, that ``entries`` does not list."""
    return [name for name in tree_names(root, only) if name not in entries]
