"""Every byte of a dataset or a run against its manifest, and all that differs."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from siamloss.data.verified import REMEDY, added_files
from siamloss.errors import CorruptError, MissingDataError
from siamloss.provenance.manifest import NAME, added_names, entries_of, read_manifest, remedy_of
from siamloss.provenance.parquet import read_parquet
from siamloss.provenance.sealed import check_page, check_zip, read_json
from siamloss.provenance.tree import Difference, Entry, find_differences

SHOWN = 20
"""Differences that are printed; the JSON file has all."""
ANEW = "restore it, or delete it and write it anew with the command that made it"
CHECKS = {
    ".html": lambda path: check_page(path.read_bytes()),
    ".npz": lambda path: check_zip(path.read_bytes()),
    ".parquet": read_parquet,
}
"""What compares a file that holds its own checksum with it; ValueError where it differs."""


@dataclass
class Verdict:
    """What was found in a folder.

    Attributes
    ----------
    files, bytes, seconds : what was read, as it is listed, and how long that took.
    differences : in the order of the names.
    remedy : what to do about them.
    """

    path: str
    files: int
    bytes: int
    seconds: float
    differences: list[Difference] = field(default_factory=list)
    remedy: str = ""

    def summary(self) -> str:
        """One line about a folder that is as it was written."""
        rate = self.bytes / 1e6 / max(self.seconds, 1e-9)
        return f"{self.path}: {self.files} files, {self.bytes / 1e6:.1f} MB, all as written ({rate:.0f} MB/s)"

    def lines(self) -> list[str]:
        """What to print about the differences: the first ones, and how many more there are."""
        shown = [f"{item.kind}: {item.message}" for item in self.differences[:SHOWN]]
        rest = len(self.differences) - SHOWN
        return [*shown, f"and {rest} more; --json lists all"] if rest > 0 else shown

    def facts(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {**asdict(self), "whole": not self.differences}

    def require_whole(self) -> None:
        """Raise :class:`CorruptError` with the counts and the first difference, if there is one."""
        if self.differences:
            counts = Counter(item.kind for item in self.differences)
            kinds = ", ".join(f"{counts[kind]} {kind}" for kind in ("changed", "missing", "added") if counts[kind])
            first = self.differences[0].message
            raise CorruptError(f"{self.path}: {kinds}, of {self.files} listed files; first {first}; {self.remedy}")


def verify_path(path: Path, threads: int | None = None) -> Verdict:
    """Compare a folder with its ``manifest.json``, or the dataset that a manifest of ``siamloss data`` lists with that.

    Parameters
    ----------
    path : folder of a dataset, a run or a report; a manifest made by ``siamloss data``; or one page, table or file of
        score maps that holds its own checksum. Crop stores need ``verify_any`` of
        :mod:`siamloss.crops.verify`.
    threads : that hash; None for one per CPU, at most 8.

    Raises
    ------
    MissingDataError : there is no such folder, or it has no manifest.
    CorruptError : the manifest itself is damaged.
    """
    path = Path(path)
    if path.is_file() and path.suffix in CHECKS:
        return _verify_sealed(path)
    if path.is_file() and path.name != NAME:
        return _verify_listed(path, threads)
    root = path.parent if path.is_file() else path
    if not root.is_dir():
        raise MissingDataError(f"{root} is not there; give the folder of a dataset, a crop store or a run")
    if not (root / NAME).is_file():
        raise MissingDataError(f"{root} has no {NAME}; name its dataset with --dataset, and see docs/verify.md")
    manifest = read_manifest(root, ANEW)
    entries = entries_of(manifest)
    return compare(root, entries, added_names(root, entries), remedy_of(root, manifest), threads)


def _verify_sealed(path: Path) -> Verdict:
    """One file with a checksum of its own."""
    begin, found = time.perf_counter(), []
    try:
        CHECKS[path.suffix](path)
    except ValueError as error:
        found.append(Difference(path.name, "changed", f"{path} is damaged ({error})"))
    remedy = f"delete {path} and run snakemake again to rebuild it"
    return Verdict(str(path), 1, path.stat().st_size, time.perf_counter() - begin, found, remedy)


def _verify_listed(path: Path, threads: int | None) -> Verdict:
    """The dataset whose root and files a manifest of ``siamloss data`` lists."""
    try:
        manifest = read_json(path)
        root, entries = Path(manifest["root"]), entries_of(manifest)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptError(f"{path} is no manifest of 'siamloss data'; {ANEW}") from error
    if not root.is_dir():
        raise MissingDataError(f"{root}, which {path} lists, is not there; run this where that was written")
    layout = str(manifest.get("format", ""))
    return compare(root, entries, added_files(root, entries, layout), REMEDY, threads)


def compare(
    root: Path, entries: dict[str, Entry], added: Iterable[str], remedy: str, threads: int | None = None
) -> Verdict:
    """Re-read all listed files of a folder, with a progress bar; every difference, not only the first."""
    total, begin, found = sum(entry["bytes"] for entry in entries.values()), time.perf_counter(), []
    with tqdm(total=total, desc=f"verify {root.name}", unit="B", unit_scale=True, disable=None) as bar:
        for name, difference in find_differences(root, entries, added, threads):
            bar.update(entries[name]["bytes"] if name in entries else 0)
            if difference is not None:
                found.append(difference)
    return Verdict(str(root), len(entries), total, time.perf_counter() - begin, found, remedy)
