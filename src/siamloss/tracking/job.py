"""The verb ``siamloss track``: one run on one benchmark, resumed sequence by sequence."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.data.verified import open_verified
from siamloss.errors import ConfigError
from siamloss.paths import Home
from siamloss.provenance.hashing import sha256_file, short_hash
from siamloss.provenance.lock import exclusive, lock_of
from siamloss.provenance.manifest import NAME as MANIFEST
from siamloss.records import read_records, write_records
from siamloss.records.ledger import append_evaluation
from siamloss.tracking.protocols import PROTOCOLS
from siamloss.tracking.tracker import NeverMoves, Oracle, Tracker


def tracker_factory(
    experiment: Experiment, control: str, run: Path | None, threads: int
) -> Callable[[Sequence], Tracker]:
    """A function that gives the tracker for a sequence; torch is imported only for a network."""
    if control == "never-moves":
        return lambda sequence: NeverMoves()
    if control == "oracle":
        return Oracle
    if run is None:
        raise ConfigError(
            "a trained variant needs its run directory; give --run results/<profile>/train/<variant>/seed<NN>"
        )
    from siamloss.geometry.network import GEOMETRY
    from siamloss.model.device import choose_device, make_deterministic
    from siamloss.tracking.siamfc import SiamFCTracker
    from siamloss.training.run import load_run

    make_deterministic(threads)
    model = load_run(run, experiment.model, choose_device(experiment.device))
    tracker = SiamFCTracker(model, experiment.track, GEOMETRY[experiment.model.backbone], experiment.crops.context)
    return lambda sequence: tracker


def track_run(
    experiment: Experiment,
    variant: str,
    benchmark: str,
    manifest: Path,
    run: Path | None,
    progress_dir: Path,
    out: Path,
    threads: int = 0,
) -> None:
    """Track every sequence of a benchmark and write its records to ``out``.

    A finished tracking of a test dataset is entered in the ledger of test evaluations before its records appear: after
    a crash between the two it is counted once too often, never once too seldom.
    Finished sequences are kept in ``progress_dir``; the next call goes on with the next sequence.
    """
    sequences = open_verified(experiment, benchmark, manifest)
    protocol = PROTOCOLS[experiment.dataset(benchmark).format]
    settings = [
        asdict(part) for part in (experiment.variant(variant), experiment.track, experiment.model, experiment.crops)
    ]
    inputs = [
        settings,
        experiment.device,
        [sha256_file(path) for path in (manifest, run / MANIFEST if run else manifest)],
    ]
    make_tracker = tracker_factory(experiment, experiment.variant(variant).control, run, threads)
    with exclusive(lock_of(progress_dir)):
        tables = []
        with tqdm(
            total=sum(map(len, sequences)), desc=f"track {variant} on {benchmark}", unit="frame", disable=None
        ) as bar:
            for sequence in sequences:
                part = progress_dir / f"{short_hash([sequence.name, inputs])}.parquet"
                if not part.exists():
                    write_records(part, protocol(make_tracker(sequence), sequence))
                tables.append(read_records(part))
                bar.update(len(sequence))
        if experiment.dataset(benchmark).role == "test":
            entry = _ledger_entry(variant, benchmark, run, sum(map(len, tables)), short_hash(inputs))
            append_evaluation(Home(experiment).ledger, entry)
        write_records(out, pd.concat(tables, ignore_index=True))
        shutil.rmtree(progress_dir, ignore_errors=True)


def _ledger_entry(variant: str, benchmark: str, run: Path | None, frames: int, settings: str) -> dict[str, Any]:
    """Who was evaluated on what, and when; the fixed controls have no run and seed 0."""
    seed = 0
    if run is not None:
        seed = json.loads((run / "run.json").read_text(encoding="utf-8"))["seed"]
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "variant": variant,
        "seed": seed,
        "benchmark": benchmark,
        "frames": frames,
        "run": sha256_file(run / MANIFEST) if run is not None else "",
        "settings": settings,
    }
