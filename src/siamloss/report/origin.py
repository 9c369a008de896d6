"""Finding the results that a single table or figure is made of, and names on the command line."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from siamloss.config import Experiment
from siamloss.config_io import read_spec
from siamloss.errors import ConfigError, MissingDataError, UnknownNameError, did_you_mean
from siamloss.paths import Home

DEFAULT = Path("results/demo")


def find_results(spec: Path | None, profile: Path | None) -> tuple[Experiment, Home]:
    """The experiment of a spec file or of a folder of results, and where its results are.

    Parameters
    ----------
    spec : resolved configuration; results are looked for beside it, else where it says.
    profile : folder with ``spec.json``; with neither, :data:`DEFAULT`.

    Raises
    ------
    ConfigError : both are given.
    MissingDataError : there is no such file.
    """
    if spec is not None and profile is not None:
        raise ConfigError("--spec and --profile name the same thing; give one of them")
    path = spec or (profile or DEFAULT) / "spec.json"
    if not path.is_file():
        raise MissingDataError(
            f"there are no results in {path.parent} (no {path.name}); run 'snakemake', or give --profile or --spec"
        )
    experiment = read_spec(path)
    if (path.parent / "metrics").is_dir():
        experiment = replace(experiment, results=str(path.parent.parent), profile=path.parent.name)
    return experiment, Home(experiment)


def check_name(name: str, known: Iterable[str], what: str) -> str:
    """The name, if it is known.

    Raises
    ------
    UnknownNameError : it is not; names the nearest.
    """
    known = list(known)
    if name not in known:
        raise UnknownNameError(f"unknown {what} '{name}'; {did_you_mean(name, known)}")
    return name


def find_benchmark(name: str, experiment: Experiment, among: Sequence[str] | None = None) -> str:
    """A test dataset by its name, or by its layout where it is the only one of it.

    Raises
    ------
    UnknownNameError : there is none, or more than one.
    """
    tests = [item for item in experiment.datasets.test if among is None or item.name in among]
    if name in [item.name for item in tests]:
        return name
    near = [item.name for item in tests if item.format == name.lower()]
    if not near:
        near = [item.name for item in tests if name.lower() in item.name.lower()]
    if len(near) == 1:
        return near[0]
    if near:
        raise UnknownNameError(f"'{name}' can be any of {', '.join(near)}; give the whole name with --benchmark")
    raise UnknownNameError(f"unknown benchmark '{name}'; {did_you_mean(name, [item.name for item in tests])}")
