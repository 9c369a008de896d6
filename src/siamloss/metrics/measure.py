"""Records of all runs on one benchmark -> tidy metrics and curves."""

from collections.abc import Mapping
from collections.abc import Sequence as ListOf

import numpy as np
import pandas as pd

from siamloss.config import Dataset
from siamloss.data.sequence import Sequence
from siamloss.errors import RecordError
from siamloss.metrics.run_scores import judge_of
from siamloss.records import Status

METRIC_COLUMNS = ["benchmark", "metric", "variant", "seed", "sequence", "term", "value", "weight"]
CURVE_COLUMNS = ["benchmark", "curve", "variant", "seed", "sequence", "threshold", "value"]
BOX_COLUMNS = ["x", "y", "w", "h"]


def measure(
    dataset: Dataset, sequences: list[Sequence], runs: Mapping[tuple[str, int], pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score runs by the protocol of the dataset's format.

    Parameters
    ----------
    dataset : its format chooses the protocol, its name fills the ``benchmark`` column, and the year or the interval of
        a VOT set says where the expected average overlap is taken.
    sequences : all sequences to score; records of other sequences are ignored.
    runs : (variant, seed) -> record table (:mod:`siamloss.records`), rows in any order.

    Returns
    -------
    metrics : ``benchmark, metric, variant, seed, sequence, term, value, weight``. The benchmark's own number is the
        mean over terms of the mean of ``value`` over sequences weighted by ``weight``; terms without weight are left
        out. ``term`` is 0, the only one, but for EAO, which has one for each n of its interval. Weights: 1 for OTB,
        scored frames for GOT-10k, 1 / sequences of the class for its class-balanced metrics (only where all classes
        are known), frames for VOT accuracy and failures, fragments for EAO. Where the weight is 0 nothing could be
        scored and the value is NaN.
    curves : ``benchmark, curve, variant, seed, sequence, threshold, value``; ``success`` and ``precision`` for OTB and
        GOT-10k, no rows for VOT.

    Raises
    ------
    RecordError : a missing sequence, another number of frames, NaN boxes, or records of another protocol.
    """
    judge = judge_of(dataset, sequences)
    metrics, curves = [], []
    for (variant, seed), records in runs.items():
        tracks = _tracks(records)
        checked = [
            _checked(
                tracks.get(sequence.name),
                sequence,
                dataset.format == "vot",
                f"run '{variant}' seed {seed}, sequence '{sequence.name}'",
            )
            for sequence in sequences
        ]
        scores, drawn = judge(checked)
        for item in scores:
            metrics.append(((dataset.name, item.metric, variant, seed), (item.terms, item.values, item.weights)))
        for item in drawn:
            curves.append(((dataset.name, item.name, variant, seed), (item.thresholds, item.values)))
    names = [sequence.name for sequence in sequences]
    return _tidy(metrics, names, METRIC_COLUMNS), _tidy(curves, names, CURVE_COLUMNS)


def _tracks(records: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Frame numbers ``(T,)``, boxes float64 ``(T, 4)`` and status ``(T,)`` of each sequence, in frame order."""
    frame, status = records["frame"].to_numpy(), records["status"].to_numpy()
    boxes = records[BOX_COLUMNS].to_numpy(dtype=np.float64)
    tracks = {}
    for name, rows in records.groupby("sequence", sort=False).indices.items():
        rows = rows[np.argsort(frame[rows], kind="stable")]
        tracks[name] = frame[rows], boxes[rows], status[rows]
    return tracks


def _checked(track: tuple | None, sequence: Sequence, supervised: bool, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Boxes float64 ``(T, 4)`` and status ``(T,)`` of all frames, or a :class:`RecordError`."""
    if track is None:
        raise RecordError(f"{where}: no records; track this run again")
    frame, boxes, status = track
    if not np.array_equal(frame, np.arange(len(sequence))):
        raise RecordError(
            f"{where}: {len(frame)} records do not fit the {len(sequence)} frames one to one; track this run again"
        )
    lost = np.isin(status, (Status.FAILURE, Status.SKIPPED))
    if (status[0] != Status.INIT) if supervised else lost.any():
        protocol = "supervised (first status INIT)" if supervised else "one-pass (no failures)"
        raise RecordError(f"{where}: the records are not of the {protocol} protocol; track this run again")
    bad = np.flatnonzero(~np.isfinite(boxes).all(axis=1) & ~lost)
    if bad.size:
        raise RecordError(f"{where}: the box of frame {bad[0]} (0-based) is NaN or infinite; track this run again")
    return boxes, status


def _tidy(
    parts: ListOf[tuple[tuple, tuple[np.ndarray, ...]]], names: ListOf[str], columns: ListOf[str]
) -> pd.DataFrame:
    """One row per part, sequence and point.

    Parameters
    ----------
    parts : the first four columns, and the others as arrays: the first ``(N,)``, the same for all Q sequences, the
        others ``(Q, N)``. N may differ from part to part.
    names : of the Q sequences, the fifth column.
    """
    keys = pd.DataFrame([(*key, name) for key, _ in parts for name in names], columns=columns[:5])
    points = [len(arrays[0]) for _, arrays in parts for _ in names]
    table = keys.loc[keys.index.repeat(points)].reset_index(drop=True)
    for number, column in enumerate(columns[5:]):
        filled = [np.broadcast_to(arrays[number], (len(names), len(arrays[0]))).ravel() for _, arrays in parts]
        table[column] = np.concatenate(filled) if filled else np.empty(0)
    return table
