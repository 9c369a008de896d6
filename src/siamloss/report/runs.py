"""Where every number comes from: one line per run, with its settings, weights, hardware and records."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siamloss.config import Experiment, Variant
from siamloss.jobs import train_part
from siamloss.paths import Home
from siamloss.provenance.hashing import sha256_file, short_hash
from siamloss.provenance.manifest import entries_of
from siamloss.records import read_records
from siamloss.report.facts import SHORT, duration, show
from siamloss.report.inputs import read_json
from siamloss.report.missing import find_missing
from siamloss.runs import FIXED, runs

WEIGHTS = "weights.safetensors"


@dataclass(frozen=True)
class RunLine:
    """One run.

    Attributes
    ----------
    variant, label, seed : which run.
    state : "finished", "collapsed", "missing" (something of it is not there) or "failed" (and the job ended with a
        named error).
    reason : why, in one line; "" for a finished run.
    facts : what is known of its training, by name: hashes of the settings, of the weights and of the score maps,
        device, duration, versions.
    tracks : by benchmark: hash of the records, frames, seconds and frames per second of the tracker.
    """

    variant: str
    label: str
    seed: int
    state: str
    reason: str
    facts: Mapping[str, str]
    tracks: Mapping[str, Mapping[str, str]]


def run_lines(experiment: Experiment, home: Home) -> list[RunLine]:
    """Every run of the main list that has records, or should have: variants in order, then seeds.

    Raises
    ------
    CorruptError : a file of a run cannot be read.
    """
    missing = find_missing(experiment, home)
    whole = short_hash(experiment.to_dict())
    lines = []
    for name, seed in runs(experiment):
        variant, gap = experiment.variant(name), missing.of(name, seed)
        told: dict[str, Any] = {}
        facts = {"spec": whole}
        if variant.control not in FIXED:
            facts["training settings"] = train_part(experiment, variant, seed)
            folder = home.run(name, seed)
            if (folder / "run.json").is_file():
                told = read_json(folder / "run.json", f"the facts of run '{name}' seed {seed}")
                facts |= _trained(variant, told, folder)
            if home.scores(name, seed).is_file():
                facts["score maps sha256"] = show(sha256_file(home.scores(name, seed)))
        state, reason = "finished", ""
        if told.get("collapsed"):
            state, reason = "collapsed", str(told.get("collapse", ""))
        if gap is not None:
            state, reason = "failed" if gap.failure else "missing", gap.reason
        lines.append(RunLine(name, variant.label, seed, state, reason, facts, _tracks(experiment, home, name, seed)))
    return lines


def _trained(variant: Variant, told: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Facts of a run directory; those that it does not tell are left out."""
    facts = {}
    manifest = folder / "manifest.json"
    entries = entries_of(read_json(manifest, "the manifest of a run")) if manifest.is_file() else {}
    weights = entries.get(WEIGHTS, {}).get("sha256", told.get("weights_sha256"))
    if weights:
        facts["weights sha256"] = weights[:SHORT]
    if "device" in told:
        facts["hardware"] = show(told["device"])
    if variant.loss and "seconds" in told:
        facts["training time"] = duration(float(told["seconds"]))
    versions = told.get("versions", {})
    facts["versions"] = ", ".join(f"{name} {versions[name]}" for name in sorted(versions)) or "not told"
    return facts


def _tracks(experiment: Experiment, home: Home, name: str, seed: int) -> dict[str, dict[str, str]]:
    found = {}
    for dataset in experiment.datasets.test:
        path = home.records(name, seed, dataset.name)
        if not path.is_file():
            continue
        spent = read_records(path)["seconds"]
        seconds = float(spent.sum())
        rate = f"{int((spent > 0).sum()) / seconds:.0f}" if seconds > 0 else "–"
        found[dataset.name] = {
            "records sha256": show(sha256_file(path)),
            "frames": str(len(spent)),
            "seconds": f"{seconds:.1f}",
            "frames per second": rate,
        }
    return found
