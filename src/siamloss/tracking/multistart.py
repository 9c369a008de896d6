"""Drive a tracker from several starts without reset: the protocol of VOT 2020 to 2022.

A run starts at an anchor and goes forward to the last frame or backward to the first. Its rows stand in the record
table under a run name instead of a sequence name, ``bag@00000050+`` (forward) or ``bag@00000200-`` (backward): the
anchor's 0-based frame in eight digits, as in the VOT toolkit's file names, and the direction. ``frame`` is the frame
of the video, so it falls along a backward run, and ground truth is looked up as for any other record. So the table
needs no other column, and every reader that groups by ``sequence`` keeps the runs apart. A run name is taken apart
with :func:`parse_run`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siamloss.data.sequence import Sequence
from siamloss.data.text import read_table
from siamloss.errors import AnnotationError, RecordError
from siamloss.tracking.feed import Feed
from siamloss.tracking.protocols import ANCHOR_EVERY, Stepped, alone, straight_play
from siamloss.tracking.steps import Play
from siamloss.tracking.tracker import SteppedTracker, Tracker

_RUN = re.compile(r"(?P<sequence>.+)@(?P<anchor>\d{8})(?P<direction>[+-])")


@dataclass(frozen=True)
class Run:
    """One start: ``anchor`` is a 0-based frame, ``forward`` the direction."""

    sequence: str
    anchor: int
    forward: bool

    @property
    def name(self) -> str:
        """Name in the ``sequence`` column of the records."""
        return f"{self.sequence}@{self.anchor:08d}{'+' if self.forward else '-'}"

    def frames(self, length: int) -> np.ndarray:
        """Video frames of the run in the order they are tracked, of a video of ``length`` frames."""
        return np.arange(self.anchor, length) if self.forward else np.arange(self.anchor, -1, -1)


def parse_run(name: str) -> Run:
    """Sequence, anchor and direction of a run name.

    Raises
    ------
    RecordError : the name is not that of a multi-start run.

    Examples
    --------
    >>> parse_run("bag@00000200-")
    Run(sequence='bag', anchor=200, forward=False)
    """
    match = _RUN.fullmatch(name)
    if match is None:
        raise RecordError(f"'{name}' is not the name of a multi-start run; track with siamloss.tracking.multistart")
    return Run(match["sequence"], int(match["anchor"]), match["direction"] == "+")


def place_anchors(visible: np.ndarray, every: int = ANCHOR_EVERY) -> np.ndarray:
    """Anchors ``(T,)`` for a video without ``anchor.value``: +1 start forward, -1 start backward, 0 none.

    Parameters
    ----------
    visible : bool ``(T,)``; an anchor on a frame without target moves to the nearest one that shows it.
    every : frames between anchors; the first and the last frame have one.

    Source
    ------
    VOT2020 challenge results (Kristan et al. 2020): the direction is that of the longer part of the video. From memory;
    the official datasets carry the anchors they were evaluated with.
    """
    length, shown = len(visible), np.flatnonzero(visible)
    anchors = np.zeros(length, dtype=np.int8)
    for frame in {*range(0, length, every), length - 1}:
        nearest = int(shown[np.argmin(np.abs(shown - frame))])
        anchors[nearest] = 1 if 2 * nearest < length else -1
    return anchors


def read_anchors(path: Path, length: int) -> np.ndarray:
    """Anchors ``(length,)`` of a dataset's ``anchor.value``: > 0 forward, < 0 backward; short files end in zeros.

    Raises
    ------
    AnnotationError : more values than frames.
    """
    values = read_table(path, "anchor file", (1,))[:, 0]
    if len(values) > length:
        raise AnnotationError(f"{path} has {len(values)} anchors for {length} frames; restore the file")
    return np.pad(values, (0, length - len(values)))


def list_runs(name: str, anchors: np.ndarray) -> list[Run]:
    """The runs of a video: forward anchors in order, then backward ones.

    Raises
    ------
    AnnotationError : there is no anchor.
    """
    anchors = np.asarray(anchors)
    runs = [Run(name, int(frame), True) for frame in np.flatnonzero(anchors > 0)]
    runs += [Run(name, int(frame), False) for frame in np.flatnonzero(anchors < 0)]
    if not runs:
        raise AnnotationError(f"sequence '{name}' has no anchor; restore its anchor.value or leave anchors out")
    return runs


def multistart(tracker: Tracker, sequence: Sequence, anchors: np.ndarray | None = None) -> pd.DataFrame:
    """Track from every anchor to the end of its direction, without reset.

    Parameters
    ----------
    anchors : ``(T,)``, > 0 forward, < 0 backward (:func:`read_anchors`); None places them every 50 frames.

    Returns
    -------
    Record table; ``sequence`` holds run names (see the module), the anchor's row has status INIT, all others TRACKED.

    Source
    ------
    VOT toolkit, ``MultiStartExperiment``.
    """
    tables = []
    for run in list_runs(sequence.name, place_anchors(sequence.visible) if anchors is None else anchors):
        feed = Feed(sequence, step=1 if run.forward else -1)
        tables.append(alone(start_play(run, Stepped(tracker), sequence, feed)))
    return pd.concat(tables, ignore_index=True)


def start_play(run: Run, tracker: SteppedTracker, sequence: Sequence, feed: Feed) -> Play:
    """One run of :func:`multistart`, step by step; runs of one sequence can be played side by side."""
    return straight_play(run.name, run.frames(len(sequence)), tracker, sequence, feed)
