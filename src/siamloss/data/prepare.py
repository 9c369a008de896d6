"""The verb ``siamloss data``: draw a synthetic dataset or check an existing one, and write its manifest."""

from importlib import import_module
from pathlib import Path, PurePosixPath

from siamloss.config import Experiment
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.sequence import Sequence
from siamloss.data.verified import ANNOTATIONS, check_fetched, frame_folders, layout_of
from siamloss.provenance.atomic import atomic_folder
from siamloss.provenance.manifest import tree_entries
from siamloss.provenance.sealed import write_json


def prepare_dataset(experiment: Experiment, name: str, out: Path) -> None:
    """Make dataset ``name`` ready and write its manifest: sequences, frame counts, and every file's sha256.

    Raises
    ------
    MissingDataError, AnnotationError, EmptySequenceError, UnreadableImageError : what is wrong with the data.
    CorruptError : the data differ from the manifest that was written when they were fetched.
    """
    dataset = experiment.dataset(name)
    root = dataset_root(experiment, dataset)
    if dataset.synthetic is not None:
        generator = import_module("siamloss.data.synthetic")  # by name: only drawn datasets depend on its code
        with atomic_folder(root) as temporary:
            generator.write_dataset(dataset, temporary, progress=True)
    sequences = open_dataset(experiment, dataset)
    for sequence in sequences:
        sequence.image(0)
    entries = tree_entries(root, _used(root, sequences, layout_of(dataset)))
    if dataset.synthetic is None:
        check_fetched(root, Path(experiment.data_root), entries, not dataset.sequences, layout_of(dataset))
    manifest = {
        "dataset": name,
        "format": dataset.format,
        "root": str(root),
        "sequences": {sequence.name: len(sequence) for sequence in sequences},
        "files": entries,
    }
    write_json(out, manifest, sort_keys=True)


def _used(root: Path, sequences: list[Sequence], layout: str) -> list[str]:
    """What of the root the sequences come from: their folders, the lists and annotations beside them.

    Where the layout says which folders are those of a sequence, no others are taken. A reader of one's own may read
    anything: everything in the root is listed.
    """
    folders: set[str] = set()
    inside = frame_folders(sequences, root)
    if not layout:
        return sorted(path.name for path in root.iterdir() if not path.name.startswith("."))
    for folder in map(PurePosixPath, inside):
        if layout == "lasot":
            folders.add(folder.parent.as_posix())
        elif layout == "trackingnet":
            folders |= {folder.as_posix(), (folder.parents[1] / "anno").as_posix()}
        else:
            folders |= {*folder.parts[:1]}
    beside = {path.name for path in root.iterdir() if path.is_file() or path.name in ANNOTATIONS}
    return sorted(name for name in folders | beside if not name.startswith("."))
