"""What each job of the DAG depends on: the part of the configuration it uses, and the code it runs.

Snakemake carries both as rule parameters, so that a change re-runs what it touches and nothing else.
"""

import json
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from siamloss.config import TRACELESS, Dataset, Experiment, Variant
from siamloss.data.fetch.catalogue import Source
from siamloss.data.readers import reader_place
from siamloss.losses.registry import loss_place
from siamloss.paths import Home
from siamloss.provenance.fingerprint import code_fingerprint
from siamloss.provenance.hashing import short_hash
from siamloss.provenance.manifest import tree_entries
from siamloss.provenance.tree import Entry
from siamloss.runs import FIXED, chosen_runs, compared, network_runs, runs, tuned_names
from siamloss.tracking.by_name import NETWORK

ENTRY = {
    "data": "siamloss.data.prepare",
    "crops": "siamloss.crops.build",
    "tune": "siamloss.tuning.job",
    "train": "siamloss.training.job",
    "scores": "siamloss.training.scoremaps",
    "track": "siamloss.tracking.job",
    "measure": "siamloss.metrics.job",
    "separability": "siamloss.metrics.separation_job",
    "frames": "siamloss.report.frames_job",
    "tables": "siamloss.report.job",
    "figures": "siamloss.report.figures_job",
    "page": "siamloss.report.page_job",
    "ablation": "siamloss.report.ablation",
    "study": "siamloss.report.study",
}
"""Entry module of each verb; its import closure is the code of the job."""


def code(verb: str, variant: Variant | None = None, dataset: Dataset | None = None) -> str:
    """Fingerprint of a verb's code.

    A training also depends on the file of its own loss and on no other loss; a job that reads a dataset on the reader
    of its layout; only the drawing of a synthetic dataset on the generator; only a network's tracking on the network.
    """
    modules = [ENTRY[verb]]
    if variant is not None and variant.loss and verb != "track":
        modules.append(loss_place(variant.loss))
    if verb == "track" and (variant is None or variant.control not in FIXED):
        modules.extend(NETWORK)
    if dataset is not None:
        modules.append(reader_place(dataset.format, dataset.reader))
        if verb == "data" and dataset.synthetic is not None:
            modules.append("siamloss.data.synthetic")
    return code_fingerprint(*modules)


def _files(dataset: Dataset) -> list[Any]:
    """What decides a dataset's files; its licence and how to get it do not. What is drawn differs from role to role."""
    synthetic = asdict(dataset.synthetic) if dataset.synthetic is not None else None
    if synthetic is not None:
        folders = (dataset.synthetic.photos, dataset.synthetic.cutouts)
        synthetic["role"] = dataset.role
        synthetic["pictures"] = [_pictures(folder) for folder in folders if folder]
    reader = [dataset.reader] if dataset.reader else []
    return [dataset.name, dataset.format, dataset.path, dataset.sequences, synthetic, *reader]


@cache
def _pictures(folder: str) -> dict[str, Entry]:
    """Hashes of one's own pictures; many jobs ask for them, and they do not change while the jobs are planned."""
    return tree_entries(Path(folder)) if Path(folder).is_dir() else {}  # the job names what is no folder


def data_part(experiment: Experiment, dataset: Dataset) -> str:
    """Hash of the settings that a dataset's files and manifest depend on."""
    root = experiment.results if dataset.synthetic is not None else experiment.data_root
    return short_hash([_files(dataset), root])


def crops_part(experiment: Experiment, dataset: Dataset) -> str:
    """Hash of the settings that a crop store depends on."""
    pairs, crops = experiment.pairs, asdict(experiment.crops)
    if crops["storage"] == "raw":
        del crops["jpeg_quality"]
    facts = [crops, experiment.model.backbone, pairs.translate_px, pairs.stretch]
    return short_hash([*facts, dataset.role, dataset.sequences])


def tune_part(experiment: Experiment, variant: Variant) -> str:
    """Hash of the settings that the choice for a variant depends on."""
    val = experiment.datasets.val
    search = [asdict(experiment.tune), variant.tune, variant.fixed, val.name, val.sequences]
    search += [asdict(experiment.track), experiment.crops.context]
    trial = replace(experiment, train=replace(experiment.train, **experiment.tune.budget))
    return short_hash([train_part(trial, variant, experiment.tune.seed), search])


