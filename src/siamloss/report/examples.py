"""Which sequences and frames are shown of a benchmark, by rule: for the qualitative figure and for stepping through."""

from collections.abc import Sequence as Seq
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.geometry import overlap, polygon_overlap
from siamloss.paths import Home
from siamloss.records import Status
from siamloss.report.inputs import read_track
from siamloss.runs import compared

COLUMNS = 5
"""Frames of a sequence that the figure shows."""


@dataclass(frozen=True)
class Example:
    """A sequence that is shown.

    Attributes
    ----------
    records : of the baseline and of ours, the rows of this sequence.
    gain : mean overlap of ours minus that of the baseline, in [-1, 1].
    """

    sequence: Sequence
    records: tuple[pd.DataFrame, pd.DataFrame]
    gain: float


def choose_examples(experiment: Experiment, home: Home, benchmark: str, sequences: Seq[Sequence]) -> list[Example]:
    """The sequences of a benchmark that are shown, from the greatest gain to the greatest loss.

    Raises
    ------
    MissingDataError : one of the two runs has no records.
    """
    if not sequences:
        return []
    tracks = [read_track(home, name, seed, benchmark) for name, seed in compared(experiment)]
    rows = [tuple(track[track["sequence"] == sequence.name] for track in tracks) for sequence in sequences]
    means = np.array(
        [[mean_overlap(sequence, records) for records in pair] for sequence, pair in zip(sequences, rows, strict=True)]
    )
    return [
        Example(sequences[index], rows[index], float(means[index, 1] - means[index, 0]))
        for index in choose_sequences(means[:, 0], means[:, 1], experiment.report.qualitative_sequences)
    ]


def frame_overlaps(sequence: Sequence, records: pd.DataFrame) -> np.ndarray:
    """Overlap ``(T,)`` of a run with the ground truth; NaN where there is no prediction or no target.

    Notes
    -----
    Polygons, where a sequence has them, else boxes; not clipped to the image, unlike VOT's own measure.
    """
    boxes = np.full((len(sequence), 4), np.nan)
    tracked = records[~records["status"].isin([Status.FAILURE, Status.SKIPPED])]
    tracked = tracked[tracked["frame"] < len(sequence)]
    boxes[tracked["frame"].to_numpy()] = tracked[["x", "y", "w", "h"]].to_numpy(dtype=np.float64)
    known = np.isfinite(boxes).all(axis=1) & sequence.visible
    result = np.full(len(sequence), np.nan)
    if sequence.polygons is not None:
        result[known] = polygon_overlap(sequence.polygons[known], boxes[known])
    else:
        result[known] = overlap(sequence.boxes[known], boxes[known])
    return result


def mean_overlap(sequence: Sequence, records: pd.DataFrame) -> float:
    """Mean over visible frames; a frame without a prediction counts 0."""
    return float(np.nan_to_num(frame_overlaps(sequence, records))[sequence.visible].mean())


def choose_frames(sequence: Sequence, count: int = COLUMNS) -> np.ndarray:
    """Evenly spaced visible frames after the first, where every tracker is right by construction."""
    candidates = np.flatnonzero(sequence.visible)[1:]
    if candidates.size == 0:
        return np.array([0])
    return candidates[np.unique(np.linspace(0, candidates.size - 1, count).round().astype(int))]


def choose_sequences(baseline: Seq[float], ours: Seq[float], count: int) -> list[int]:
    """Indices evenly spread over the rank of ``ours - baseline``: with two, the greatest loss and the greatest gain.

    A rule, not a taste: the figure shows where ours loses as readily as where it wins. One picture means the median.
    """
    order = np.argsort(np.asarray(ours) - np.asarray(baseline), kind="stable")[::-1]
    if count <= 1:
        return [int(order[len(order) // 2])] if count else []
    picks = np.unique(np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(int))
    return [int(order[index]) for index in picks]


def truth_corners(sequence: Sequence, frame: int) -> np.ndarray:
    """Corners ``(4, 2)`` of the ground truth of a frame that shows the target, px, 0-based corner convention."""
    if sequence.polygons is not None:
        return sequence.polygons[frame].reshape(4, 2)
    return box_corners(sequence.boxes[frame])


def box_corners(box: np.ndarray) -> np.ndarray:
    """Corners ``(4, 2)`` of a box x, y, w, h, in its own convention."""
    x, y, w, h = box
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])
