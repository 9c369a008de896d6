"""The verb ``siamloss track``: one run on one benchmark, resumed sequence by sequence."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from siamloss.config import Experiment
from siamloss.data.readers import reader_place
from siamloss.data.sequence import Sequence
from siamloss.data.verified import open_verified
from siamloss.errors import ConfigError
from siamloss.paths import Home
from siamloss.provenance.fingerprint import code_fingerprint
from siamloss.provenance.hashing import sha256_file, short_hash
from siamloss.provenance.manifest import NAME as MANIFEST
from siamloss.provenance.manifest import read_listed
from siamloss.provenance.unfinished import at_work, leave
from siamloss.records import read_records, write_records
from siamloss.records.ledger import append_evaluation
from siamloss.tracking.by_name import NETWORK
from siamloss.tracking.feed import Feed
from siamloss.tracking.protocols import PLAYS, Stepped, alone, one_pass_play
from siamloss.tracking.tracker import NeverMoves, Oracle

CONTROLS: dict[str, Callable[[Sequence], Any]] = {"never-moves": lambda sequence: NeverMoves(), "oracle": Oracle}
"""Trackers without a network."""

Player = Callable[[list[Sequence]], Iterator[tuple[int, pd.DataFrame]]]
"""Tracks sequences; gives the number and the record table of each, in the order in which they end."""


def track_run(
    experiment: Experiment,
    variant: str,
    benchmark: str,
    manifest: Path,
    run: Path | None,
    progress_dir: Path,
    out: Path,
    threads: int = 0,
    streams: int = 0,
    keep: bool = False,
) -> None:
    """Track every sequence of a benchmark and write its records to ``out``.

    A finished tracking of a test dataset is entered in the ledger of test evaluations before its records appear, so
    that none is missing there.
    Finished sequences are kept in ``progress_dir``; the next call goes on with those that are missing. With ``keep``
    they stay there when all are finished (:mod:`siamloss.provenance.unfinished`): a call after that tracks nothing, and
    is no other evaluation.
    """
    dataset = experiment.dataset(benchmark)
    if run and experiment.variant(variant).control in CONTROLS:
        raise ConfigError(f"'{variant}' is a control without a network; leave --run out")
    code = code_fingerprint(__name__, reader_place(dataset.format, dataset.reader), *(NETWORK if run else ()))
    sequences = open_verified(experiment, benchmark, manifest)
    player = _open_player(experiment, variant, dataset.format, run, streams, threads)
    settings = [asdict(experiment.track), asdict(experiment.model), experiment.crops.context]
    inputs = [
        experiment.variant(variant).control,
        settings,
        experiment.device,
        code,
        [sha256_file(path) for path in (manifest, run / MANIFEST if run else manifest)],
    ]
    with at_work(progress_dir):
        parts = [progress_dir / f"{short_hash([sequence.name, inputs])}.parquet" for sequence in sequences]
        todo = [index for index, part in enumerate(parts) if not part.exists()]
        with tqdm(
            total=sum(map(len, sequences)), desc=f"track {variant} on {benchmark}", unit="frame", disable=None
        ) as bar:
            bar.update(sum(len(sequences[index]) for index in range(len(parts)) if index not in todo))
            for number, table in player([sequences[index] for index in todo]):
                write_records(parts[todo[number]], table)
                bar.update(len(table))
        tables = [read_records(part) for part in parts]
        entered = progress_dir / f"{short_hash(inputs)}.entered"
        if dataset.role == "test" and not entered.exists():
            entry = _ledger_entry(variant, benchmark, run, sum(map(len, tables)), short_hash(inputs))
            append_evaluation(Home(experiment).ledger, entry)
            entered.touch()
        write_records(out, pd.concat(tables, ignore_index=True))
        leave(progress_dir, keep)


def _open_player(
    experiment: Experiment, variant: str, layout: str, run: Path | None, streams: int, threads: int
) -> Player:
    """What tracks sequences; a run is opened and checked now. Torch is imported only for a network, and by name: the
    controls do not depend on the network's code (:data:`siamloss.tracking.by_name.NETWORK`)."""
    play, control = PLAYS.get(layout, one_pass_play), experiment.variant(variant).control
    if control in CONTROLS:
        return lambda sequences: (
            (index, alone(play(Stepped(CONTROLS[control](sequence)), sequence, Feed(sequence))))
            for index, sequence in enumerate(sequences)
        )
    batched, load = (import_module(name) for name in NETWORK)
    tracker = load.tracker_of(experiment, run, threads)
    return lambda sequences: batched.play_all(
        tracker.network,
        (batched.Part(sequence, partial(play, tracker.new_target(), sequence)) for sequence in sequences),
        streams,
    )


def _ledger_entry(variant: str, benchmark: str, run: Path | None, frames: int, settings: str) -> dict[str, Any]:
    """Who was evaluated on what, and when; the fixed controls have no run and seed 0."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "variant": variant,
        "seed": json.loads(read_listed(run, "run.json"))["seed"] if run is not None else 0,
        "benchmark": benchmark,
        "frames": frames,
        "run": sha256_file(run / MANIFEST) if run is not None else "",
        "settings": settings,
    }
