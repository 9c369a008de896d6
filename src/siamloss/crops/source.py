"""The dataset that a store is cut from: every file is compared with the dataset's manifest before it is used.

Annotations are compared when the dataset is opened, a frame when it is cut: of GOT-10k's 1.4 million training frames a
store with 40 per sequence needs a quarter, and each is read from the disk once.
"""

from dataclasses import dataclass
from pathlib import Path

from siamloss.config import Experiment
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.sequence import Sequence
from siamloss.data.verified import REMEDY, added_files, check_listed, layout_of, read_entries
from siamloss.errors import CorruptError
from siamloss.provenance.manifest import verify_entries

IMAGES = (".jpg", ".jpeg", ".png", ".bmp")


@dataclass(frozen=True)
class Source:
    """An open dataset and the sha256 of its files.

    Attributes
    ----------
    root : folder that the names in ``entries`` are relative to.
    entries : ``{name: {bytes, sha256}}`` of the dataset's manifest.
    """

    sequences: tuple[Sequence, ...]
    root: Path
    entries: dict[str, dict]

    def sha256(self, path: Path) -> str:
        """Hexadecimal sha256 that the manifest lists for a file of the dataset."""
        return self._entry(path)[1]["sha256"]

    def verify(self, path: Path) -> None:
        """Raise :class:`CorruptError` where the file is not what the manifest lists."""
        name, entry = self._entry(path)
        verify_entries(self.root, {name: entry}, REMEDY)

    def _entry(self, path: Path) -> tuple[str, dict]:
        name = path.relative_to(self.root).as_posix()
        if name not in self.entries:
            raise CorruptError(f"{path} is not in the dataset's manifest; {REMEDY}")
        return name, self.entries[name]


def open_source(experiment: Experiment, name: str, manifest: Path) -> Source:
    """Open dataset ``name`` after comparing its annotations, and the sizes of its frames, with the manifest.

    Raises
    ------
    CorruptError : a file is missing, was added, or was changed since the manifest was written.
    AnnotationError, EmptySequenceError : what is wrong with the data.
    """
    entries = read_entries(manifest)
    dataset = experiment.dataset(name)
    root = dataset_root(experiment, dataset)
    frames = {name: entry for name, entry in entries.items() if name.lower().endswith(IMAGES)}
    verify_entries(root, {name: entry for name, entry in entries.items() if name not in frames}, REMEDY)
    for frame, entry in frames.items():
        path = root / frame
        found = path.stat().st_size if path.is_file() else -1
        if found != entry["bytes"]:
            what = "is missing" if found < 0 else f"has {found} bytes instead of {entry['bytes']}"
            raise CorruptError(f"{path} {what}; {REMEDY}")
    if added := added_files(root, entries, layout_of(dataset)):
        raise CorruptError(f"{root / added[0]} is not in the dataset's manifest; {REMEDY}")
    sequences = open_dataset(experiment, dataset)
    check_listed(sequences, root, entries)
    return Source(tuple(sequences), root, entries)
