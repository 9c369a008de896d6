"""What a fetch may write over: folders that notes of an earlier fetch own, and nothing that the user put there."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from siamloss.data.fetch.catalogue import Source
from siamloss.data.fetch.placed import Placed, not_fetched
from siamloss.data.fetch.plan import Item
from siamloss.errors import CorruptError, DownloadError
from siamloss.provenance.manifest import NAME, entries_of, tree_names
from siamloss.provenance.sealed import read_json
from siamloss.provenance.tree import find_differences

SPLITS = ("train", "val", "test")
IN_NAME = re.compile(r"got-10k_(train|val|test)|(train|val|test)_data", re.IGNORECASE)
SHOWN = 5


def read_own(folder: Path, source: Source) -> dict | None:
    """The manifest that fetching this source left in a folder; None where it is another, damaged or missing."""
    try:
        manifest = read_json(folder / NAME)
        entries_of(manifest)
        return manifest if manifest.get("source") == source.name else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def drop_manifests(placed: Placed, source: Source) -> None:
    """Remove the manifests of this source: what they say is about to change."""
    for folder in (placed.root, *(path.parent for path in placed.root.glob(f"*/{NAME}"))):
        if read_own(folder, source) is not None:
            (folder / NAME).unlink()


def check_folder(source: Source, placed: Placed) -> None:
    """Refuse a dataset's folder that the user filled, before anything is done.

    Raises
    ------
    DownloadError : it has content that no fetch put there, or a manifest that no fetch of this source wrote.
    """
    odd = os.path.lexists(placed.root) and not placed.root.is_dir()
    if odd or (_filled(placed.root) and source.layout != "got10k" and not placed.owned()):
        raise DownloadError(not_fetched(placed.root))
    if _is_foreign(placed.root, source):
        raise DownloadError(not_fetched(placed.root / NAME))


def check_splits(source: Source, placed: Placed, splits: Iterable[str]) -> None:
    """Refuse splits of GOT-10k that the user filled: the one may be fetched beside the other made by hand.

    Raises
    ------
    DownloadError : a split has content that no fetch put there.
    """
    for split in sorted(set(splits) - placed.owned()) if source.layout == "got10k" else ():
        if _filled(placed.root / split):
            raise DownloadError(not_fetched(placed.root / split))


def splits_of(items: Iterable[Item]) -> set[str]:
    """Splits that archives of GOT-10k hold, as far as their names say so."""
    found: set[str] = set()
    for item in items:
        match = IN_NAME.search(item.name)
        found |= {(match[1] or match[2]).lower()} if match else set()
        found |= set(SPLITS) if "full_data" in item.name.lower() else set()
    return found


def check_strangers(source: Source, placed: Placed, manifest: dict) -> None:
    """Compare what came from no archive with the manifest: a fetch can neither restore nor explain it.

    Raises
    ------
    CorruptError : files were added, or such a file was changed or removed.
    """
    listed = entries_of(manifest)
    known = placed.entries(placed.names())
    theirs = _by_hand(source, placed)
    added = [
        name
        for name in tree_names(placed.root)
        if name not in listed and name not in known and name.split("/")[0] not in theirs
    ]
    if added:
        more = f" and {len(added) - SHOWN} more" if len(added) > SHOWN else ""
        raise CorruptError(
            f"{placed.root} has files that came from no archive: {', '.join(added[:SHOWN])}{more}; remove them, or "
            f"delete {placed.root / NAME} to keep them, and run the same command again"
        )
    kept = {
        name: entry
        for name, entry in listed.items()
        if name not in known and name.split("/")[0] not in theirs and name.rpartition("/")[2] != "list.txt"
    }
    for _, found in find_differences(placed.root, kept):
        if found is not None:
            raise CorruptError(
                f"{found.message}, and came from no archive; restore it, or delete {placed.root / NAME} to accept the "
                "change, and run the same command again"
            )


def _by_hand(source: Source, placed: Placed) -> set[str]:
    """Splits of GOT-10k that the user made."""
    return set(SPLITS) - placed.owned() if source.layout == "got10k" else set()


def _filled(folder: Path) -> bool:
    """Whether a folder has content; hidden files, such as our own unfinished work, are none."""
    return folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir())


def _is_foreign(folder: Path, source: Source) -> bool:
    """Whether a manifest says that something else than a fetch of this source wrote it; a damaged one says nothing."""
    try:
        manifest = read_json(folder / NAME)
        return manifest.get("source") != source.name
    except (OSError, ValueError):
        return False
