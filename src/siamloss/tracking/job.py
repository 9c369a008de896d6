"""The verb ``siamloss track``: one run on one benchmark, resumed sequence by sequence."""

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.data.verified import open_verified
from siamloss.errors import ConfigError
from siamloss.provenance.hashing import sha256_file, short_hash
from siamloss.provenance.lock import exclusive
from siamloss.provenance.manifest import NAME as MANIFEST
from siamloss.records import read_records, write_records
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
    with exclusive(progress_dir.with_suffix(".lock")):
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
        write_records(out, pd.concat(tables, ignore_index=True))
        shutil.rmtree(progress_dir, ignore_errors=True)
