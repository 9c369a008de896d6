"""Reading the products of earlier stages; what is missing is named together with the command that makes it."""

import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.errors import CorruptError, MissingDataError
from siamloss.metrics.attributes import ATTRIBUTE_COLUMNS
from siamloss.paths import Home
from siamloss.provenance import sealed
from siamloss.provenance.manifest import NAME, read_listed
from siamloss.provenance.parquet import read_parquet
from siamloss.records import read_records
from siamloss.report.missing import Missing
from siamloss.runs import chosen_runs, network_runs, tuned_names

Run = tuple[str, int]
SUMMARY, COMPARISON, ATTRIBUTES, SPEED = "summary.csv", "comparison.csv", "attributes.csv", "speed.csv"
"""Files of the stage ``tables`` that later stages read."""
SEEDS = "seeds"
"""Column of a CSV file: how many seeds are behind a row, of how many."""
REMEDY = "run 'snakemake' for this profile and make the report again"


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
        table = read_parquet(require(path, what))
    except (OSError, ValueError) as error:
        raise CorruptError(f"{path} is not a whole Parquet file; delete it and {REMEDY}") from error
    absent = [name for name in columns if name not in table]
    if absent:
        raise CorruptError(f"{path} lacks the column '{absent[0]}'; delete it and {REMEDY}")
    return table


def read_stored(path: Path, columns: list[str]) -> pd.DataFrame:
    """A CSV file of the stage ``tables``, every digit as it was, without the column that says how many seeds there are.

    Raises
    ------
    MissingDataError, CorruptError : it is not there, is not what was written, or is no table with these columns.
    """
    data = read_listed(path.parent, require(path, "a table").name, f"delete its folder and {REMEDY}")
    try:
        table = pd.read_csv(io.BytesIO(data), keep_default_na=False, na_values=[""])
    except ValueError as error:
        raise CorruptError(f"{path} is not a whole table; delete its folder and {REMEDY}") from error
    table = table.drop(columns=SEEDS, errors="ignore")
    if list(table.columns) != columns:
        raise CorruptError(f"{path} has other columns than expected; delete its folder and {REMEDY}")
    return table


def read_metrics(
    experiment: Experiment, home: Home, ablation: bool = False, missing: Missing | None = None
) -> pd.DataFrame:
    """Tidy metrics of all benchmarks, one row per (benchmark, metric, variant, seed, sequence, term).

    Of the runs of the main list or, with ``ablation``, of those of the grids and of the baseline; the gaps of
    ``missing`` may be absent, and a benchmark that nothing was tracked on.

    Raises
    ------
    MissingDataError : no file for a benchmark, or a run of the experiment that has no rows in it.
    """
    columns = ("benchmark", "metric", "variant", "seed", "sequence", "term", "value", "weight")
    wanted = chosen_runs(experiment, ablation)
    parts = []
    for dataset in experiment.datasets.test:
        path = home.metrics(dataset.name, ablation)
        needed = [run for run in wanted if missing is None or missing.has_records(*run, dataset.name)]
        if not needed:
            continue
        part = _read_table(path, columns, f"the metrics of benchmark '{dataset.name}'")
        found = set(zip(part["variant"], part["seed"], strict=True))
        absent = next((run for run in needed if run not in found), None)
        if absent is not None:
            raise MissingDataError(
                f"run '{absent[0]}' seed {absent[1]} has no metrics on '{dataset.name}' ({path}); {REMEDY}"
            )
        parts.append(part)
    if not parts:
        raise MissingDataError("no run was tracked on any benchmark; run 'snakemake' for this profile")
    return pd.concat(parts, ignore_index=True)


def read_attributes(experiment: Experiment, home: Home, missing: Missing | None = None) -> pd.DataFrame:
    """Tidy metrics of all benchmarks by attribute; no rows for a benchmark whose sequences have none."""
    parts = [
        _read_table(home.attributes(item.name), tuple(ATTRIBUTE_COLUMNS), f"the attributes of benchmark '{item.name}'")
        for item in experiment.datasets.test
        if missing is None or home.attributes(item.name).exists()
    ]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=ATTRIBUTE_COLUMNS)


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
    require(path, "a training curve")
    try:
        lines = read_listed(path.parent, path.name).decode("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    except ValueError as error:
        raise CorruptError(f"{path} has a line that is not JSON; delete its folder and {REMEDY}") from error


def training_curves(
    runs: Iterable[Run], home: Home, missing: Missing | None = None
) -> dict[str, dict[int, list[dict]]]:
    """``{variant: {seed: epochs}}`` of these trained runs."""
    curves: dict[str, dict[int, list[dict]]] = {}
    for name, seed in runs:
        if missing is not None and not missing.has_weights(name, seed):
            continue
        curves.setdefault(name, {})[seed] = read_training_curve(home.run(name, seed) / "curve.jsonl")
    return curves


def scored_runs(
    experiment: Experiment, home: Home, missing: Missing | None = None
) -> Iterator[tuple[Variant, int, Path]]:
    """Variant, seed and path of every file of score maps; the untrained control may lack them, trained runs may not."""
    for name, seed in network_runs(experiment):
        variant, path = experiment.variant(name), home.scores(name, seed)
        if (variant.control and not path.exists()) or (missing is not None and not missing.has_scores(name, seed)):
            continue
        yield variant, seed, require(path, f"the score maps of run '{name}' seed {seed}")


def run_facts(runs: Iterable[Run], home: Home, missing: Missing | None = None) -> list[dict]:
    """``run.json`` of these trained runs but the missing ones, with variant and seed where a file lacks them."""
    facts = []
    for name, seed in runs:
        if missing is not None and not missing.has_weights(name, seed):
            continue
        path = home.run(name, seed) / "run.json"
        facts.append({"variant": name, "seed": seed, **read_json(path, f"the facts of run '{name}' seed {seed}")})
    return facts


def read_json(path: Path, what: str) -> dict:
    """A JSON file, with its own checksum or in a folder with a manifest.

    Raises
    ------
    MissingDataError, CorruptError : it is not there, or not what was written.
    """
    try:
        require(path, what)
        if path.name != NAME and (path.parent / NAME).is_file():
            return json.loads(read_listed(path.parent, path.name))
        return sealed.read_json(path)
    except ValueError as error:
        what = sealed.CHANGED if str(error) == sealed.CHANGED else "is not JSON"
        raise CorruptError(f"{path} {what}; delete it and {REMEDY}") from error


def read_separability(home: Home, ablation: bool = False) -> pd.DataFrame:
    """Tidy separability of the scores of all runs, by stage, epoch, role and group of maps."""
    columns = ("variant", "seed", "stage", "epoch", "role", "group", "quantity", "value", "maps")
    return _read_table(home.separability(ablation), columns, "the separability of the scores")


def read_tunings(
    experiment: Experiment, home: Home, ablation: bool = False, missing: Missing | None = None
) -> dict[str, dict]:
    """What the tuning stage wrote, by the name of what was tuned; empty where nothing was.

    With ``missing`` a tuning may be absent.
    """
    names = tuned_names(experiment, ablation)
    if missing is not None:
        names = [name for name in names if home.tune(name).exists()]
    return {name: read_json(home.tune(name), f"the tuning of '{name}'") for name in names}


def read_track(home: Home, variant: str, seed: int, benchmark: str) -> pd.DataFrame:
    """Per-frame records of one run on one benchmark."""
    path = home.records(variant, seed, benchmark)
    return read_records(require(path, f"the records of run '{variant}' seed {seed} on '{benchmark}'"))
