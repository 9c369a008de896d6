"""Open a dataset of an experiment: where it is, and its sequences."""

from importlib import import_module
from pathlib import Path

from siamloss.config import Dataset, Experiment
from siamloss.data.sequence import Sequence
from siamloss.errors import MissingDataError
from siamloss.paths import Home

READERS = {
    "otb": "siamloss.data.otb:read_otb",
    "vot": "siamloss.data.vot:read_vot",
    "got10k": "siamloss.data.got10k:read_got10k",
}
"""Reader of each layout, imported on demand: an edited reader concerns only the datasets it reads."""


def reader_module(layout: str) -> str:
    """Module that reads a layout, for code fingerprints."""
    return READERS[layout].partition(":")[0]


def dataset_root(experiment: Experiment, dataset: Dataset) -> Path:
    """Folder of a dataset: drawn ones live in the results, others under ``data_root``."""
    if dataset.synthetic is not None:
        return Home(experiment).data / dataset.name
    return Path(experiment.data_root) / dataset.path


def open_dataset(experiment: Experiment, dataset: Dataset) -> list[Sequence]:
    """Read all sequences of a dataset (annotations only; frames decode lazily).

    Raises
    ------
    MissingDataError : the folder is not there; the message says what to get and where to put it.
    AnnotationError, EmptySequenceError : annotations that do not fit the frames.
    """
    root = dataset_root(experiment, dataset)
    if not root.is_dir():
        hint = dataset.how_to_get or "run snakemake to draw it"
        raise MissingDataError(f"dataset '{dataset.name}' is not at {root}; {hint}")
    module, _, name = READERS[dataset.format].partition(":")
    return getattr(import_module(module), name)(root, dataset.sequences)


def missing_datasets(experiment: Experiment) -> str:
    """What to get and where to put it, for every dataset that is not there; empty when nothing is missing."""
    lines = [
        f"siamloss: MissingDataError: dataset '{dataset.name}' is not at {dataset_root(experiment, dataset)}; "
        + dataset.how_to_get
        for dataset in experiment.all_datasets
        if dataset.synthetic is None and not dataset_root(experiment, dataset).is_dir()
    ]
    return "\n".join(lines)
