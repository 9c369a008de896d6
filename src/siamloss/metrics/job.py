"""The verb ``siamloss measure``: records of all runs on a benchmark -> tidy metrics, by attribute too, and curves."""

from pathlib import Path

from siamloss.config import Experiment
from siamloss.data.verified import open_verified
from siamloss.metrics.attributes import attribute_metrics
from siamloss.metrics.measure import measure
from siamloss.paths import Home
from siamloss.provenance.parquet import write_parquet
from siamloss.records import read_records
from siamloss.runs import chosen_runs


def measure_benchmark(
    experiment: Experiment,
    benchmark: str,
    manifest: Path,
    out: Path,
    curves_out: Path,
    ablation: bool = False,
    runs: list[tuple[str, int]] | None = None,
) -> None:
    """Score every run of the main list, or of the ablation, on a benchmark and write the tables as Parquet, by run.

    Of the main list, the metrics by attribute go beside ``out``, ending in ``.attributes.parquet``. With ``runs`` only
    these are scored.
    """
    home = Home(experiment)
    dataset = experiment.dataset(benchmark)
    sequences = open_verified(experiment, benchmark, manifest)
    records = {
        (variant, seed): read_records(home.records(variant, seed, benchmark))
        for variant, seed in sorted(chosen_runs(experiment, ablation) if runs is None else runs)
    }
    metrics, curves = measure(dataset, sequences, records)
    tables = {curves_out: curves, out: metrics}
    if not ablation:
        beside = Path(out).with_suffix(".attributes.parquet")
        tables = {beside: attribute_metrics(dataset, sequences, records, metrics), **tables}
    for path, table in tables.items():
        write_parquet(path, table)
