"""Which sources an experiment needs: those that ``snakemake fetch`` gets, and those that need the user."""

from pathlib import Path, PurePosixPath

from siamloss.config import Experiment
from siamloss.data.fetch.catalogue import CATALOGUE, Source, find_source
from siamloss.data.fetch.ours import read_own
from siamloss.data.open import dataset_root
from siamloss.errors import ConfigError


def wanted_sources(experiment: Experiment, catalogue: Path = CATALOGUE) -> tuple[dict[str, str], list[str]]:
    """Sources of an experiment's datasets; what the user put there by hand is left as it is.

    Returns
    -------
    ``{path under the root: name}`` of the sources that can be fetched, and one line for each source that cannot.

    Raises
    ------
    UnknownNameError, ConfigError : a dataset names a source that is not in the catalogue, a faulty one, or one that
        does not become its folder.
    """
    fetchable: dict[str, str] = {}
    manual: dict[str, str] = {}
    for dataset in experiment.all_datasets:
        if not dataset.source or dataset.synthetic is not None:
            continue
        source = find_source(dataset.source, catalogue)
        root = Path(experiment.data_root)
        if not PurePosixPath(dataset.path).is_relative_to(source.path):
            raise ConfigError(
                f"dataset '{dataset.name}' lies at '{dataset.path}', but its source '{source.name}' becomes "
                f"'{source.path}'; give it a path there, or another source"
            )
        if source.kind == "manual":
            if not dataset_root(experiment, dataset).is_dir():
                manual[source.name] = f"siamloss: '{source.name}' cannot be fetched without you: {source.how_to_get}"
        elif not _by_hand(source, root):
            fetchable[source.path] = source.name
    return fetchable, list(manual.values())


def _by_hand(source: Source, root: Path) -> bool:
    """Whether the dataset's folder is there and no fetch ever began."""
    folder = root / source.path
    return folder.is_dir() and not (root / ".downloads" / source.name).is_dir() and read_own(folder, source) is None
