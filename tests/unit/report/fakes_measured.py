"""An experiment whose numbers were measured: drawn scenes, made-up records and score maps, and all made of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from tests.unit.report.fakes import VARIANTS, make_experiment, seeds_of, write_run, write_scores
from tests.unit.report.fakes_scores import write_tuning

from siamloss.config import Experiment, SyntheticConfig
from siamloss.data.prepare import prepare_dataset
from siamloss.data.sequence import Sequence
from siamloss.data.verified import open_verified
from siamloss.metrics.job import measure_benchmark
from siamloss.metrics.separation_job import measure_separability
from siamloss.paths import Home
from siamloss.provenance.manifest import write_manifest
from siamloss.records import write_records
from siamloss.report.job import write_tables
from siamloss.report.page_job import write_page
from siamloss.report.recompute import recompute_captions
from siamloss.runs import network_runs, tuned_names

FRAMES = 14


def make_measured(results: Path, seeds=(0, 1)) -> Experiment:
    """Two losses, one of a hostile name, and a control, on a drawn benchmark of each format."""
    variants = tuple(item for item in VARIANTS if item.name != "gsl[eta=0.5]")
    experiment = make_experiment(results, variants, seeds, terms=("gsl",))
    drawn = SyntheticConfig(sequences=3, frames=FRAMES, seed=5, width=120, height=90)
    tests = tuple(replace(item, synthetic=drawn) for item in experiment.datasets.test)
    return replace(experiment, datasets=replace(experiment.datasets, test=tests))


def write_measured(experiment: Experiment) -> Home:
    """Runs, score maps, records and choices of the experiment, as the stages before the measuring leave them."""
    home = Home(experiment)
    for dataset in experiment.datasets.test:
        prepare_dataset(experiment, dataset.name, home.manifest(dataset.name))
        sequences = open_verified(experiment, dataset.name, home.manifest(dataset.name))
        for index, variant in enumerate(experiment.variants):
            for seed in seeds_of(experiment, variant):
                rng = np.random.default_rng([index, seed])
                parts = [_track(sequence, dataset.format == "vot", rng) for sequence in sequences]
                write_records(home.records(variant.name, seed, dataset.name), pd.concat(parts))
    names = [variant.name for variant in experiment.variants]
    for name, seed in network_runs(experiment):
        write_run(home, experiment.variant(name), names.index(name), seed)
        write_manifest(home.run(name, seed))
        write_scores(home, experiment.variant(name), names.index(name), seed)
    for name in tuned_names(experiment):
        write_tuning(home, name)
    return home


def write_report(experiment: Experiment, home: Home) -> None:
    """Measure everything and make the report, without drawing its pictures."""
    for dataset in experiment.datasets.test:
        name = dataset.name
        measure_benchmark(experiment, name, home.manifest(name), home.metrics(name), home.curves(name))
    measure_separability(experiment, network_runs(experiment), home, home.separability())
    write_tables(experiment, home, home.tables)
    sequences = {
        item.name: open_verified(experiment, item.name, home.manifest(item.name)) for item in experiment.datasets.test
    }
    recompute_captions(experiment, home, sequences, [])
    write_page(experiment, home, home.tables, home.figures, home.page)


def _track(sequence: Sequence, supervised: bool, rng: np.random.Generator) -> pd.DataFrame:
    """A random walk away from the target; under supervision with one failure and a new start after five frames."""
    boxes = sequence.boxes + np.cumsum(rng.normal(0, 1.0, sequence.boxes.shape) * [1, 1, 0.1, 0.1], axis=0)
    status = np.zeros(len(sequence), int)
    status[0] = 1
    if supervised:
        status[6], status[7:11], status[11] = 2, 3, 1
    table = pd.DataFrame(np.abs(boxes) + 0.5, columns=list("xywh"))
    return table.assign(sequence=sequence.name, frame=range(len(sequence)), score=0.0, seconds=0.01, status=status)
