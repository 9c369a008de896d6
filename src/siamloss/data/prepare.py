"""The verb ``siamloss data``: draw a synthetic dataset or check an existing one, and write its manifest."""

import json
from pathlib import Path

from siamloss.config import Experiment
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.sequence import Sequence
from siamloss.errors import CorruptError
from siamloss.provenance.atomic import atomic_folder, write_text
from siamloss.provenance.manifest import tree_entries, verify_entries

REMEDY = "restore the dataset, or delete its manifest and run snakemake again to accept the change"


def prepare_dataset(experiment: Experiment, name: str, out: Path) -> None:
    """Make dataset ``name`` ready and write its manifest: sequences, frame counts, and every file's sha256.

    Raises
    ------
    MissingDataError, AnnotationError, EmptySequenceError, UnreadableImageError : what is wrong with the data.
    """
    dataset = experiment.dataset(name)
    root = dataset_root(experiment, dataset)
    if dataset.synthetic is not None:
        from siamloss.data.synthetic import write_dataset

        with atomic_folder(root) as temporary:
            write_dataset(dataset, temporary, progress=True)
    sequences = open_dataset(experiment, dataset)
    for sequence in sequences:
        sequence.image(0)
    manifest = {
        "dataset": name,
        "format": dataset.format,
        "root": str(root),
        "sequences": {sequence.name: len(sequence) for sequence in sequences},
        "files": tree_entries(root),
    }
    write_text(out, json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def open_verified(experiment: Experiment, name: str, manifest: Path) -> list[Sequence]:
    """Open a dataset after re-reading every file that its manifest lists.

    Raises
    ------
    CorruptError : a file is missing or was changed since the manifest was written.
    """
    try:
        entries = json.loads(Path(manifest).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError) as error:
        raise CorruptError(f"manifest {manifest} is not readable; delete it and run snakemake again") from error
    dataset = experiment.dataset(name)
    verify_entries(dataset_root(experiment, dataset), entries, REMEDY)
    return open_dataset(experiment, dataset)
