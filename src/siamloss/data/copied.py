"""A user's own copy of a dataset, which nothing was written beside: is it whole, as far as that can be known?"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from siamloss.config import Dataset
from siamloss.config_build import build
from siamloss.config_io import read_yaml
from siamloss.data.imagesize import image_size
from siamloss.data.readers import read_with
from siamloss.data.sequence import Sequence
from siamloss.data.text import enumerated
from siamloss.errors import CorruptError, MissingDataError, UnknownNameError, UnreadableImageError, did_you_mean
from siamloss.provenance.manifest import COPY, NAME, write_manifest
from siamloss.provenance.tree import default_threads

FRAMES_AT_ONCE = 256


@dataclass
class Copy:
    """What a copy holds.

    Attributes
    ----------
    expected : known counts (``sequences``, ``frames``); empty where nothing is known.
    missing : all names of sequences that are known and not there.
    faults : what is wrong, one line each: counts, missing names, images without a readable header.
    """

    path: str
    dataset: str
    sequences: int
    frames: int
    expected: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """One line about a copy in which nothing is wrong."""
        known = " and ".join(f"{count} {name}" for name, count in self.expected.items())
        as_known = f"as expected ({known})" if known else "of which no counts are known"
        return f"{self.path}: {self.sequences} sequences, {self.frames} frames, {as_known}"

    def require_whole(self) -> None:
        """Raise :class:`CorruptError` with the first fault, if there is one."""
        if self.faults:
            raise CorruptError(
                f"{self.path} is not a whole copy of '{self.dataset}' ({len(self.faults)} faults): {self.faults[0]}; "
                "restore it from its source"
            )


def find_dataset(name: str, catalogue: Path) -> Dataset:
    """The entry of a dataset in ``datasets.yaml``.

    Raises
    ------
    UnknownNameError : there is none.
    """
    entries = read_yaml(catalogue)
    if not isinstance(entries.get(name), dict):
        raise UnknownNameError(f"unknown dataset '{name}' in {catalogue}; {did_you_mean(name, entries)}")
    return build(Dataset, {**entries[name], "name": name}, where=f"datasets.{name}")


def check_copy(root: Path, dataset: Dataset, sources: Path, threads: int | None = None) -> Copy:
    """Read a copy with the reader of its format, compare its counts, and read the header of every frame.

    Parameters
    ----------
    sources : catalogue with the counts that are known (``config/sources.yaml``).

    Raises
    ------
    MissingDataError, AnnotationError, EmptySequenceError : the reader cannot read it.
    """
    if not root.is_dir():
        raise MissingDataError(f"{root} is not there; give the folder of a dataset, a crop store or a run")
    sequences = read_with(dataset.format, dataset.reader, root, dataset.sequences)
    frames = sum(map(len, sequences))
    expected, names = _known(dataset.name, sources)
    copy = Copy(str(root), dataset.name, len(sequences), frames, expected)
    copy.missing = sorted(set(names) - {sequence.name for sequence in sequences})
    if copy.missing:
        copy.faults.append(f"{len(copy.missing)} sequences are missing: {enumerated(copy.missing)}")
    for what, found in (("sequences", len(sequences)), ("frames", frames)):
        if found != expected.get(what, found):
            copy.faults.append(f"{found} {what} instead of {expected[what]}")
    copy.faults += _unreadable(sequences, default_threads() if threads is None else threads)
    return copy


def _known(name: str, sources: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    """Counts and names of the sequences of a dataset, as far as the catalogue of sources has them."""
    from siamloss.data.fetch.catalogue import expected, load_sources

    if not sources.is_file():
        return {}, ()
    names = [source.sequences for source in load_sources(sources).values() if name in source.expected]
    return expected(name, sources), names[0] if len(names) == 1 else ()


def _unreadable(sequences: list[Sequence], threads: int) -> list[str]:
    """Messages about frames whose header gives no size."""

    def fault(path: Path) -> str | None:
        try:
            image_size(path)
        except UnreadableImageError as error:
            return str(error)
        return None

    paths = [path for sequence in sequences for path in sequence.frame_paths]
    faults: list[str] = []
    with ThreadPoolExecutor(threads) as pool, tqdm(total=len(paths), desc="headers", unit="frame", disable=None) as bar:
        for start in range(0, len(paths), FRAMES_AT_ONCE):
            some = paths[start : start + FRAMES_AT_ONCE]
            faults += filter(None, pool.map(fault, some))
            bar.update(len(some))
    return faults


def write_copy_manifest(root: Path, copy: Copy) -> dict[str, Any]:
    """Write ``manifest.json`` for a whole copy, so that later changes are found; refused where there is one."""
    if (root / NAME).exists():
        raise CorruptError(f"{root / NAME} is there already; run 'siamloss verify {root}', or delete it first")
    return write_manifest(
        root, kind=COPY, dataset=copy.dataset, sequences=copy.sequences, frames=copy.frames, expected=copy.expected
    )
