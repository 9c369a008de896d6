"""The verb ``siamloss verify``: of a crop store every damaged crop, not only the first."""

import time
from pathlib import Path
from typing import Any

from tqdm import tqdm

from siamloss.crops.store import CROPS, open_store
from siamloss.data.verify import ANEW, Verdict, compare, verify_path
from siamloss.errors import CorruptError
from siamloss.provenance.manifest import NAME, added_names, entries_of, read_manifest, rebuild
from siamloss.provenance.tree import Difference


def verify_any(path: Path, threads: int | None = None) -> Verdict:
    """Compare a crop store, or what :func:`siamloss.data.verify.verify_path` knows, with its manifest."""
    path = Path(path)
    if (path / NAME).is_file() and "crops" in (manifest := read_manifest(path, ANEW)):
        return verify_store(path, manifest, threads)
    return verify_path(path, threads)


def verify_store(folder: Path, manifest: dict[str, Any], threads: int | None = None) -> Verdict:
    """Compare the index with the manifest, and every crop with its checksum in the index.

    A store whose index or whose number of bytes is wrong is not read further: the index says where a crop begins.
    """
    begin, entries = time.perf_counter(), entries_of(manifest)
    crops = str(manifest["crops"].get("file", "")) if isinstance(manifest["crops"], dict) else ""
    added = [name for name in added_names(folder, entries) if name != crops]
    verdict = compare(folder, entries, added, rebuild(folder), threads)
    if any(item.kind != "added" for item in verdict.differences):
        return verdict
    try:
        store = open_store(folder, check="rows")
    except CorruptError as error:
        kind = "changed" if (folder / crops).is_file() else "missing"
        verdict.differences.append(Difference(crops, kind, str(error).partition(";")[0]))
        return verdict
    for row in tqdm(range(len(store)), desc=f"verify {folder.name}", unit="crop", disable=None):
        try:
            store.check([row])
        except CorruptError as error:
            verdict.differences.append(Difference(f"{crops}[{row}]", "changed", str(error).partition(";")[0]))
    verdict.files += 1
    verdict.bytes += (folder / CROPS[manifest["storage"]]).stat().st_size
    verdict.seconds = time.perf_counter() - begin
    return verdict
