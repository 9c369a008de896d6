"""Reading the products of earlier stages; what is missing is named together with the command that makes it."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.errors import CorruptError, MissingDataError
from siamloss.jobs import network_runs, runs
from siamloss.paths import Home
from siamloss.records import read_records

REMEDY = "run 'snakemake' for this profile and make the report again"


@dataclass(frozen=True)
class Scores:
    """Score maps of one run on fixed pairs.

    Attributes
    ----------
    train, val : float32 ``(N, H, W)`` on pairs of training and of unseen scenes.
    labels : int8 ``(H, W)``, +1, -1 or 0 (ignored).
    exemplars, searches : uint8 RGB ``(K, e, e, 3)`` and ``(K, s, s, 3)``, the images of ``val[:K]``.
    """

    train: np.ndarray
    val: np.ndarray
    labels: np.ndarray
    exemplars: np.ndarray
    searches: np.ndarray


def require(path: Path, what: str) -> Path:
    """Return ``path`` if it exists.

    Raises
    ------
    MissingDataError : it does not.
    """
    if not path.exists():
        raise MissingDataError(f"{what} is missing ({path}); {REMEDY}")
    return path


def _read_table(path: Path, columns: tuple[str, ...], what: str) -> pd.DataFrame:
    try:
        table = pd.read_parquet(require(path, what))
    except (OSError, ValueError) as error:
        raise CorruptError(f"{path} is not a whole Parquet file; delete it and {REMEDY}") from error
    absent = [name for name in columns if name not in table]
    if absent:
        raise CorruptError(f"{path} lacks the column '{absent[0]}'; delete it and {REMEDY}")
    return table


def read_metrics(experiment: Experiment, home: Home) -> pd.DataFrame:
    """Tidy metrics of all benchmarks, one row per (benchmark, metric, variant, seed, sequence).

    Raises
    ------
    MissingDataError : no file for a benchmark, or a run of the experiment that has no rows in it.
    """
    columns = ("benchmark", "metric", "variant", "seed", "sequence", "value", "weight")
    parts = []
    for dataset in experiment.datasets.test:
        part = _read_table(home.metrics(dataset.name), columns, f"the metrics of benchmark '{dataset.name}'")
        found = set(zip(part["variant"], part["seed"], strict=True))
        absent = next((run for run in runs(experiment) if run not in found), None)
        if absent is not None:
            raise MissingDataError(
                f"run '{absent[0]}' seed {absent[1]} has no metrics on '{dataset.name}' "
                f"({home.metrics(dataset.name)}); {REMEDY}"
            )
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def read_curves(experiment: Experiment, home: Home) -> pd.DataFrame:
    """Success and precision curves of all benchmarks that have them."""
    columns = ("benchmark", "curve", "variant", "seed", "sequence", "threshold", "value")
    parts = [
        _read_table(home.curves(dataset.name), columns, f"the curves of benchmark '{dataset.name}'")
        for dataset in experiment.datasets.test
        if home.curves(dataset.name).exists()
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))


def read_training_curve(path: Path) -> list[dict]:
    """Epochs of one run in order; an unfinished last line raises :class:`CorruptError`."""
    lines = require(path, "a training curve").read_text(encoding="utf-8").splitlines()
    try:
        return [json.loads(line) for line in lines if line.strip()]
    except ValueError as error:
        raise CorruptError(f"{path} has a line that is not JSON; delete its folder and {REMEDY}") from error


def training_curves(experiment: Experiment, home: Home) -> dict[str, dict[int, list[dict]]]:
    """``{variant: {seed: epochs}}`` of every trained variant."""
    return {
        variant.name: {
            seed: read_training_curve(home.run(variant.name, seed) / "curve.jsonl") for seed in experiment.seeds
        }
        for variant in experiment.variants
        if not variant.control
    }


def read_scores(path: Path) -> Scores:
    """Read the score maps of one run."""
    try:
        with np.load(require(path, "a file of score maps")) as file:
            names = ("train_scores", "val_scores", "labels", "example_exemplars", "example_searches")
            return Scores(*(file[name] for name in names))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise CorruptError(f"{path} is not a whole file of score maps; delete it and {REMEDY}") from error


def scored_runs(experiment: Experiment, home: Home) -> Iterator[tuple[Variant, int, Path]]:
    """Variant, seed and path of every file of score maps; the untrained control may lack them, trained runs may not."""
    for name, seed in network_runs(experiment):
        variant, path = experiment.variant(name), home.scores(name, seed)
        if variant.control and not path.exists():
            continue
        yield variant, seed, require(path, f"the score maps of run '{name}' seed {seed}")


def run_facts(experiment: Experiment, home: Home) -> list[dict]:
    """``run.json`` of every trained run, with variant and seed filled in where a file lacks them."""
    facts = []
    for name, seed in network_runs(experiment, trained_only=True):
        path = require(home.run(name, seed) / "run.json", f"the facts of run '{name}' seed {seed}")
        facts.append({"variant": name, "seed": seed, **json.loads(path.read_text(encoding="utf-8"))})
    return facts


def read_track(home: Home, variant: str, seed: int, benchmark: str) -> pd.DataFrame:
    """Per-frame records of one run on one benchmark."""
    path = home.records(variant, seed, benchmark)
    return read_records(require(path, f"the records of run '{variant}' seed {seed} on '{benchmark}'"))
