"""Drive a tracker over a sequence: in one pass, or supervised with resets."""

import time
from collections.abc import Callable

import pandas as pd

from siamloss.data.sequence import Sequence
from siamloss.geometry import polygon_overlap
from siamloss.records import Status
from siamloss.tracking.tracker import Oracle, Tracker

REINIT_FRAMES = 5
"""A supervised run starts again this many frames after a failure. Source: VOT toolkit, ``skip_initialize``."""

REPETITIONS = 15
"""Supervised runs of a tracker on each sequence. Source: VOT toolkit, stacks 2013 to 2019."""

IDENTICAL_REPETITIONS = 3
"""So many equal first runs show that a tracker is deterministic. Source: VOT toolkit, ``MultiRunExperiment``."""

Protocol = Callable[[Tracker, Sequence], pd.DataFrame]


def one_pass(tracker: Tracker, sequence: Sequence) -> pd.DataFrame:
    """Initialise on the first frame and track to the end; the first row is the ground truth.

    Source
    ------
    OTB one-pass evaluation; GOT-10k.
    """
    rows = []
    for frame in range(len(sequence)):
        image = sequence.image(frame)
        started = time.perf_counter()
        if frame == 0:
            tracker.init(image, sequence.boxes[0])
            box, score, status = sequence.boxes[0], 0.0, Status.INIT
        else:
            box, score = tracker.update(image)
            status = Status.TRACKED
        rows.append((frame, *box, score, time.perf_counter() - started, status))
    return _table(sequence, rows)


def supervised(tracker: Tracker, sequence: Sequence) -> pd.DataFrame:
    """Track until the overlap with the ground truth is zero, then start again ``REINIT_FRAMES`` later.

    The failing frame keeps its box with status FAILURE; the frames up to the new start are SKIPPED with a zero box. A
    start on a frame without target is put off to the next one that shows it; frames without target cannot fail.

    Source
    ------
    VOT toolkit, supervised experiment (Kristan et al. 2015).
    """
    height, width = sequence.image(0).shape[:2]
    rows = []
    start = 0
    for frame in range(len(sequence)):
        if frame < start or (frame == start and not sequence.visible[frame]):
            start = max(start, frame + 1) if frame == start else start
            rows.append((frame, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, Status.SKIPPED))
            continue
        image = sequence.image(frame)
        started = time.perf_counter()
        if frame == start:
            if isinstance(tracker, Oracle):
                tracker.seek(frame)
            tracker.init(image, sequence.boxes[frame])
            box, score, status = sequence.boxes[frame], 0.0, Status.INIT
        else:
            box, score = tracker.update(image)
            status = Status.TRACKED
            polygon = sequence.polygons[frame : frame + 1]
            if sequence.visible[frame] and not polygon_overlap(polygon, box[None], (width, height))[0] > 0:
                status, start = Status.FAILURE, frame + REINIT_FRAMES
        rows.append((frame, *box, score, time.perf_counter() - started, status))
    return _table(sequence, rows)


def repeated(
    protocol: Protocol,
    make_tracker: Callable[[], Tracker],
    sequence: Sequence,
    repetitions: int = REPETITIONS,
    identical: int = IDENTICAL_REPETITIONS,
) -> list[pd.DataFrame]:
    """Run a protocol several times; one whose first runs are identical is not run again.

    Returns
    -------
    The record table of each run made: ``identical`` tables of a deterministic tracker, else ``repetitions``. Times
    are no part of the comparison.

    Source
    ------
    VOT toolkit, ``MultiRunExperiment``; the GOT-10k toolkit has the same rule.
    """
    tables = []
    while len(tables) < repetitions:
        tables.append(protocol(make_tracker(), sequence))
        if len(tables) == identical:
            first, *others = (table.drop(columns="seconds") for table in tables)
            if all(first.equals(other) for other in others):
                break
    return tables


def _table(sequence: Sequence, rows: list[tuple]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["frame", "x", "y", "w", "h", "score", "seconds", "status"])
    table.insert(0, "sequence", sequence.name)
    return table


PROTOCOLS: dict[str, Protocol] = {"otb": one_pass, "got10k": one_pass, "vot": supervised}
"""Protocol of each dataset format."""