def train_part(experiment: Experiment, variant: Variant, seed: int) -> str:
    """Hash of the settings that a run's weights depend on, given what was chosen for it."""
    facts: dict[str, Any] = {
        "model": asdict(experiment.model),
        "head": variant.head,
        "seed": seed,
        "pairs": asdict(experiment.pairs),
        "device": experiment.device,
        "batch_size": experiment.train.batch_size,
        "precision": experiment.train.precision,
    }
    if variant.loss:
        facts["train"] = {**asdict(experiment.train), **dict.fromkeys(TRACELESS)}
        facts["loss"] = [variant.loss, variant.params, variant.lr_scale, variant.fixed, variant.start]
    return short_hash(facts)


def start_path(experiment: Experiment, variant: Variant, seed: int) -> Path | None:
    """Weights that a fine-tuning variant begins with: a file under ``data_root``, or the run of another variant."""
    if not variant.start:
        return None
    if variant.start.endswith(".safetensors"):
        return Path(experiment.data_root) / variant.start
    return Home(experiment).run(variant.start, seed)


def scores_part(experiment: Experiment) -> str:
    """Hash of the settings that score maps depend on, given the run."""
    facts = [experiment.train.val_pairs, experiment.train.precision]
    return short_hash([asdict(experiment.model), asdict(experiment.pairs), *facts])


def track_part(experiment: Experiment, variant: Variant, dataset: Dataset) -> str:
    """Hash of the settings that records depend on, given the run and the data."""
    tracker = (
        []
        if variant.control in FIXED
        else [asdict(experiment.track), asdict(experiment.model), experiment.crops.context]
    )
    return short_hash([variant.control, dataset.format, tracker])


def measure_part(experiment: Experiment, dataset: Dataset, ablation: bool = False) -> str:
    """Hash of the settings that metrics depend on, given the records."""
    return short_hash([_files(dataset), dataset.year, dataset.eao_interval, sorted(chosen_runs(experiment, ablation))])


def separability_part(experiment: Experiment, ablation: bool = False) -> str:
    """Hash of the settings that separability depends on, given the score maps."""
    return short_hash(sorted(network_runs(experiment, ablation=ablation)))


def frames_part(experiment: Experiment) -> str:
    """Hash of the settings that the frames to step through depend on, given the runs and their records."""
    tests = experiment.datasets.test
    parts = []
    for name, seed in compared(experiment):
        variant = experiment.variant(name)
        parts.append([name, seed, variant.label, [track_part(experiment, variant, dataset) for dataset in tests]])
    return short_hash([parts, experiment.report.qualitative_sequences, [_files(dataset) for dataset in tests]])


def report_part(experiment: Experiment) -> str:
    """Hash of everything the report prints."""
    return short_hash(experiment.to_dict())


def page_part(experiment: Experiment, ablation: bool = False) -> str:
    """Hash of everything the report prints, and of how many evaluations of other runs it counts.

    Those of its own runs come with new records, but for trackings by hand, which ``report --check`` finds.
    """
    own, others = set(chosen_runs(experiment, ablation)), 0
    ledger = Home(experiment).ledger
    for line in ledger.read_bytes().splitlines() if ledger.is_file() else ():
        try:
            entry = json.loads(line)
            others += (entry["variant"], entry["seed"]) not in own
        except (ValueError, KeyError, TypeError):
            others += 1
    return short_hash([report_part(experiment), others])


TOLD = ("homepage", "expected", "how_to_get")
"""What the catalogue says of a source to people and to checks of counts."""


def source_part(source: Source) -> str:
    """Hash of what decides the files of a source."""
    return short_hash([value for key, value in asdict(source).items() if key not in TOLD])


def count_jobs(experiment: Experiment) -> dict[str, int]:
    """Number of jobs of each kind in the DAG of ``snakemake all``."""
    tests = len(experiment.datasets.test)
    return {
        "spec": 1,
        "data": len(experiment.all_datasets),
        "crops": 2,
        "tune": len(tuned_names(experiment)),
        "train": len(network_runs(experiment)),
        "scores": len(network_runs(experiment)),
        "track": len(runs(experiment)) * tests,
        "measure": tests,
        "separability": 1,
        "frames": 1,
        "tables": 1,
        "figures": 1,
        "page": 1,
        "all": 1,
    }
