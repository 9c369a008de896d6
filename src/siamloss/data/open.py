"""Open a dataset of an experiment: where it is, and its sequences."""

from pathlib import Path

from siamloss.config import Dataset, Experiment
from siamloss.data.readers import read_with
from siamloss.data.sequence import Sequence
from siamloss.errors import MissingDataError
from siamloss.paths import Home


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
    ConfigError, UnknownNameError : a reader of one's own that cannot be used.
    """
    root = dataset_root(experiment, dataset)
    if not root.is_dir():
        hint = dataset.how_to_get or "run snakemake to draw it"
        raise MissingDataError(f"dataset '{dataset.name}' is not at {root}; {hint}")
    return read_with(dataset.format, dataset.reader, root, dataset.sequences)


def missing_datasets(experiment: Experiment) -> str:
    """What to get and where to put it, for every dataset that is not there; empty when nothing is missing."""
    lines = [
        f"siamloss: MissingDataError: dataset '{dataset.name}' is not at {dataset_root(experiment, dataset)}; "
        + dataset.how_to_get
        for dataset in experiment.all_datasets
        if dataset.synthetic is None and not dataset_root(experiment, dataset).is_dir()
    ]
    return "\n".join(lines)
