"""The verb ``siamloss frames``: sequences to step through, with the boxes of the records and the maps behind them."""

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.errors import CorruptError
from siamloss.geometry.network import GEOMETRY
from siamloss.paths import Home
from siamloss.provenance.atomic import write_text
from siamloss.provenance.manifest import listed_folder
from siamloss.report.examples import choose_examples
from siamloss.report.frames import Track, chosen_frames, frame_entries, small_picture
from siamloss.report.inputs import require
from siamloss.runs import FIXED, compared
from siamloss.tracking.feed import Feed
from siamloss.tracking.job import CONTROLS
from siamloss.tracking.load import tracker_of
from siamloss.tracking.protocols import PLAYS, Stepped, alone, one_pass_play
from siamloss.tracking.watched import Seen, follow_watched

CATALOGUE = "frames.json"
TOLERANCE_PX = 0.01
"""A box that is tracked once more may differ from its record by so much."""

Follow = Callable[[str, Sequence], tuple[pd.DataFrame, dict[int, Seen]]]
"""Of a layout and a sequence: the record table, and what was seen of each frame that was searched."""


def write_frames(
    experiment: Experiment, home: Home, sequences: Mapping[str, list[Sequence]], out: Path, threads: int = 0
) -> None:
    """Write ``frames.json`` and small pictures of the sequences that the qualitative figure shows.

    The boxes are those of the records; the score maps are computed again by the same tracker and protocol.

    Parameters
    ----------
    experiment, home : configuration, and where runs and records are.
    sequences : test sequences by benchmark.
    out : folder to make: ``frames.json`` and a folder of WebP files per sequence.

    Raises
    ------
    MissingDataError : a run, or its records, is missing.
    CorruptError : a run is damaged, or gives other boxes than its records hold.
    """
    tests = experiment.datasets.test
    chosen = [choose_examples(experiment, home, item.name, sequences.get(item.name, [])) for item in tests]
    pair = compared(experiment)
    trackers = [{"variant": name, "label": experiment.variant(name).label} for name, _ in pair]
    follows = [_open_follow(experiment, home, *run, threads) for run in pair]
    entries: list[dict] = []
    with listed_folder(out) as folder:
        for dataset, examples in zip(tests, chosen, strict=True):
            places = [home.records(*run, dataset.name) for run in pair]
            for example in examples:
                name = _free_name(folder, f"{dataset.name}-{example.sequence.name}")
                tracks = [
                    Track(records, retrace(follow, dataset.format, example.sequence, records, place))
                    for follow, records, place in zip(follows, example.records, places, strict=True)
                ]
                size = _write_pictures(folder / name, example.sequence)
                frames = frame_entries(example.sequence, name, tracks, GEOMETRY[experiment.model.backbone])
                facts = {"benchmark": dataset.name, "name": example.sequence.name, "seed": pair[-1][1], "size": size}
                shown = {"gain": round(example.gain, 6), "trackers": trackers, "frames": frames}
                entries.append({**facts, **shown})
        text = json.dumps({"sequences": entries}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        write_text(folder / CATALOGUE, text + "\n")


def retrace(follow: Follow, layout: str, sequence: Sequence, records: pd.DataFrame, place: Path) -> dict[int, Seen]:
    """What the tracker saw of each frame, where its boxes are those of the records.

    Raises
    ------
    CorruptError : they are not; the first frame that differs is named.
    """
    table, seen = follow(layout, sequence)
    remedy = f"delete {place} and run snakemake again"
    where = f"{place}, sequence '{sequence.name}'"
    same = len(table) == len(records) and (table["frame"].to_numpy() == records["frame"].to_numpy()).all()
    if not same:
        raise CorruptError(f"{where}: {len(records)} records of {len(table)} frames; {remedy}")
    found, kept = (rows[list("xywh")].to_numpy(dtype=np.float64) for rows in (table, records))
    apart = np.abs(found - kept).max(axis=1)
    other = table["status"].to_numpy() != records["status"].to_numpy()
    bad = np.flatnonzero(other | ~(apart <= TOLERANCE_PX))
    if bad.size:
        raise CorruptError(
            f"{where}, frame {bad[0] + 1}: the run gives a box {apart[bad[0]]:.2f} px from the record, or another "
            f"state; the records are of other weights, code or hardware: {remedy}"
        )
    return seen


def _open_follow(experiment: Experiment, home: Home, variant: str, seed: int, threads: int) -> Follow:
    """What tracks as the run did; controls without a network see nothing."""
    control = experiment.variant(variant).control
    if control in FIXED:
        make = CONTROLS[control]
        return lambda layout, sequence: (
            alone(PLAYS.get(layout, one_pass_play)(Stepped(make(sequence)), sequence, Feed(sequence))),
            {},
        )
    run = require(home.run(variant, seed), f"run '{variant}' seed {seed}")
    return partial(follow_watched, tracker_of(experiment, run, threads))


def _write_pictures(folder: Path, sequence: Sequence) -> list[int]:
    """Small pictures of the chosen frames; returns width and height of the first one, px."""
    folder.mkdir()
    size: list[int] = []
    for frame in chosen_frames(len(sequence)):
        image = sequence.image(frame)
        size = size or list(image.shape[1::-1])
        (folder / f"{frame:04d}.webp").write_bytes(small_picture(image))
    return size


def _free_name(folder: Path, name: str) -> str:
    """A name for a folder without special characters, not yet taken."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".") or "_"
    taken = (plain, *(f"{plain}.{number}" for number in range(2, 10_000)))
    return next(name for name in taken if not (folder / name).exists())
