"""What each job of the DAG depends on: the part of the configuration it uses, and the code it runs.

Snakemake carries both as rule parameters, so that a change re-runs what it touches and nothing else.
"""

from dataclasses import asdict
from typing import Any

from siamloss.config import Dataset, Experiment, Variant
from siamloss.data.open import reader_module
from siamloss.losses.registry import loss_module
from siamloss.provenance.fingerprint import code_fingerprint
from siamloss.provenance.hashing import short_hash

ENTRY = {
    "data": "siamloss.data.prepare",
    "crops": "siamloss.crops.build",
    "train": "siamloss.training.job",
    "scores": "siamloss.training.scoremaps",
    "track": "siamloss.tracking.job",
    "measure": "siamloss.metrics.job",
    "report": "siamloss.report.job",
}
"""Entry module of each verb; its import closure is the code of the job."""

FIXED = ("never-moves", "oracle")
"""Controls without a network: one deterministic run, no seed."""


def code(verb: str, variant: Variant | None = None, dataset: Dataset | None = None) -> str:
    """Fingerprint of a verb's code.

    A training also depends on the file of its own loss and on no other loss; a job that reads a dataset on the reader
    of its layout; only the drawing of a synthetic dataset on the generator.
    """
    modules = [ENTRY[verb]]
    if variant is not None and variant.loss:
        modules.append(loss_module(variant.loss))
    if dataset is not None:
        modules.append(reader_module(dataset.format))
        if verb == "data" and dataset.synthetic is not None:
            modules.append("siamloss.data.synthetic")
    return code_fingerprint(*modules)


def _files(dataset: Dataset) -> list[Any]:
    """What decides a dataset's files; its licence and how to get it do not."""
    synthetic = asdict(dataset.synthetic) if dataset.synthetic is not None else None
    return [dataset.name, dataset.format, dataset.path, dataset.sequences, synthetic]


def data_part(experiment: Experiment, dataset: Dataset) -> str:
    """Hash of the settings that a dataset's files and manifest depend on."""
    root = experiment.results if dataset.synthetic is not None else experiment.data_root
    return short_hash([_files(dataset), root])


def crops_part(experiment: Experiment) -> str:
    """Hash of the settings that a crop store depends on."""
    pairs = experiment.pairs
    return short_hash([asdict(experiment.crops), experiment.model.backbone, pairs.translate_px, pairs.stretch])


def train_part(experiment: Experiment, variant: Variant, seed: int) -> str:
    """Hash of the settings that a run's weights depend on."""
    facts: dict[str, Any] = {"model": asdict(experiment.model), "seed": seed}
    if variant.loss:
        train = {**asdict(experiment.train), "checkpoint_steps": 0}
        facts.update(
            pairs=asdict(experiment.pairs),
            train=train,
            loss=[variant.loss, variant.params, variant.lr_scale],
            device=experiment.device,
        )
    return short_hash(facts)


def scores_part(experiment: Experiment) -> str:
    """Hash of the settings that score maps depend on, given the run."""
    return short_hash([asdict(experiment.model), asdict(experiment.pairs), experiment.train.val_pairs])


def track_part(experiment: Experiment, variant: Variant, dataset: Dataset) -> str:
    """Hash of the settings that records depend on, given the run and the data."""
    tracker = (
        []
        if variant.control in FIXED
        else [asdict(experiment.track), asdict(experiment.model), experiment.crops.context]
    )
    return short_hash([variant.control, dataset.format, tracker])


def measure_part(experiment: Experiment, dataset: Dataset) -> str:
    """Hash of the settings that metrics depend on, given the records."""
    return short_hash([_files(dataset), runs(experiment)])


def report_part(experiment: Experiment) -> str:
    """Hash of everything the report prints."""
    return short_hash(experiment.to_dict())


def runs(experiment: Experiment) -> list[tuple[str, int]]:
    """All (variant, seed) with records; the fixed controls have seed 0 only."""
    return [
        (variant.name, seed)
        for variant in experiment.variants
        for seed in ([0] if variant.control in FIXED else experiment.seeds)
    ]


def network_runs(experiment: Experiment, trained_only: bool = False) -> list[tuple[str, int]]:
    """All (variant, seed) with weights; with ``trained_only`` without the untrained control."""
    names = {v.name for v in experiment.variants if (v.loss if trained_only else v.control not in FIXED)}
    return [(name, seed) for name, seed in runs(experiment) if name in names]


def count_jobs(experiment: Experiment) -> dict[str, int]:
    """Number of jobs of each kind in the whole DAG."""
    tests = len(experiment.datasets.test)
    return {
        "spec": 1,
        "data": len(experiment.all_datasets),
        "crops": 2,
        "train": len(network_runs(experiment)),
        "scores": len(network_runs(experiment)),
        "track": len(runs(experiment)) * tests,
        "measure": tests,
        "report": 3,
        "all": 1,
    }
