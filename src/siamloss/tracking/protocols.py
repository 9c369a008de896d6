"""Drive a tracker over a sequence: in one pass, or supervised with resets."""

import time

import pandas as pd

from siamloss.data.sequence import Sequence
from siamloss.geometry import polygon_overlap
from siamloss.records import Status
from siamloss.tracking.tracker import Oracle, Tracker

REINIT_FRAMES = 5
"""A supervised run starts again this many frames after a failure. Source: VOT toolkit, ``skip_initialize``."""


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


def _table(sequence: Sequence, rows: list[tuple]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["frame", "x", "y", "w", "h", "score", "seconds", "status"])
    table.insert(0, "sequence", sequence.name)
    return table


PROTOCOLS = {"otb": one_pass, "got10k": one_pass, "vot": supervised}
"""Protocol of each dataset format."""
