"""Drive a tracker over a sequence: in one pass, or supervised with resets."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from siamloss.data.sequence import Sequence
from siamloss.errors import AnnotationError
from siamloss.geometry import polygon_overlap
from siamloss.records import Status
from siamloss.tracking.feed import Feed
from siamloss.tracking.steps import Play, Steps
from siamloss.tracking.tracker import Oracle, SteppedTracker, Tracker

REINIT_FRAMES = 5
"""A supervised run starts again this many frames after a failure. Source: VOT toolkit, ``skip_initialize``."""

REPETITIONS = 15
"""Supervised runs of a tracker on each sequence. Source: VOT toolkit, stacks 2013 to 2019."""

IDENTICAL_REPETITIONS = 3
"""So many equal first runs show that a tracker is deterministic. Source: VOT toolkit, ``MultiRunExperiment``."""

ANCHOR_EVERY = 50
"""Frames between the starts of a run from several anchors, where the dataset gives none."""

Protocol = Callable[[Tracker, Sequence], pd.DataFrame]
COLUMNS = ["frame", "x", "y", "w", "h", "score", "seconds", "status"]


class Stepped:
    """A tracker that asks nobody, in the form that a protocol drives."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker

    def init(self, image: np.ndarray, box: np.ndarray) -> Steps:
        self._tracker.init(image, box)
        return box, 0.0
        yield

    def update(self, image: np.ndarray) -> Steps:
        return self._tracker.update(image)
        yield

    def seek(self, frame: int) -> None:
        if isinstance(self._tracker, Oracle):
            self._tracker.seek(frame)


def alone(play: Play) -> pd.DataFrame:
    """The record table of a protocol whose tracker asks nobody."""
    try:
        next(play)
    except StopIteration as end:
        return end.value
    raise TypeError("this tracker asks a network; give the play to siamloss.tracking.batched")


def _start(tracker: SteppedTracker, image: np.ndarray, sequence: Sequence, frame: int) -> Steps:
    """Start on the ground truth; an error says where."""
    try:
        return (yield from tracker.init(image, sequence.boxes[frame]))
    except AnnotationError as error:
        raise AnnotationError(f"sequence '{sequence.name}', frame {frame + 1}: {error}") from error


def straight_play(name: str, frames: Iterable[int], tracker: SteppedTracker, sequence: Sequence, feed: Feed) -> Play:
    """Start on the first of ``frames`` and track through the others; the records go under ``name``."""
    rows: list[tuple] = []
    for frame in frames:
        image = feed.image(frame)
        tracker.seek(frame)
        if not rows:
            yield from _start(tracker, image, sequence, frame)
            box, score, status = sequence.boxes[frame], 0.0, Status.INIT
        else:
            box, score = yield from tracker.update(image)
            status = Status.TRACKED
        rows.append((frame, *box, score, feed.seconds(), status))
    return record_table(name, rows)


def one_pass_play(tracker: SteppedTracker, sequence: Sequence, feed: Feed) -> Play:
    """:func:`one_pass`, step by step."""
    return straight_play(sequence.name, range(len(sequence)), tracker, sequence, feed)


def supervised_play(tracker: SteppedTracker, sequence: Sequence, feed: Feed) -> Play:
    """:func:`supervised`, step by step."""
    rows = []
    start = 0
    for frame in range(len(sequence)):
        if frame < start or (frame == start and not sequence.visible[frame]):
            start = max(start, frame + 1) if frame == start else start
            rows.append((frame, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, Status.SKIPPED))
            continue
        image = feed.image(frame)
        if frame == 0:
            height, width = image.shape[:2]
        tracker.seek(frame)
        if frame == start:
            yield from _start(tracker, image, sequence, frame)
            box, score, status = sequence.boxes[frame], 0.0, Status.INIT
        else:
            box, score = yield from tracker.update(image)
            status = Status.TRACKED
            polygon = sequence.polygons[frame : frame + 1]
            if sequence.visible[frame] and not polygon_overlap(polygon, box[None], (width, height))[0] > 0:
                status, start = Status.FAILURE, frame + REINIT_FRAMES
        rows.append((frame, *box, score, feed.seconds(), status))
    return record_table(sequence.name, rows)


def one_pass(tracker: Tracker, sequence: Sequence) -> pd.DataFrame:
    """Initialise on the first frame and track to the end; the first row is the ground truth.

    Source
    ------
    OTB one-pass evaluation; GOT-10k.
    """
    return alone(one_pass_play(Stepped(tracker), sequence, Feed(sequence)))


def supervised(tracker: Tracker, sequence: Sequence) -> pd.DataFrame:
    """Track until the overlap with the ground truth is zero, then start again ``REINIT_FRAMES`` later.

    The failing frame keeps its box with status FAILURE; the frames up to the new start are SKIPPED with a zero box. A
    start on a frame without target is put off to the next one that shows it; frames without target cannot fail.

    Source
    ------
    VOT toolkit, supervised experiment (Kristan et al. 2015).
    """
    return alone(supervised_play(Stepped(tracker), sequence, Feed(sequence)))


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


def record_table(name: str, rows: list[tuple]) -> pd.DataFrame:
    """Record table of one sequence or run; rows in the order of :data:`COLUMNS`."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.insert(0, "sequence", name)
    return table


PLAYS: dict[str, Callable[[SteppedTracker, Sequence, Feed], Play]] = {
    "otb": one_pass_play,
    "got10k": one_pass_play,
    "vot": supervised_play,
}
"""Protocol of each dataset format, step by step; the formats that are not here are tracked in one pass."""
