"""Open a dataset after checking every file that its manifest lists."""

import json
from pathlib import Path

from siamloss.config import Experiment
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.sequence import Sequence
from siamloss.errors import CorruptError
from siamloss.provenance.manifest import verify_entries

REMEDY = "restore the dataset, or delete its manifest and run snakemake again to accept the change"


def read_entries(manifest: Path) -> dict[str, dict]:
    """``{name: {bytes, sha256}}`` of a dataset's manifest.

    Raises
    ------
    CorruptError : the manifest is missing or damaged.
    """
    try:
        listed = json.loads(Path(manifest).read_text(encoding="utf-8"))["files"]
        return {name: {"bytes": entry["bytes"], "sha256": entry["sha256"]} for name, entry in listed.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptError(f"manifest {manifest} is not readable; delete it and run snakemake again") from error


def open_verified(experiment: Experiment, name: str, manifest: Path) -> list[Sequence]:
    """Open a dataset after re-reading every file that its manifest lists.

    Raises
    ------
    CorruptError : a file is missing or was changed since the manifest was written.
    """
    entries = read_entries(manifest)
    dataset = experiment.dataset(name)
    verify_entries(dataset_root(experiment, dataset), entries, REMEDY)
    return open_dataset(experiment, dataset)
