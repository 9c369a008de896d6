"""Records of all runs on one benchmark -> tidy metrics and curves."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siamloss.config import Dataset
from siamloss.data.sequence import Sequence
from siamloss.errors import RecordError
from siamloss.metrics import got10k, otb, vot
from siamloss.records import Status

METRIC_COLUMNS = ["benchmark", "metric", "variant", "seed", "sequence", "value", "weight"]
CURVE_COLUMNS = ["benchmark", "curve", "variant", "seed", "sequence", "threshold", "value"]
BOX_COLUMNS = ["x", "y", "w", "h"]

Measured = tuple[list[tuple[str, float, float]], list[tuple[str, np.ndarray, np.ndarray]]]
"""Of one run on one sequence: (metric, value, weight) and (curve, thresholds, values)."""


def measure(
    dataset: Dataset, sequences: list[Sequence], runs: Mapping[tuple[str, int], pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score runs by the protocol of the dataset's format.

    Parameters
    ----------
    dataset : its format chooses the protocol, its name fills the ``benchmark`` column.
    sequences : all sequences to score; records of other sequences are ignored.
    runs : (variant, seed) -> record table (:mod:`siamloss.records`), rows in any order.

    Returns
    -------
    metrics : ``benchmark, metric, variant, seed, sequence, value, weight``. The benchmark's own number is the mean of
        ``value`` over sequences weighted by ``weight``: 1 for OTB, scored frames for GOT-10k and VOT accuracy, frames
        for VOT robustness. Where the weight is 0 nothing could be scored and the value is NaN.
    curves : ``benchmark, curve, variant, seed, sequence, threshold, value``; ``success`` and ``precision`` for OTB and
        GOT-10k, no rows for VOT.

    Raises
    ------
    RecordError : a missing sequence, another number of frames, NaN boxes, or records of another protocol.
    """
    sizes = {} if dataset.format == "otb" else {sequence.name: _image_size(sequence) for sequence in sequences}
    metrics, keys, thresholds, values = [], [], [], []
    for (variant, seed), records in runs.items():
        tracks = _tracks(records)
        for sequence in sequences:
            where = f"run '{variant}' seed {seed}, sequence '{sequence.name}'"
            boxes, status = _checked(tracks.get(sequence.name), sequence, dataset.format == "vot", where)
            measured, curves = _score(dataset, sequence, boxes, status, sizes.get(sequence.name))
            metrics += [
                (dataset.name, name, variant, seed, sequence.name, value, weight) for name, value, weight in measured
            ]
            for name, at, curve in curves:
                keys.append((dataset.name, name, variant, seed, sequence.name))
                thresholds.append(at)
                values.append(curve)
    return pd.DataFrame(metrics, columns=METRIC_COLUMNS), _curve_table(keys, thresholds, values)


def _image_size(sequence: Sequence) -> tuple[int, int]:
    """Width and height of the first frame, px."""
    height, width = sequence.image(0).shape[:2]
    return width, height


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


def _score(
    dataset: Dataset, sequence: Sequence, boxes: np.ndarray, status: np.ndarray, image_size: tuple[int, int] | None
) -> Measured:
    if dataset.format == "vot":
        polygons = vot.box_to_polygon(sequence.boxes) if sequence.polygons is None else sequence.polygons
        score = vot.score_sequence(boxes, status, polygons, image_size, sequence.visible)
        accuracy = ("accuracy", score.accuracy, float(score.scored_frames))
        return [accuracy, ("robustness", float(score.failures), float(score.length))], []
    if dataset.format == "otb":
        score = otb.score_sequence(boxes, sequence.boxes)
        metrics = [("success_auc", score.success_auc, 1.0), ("precision_20", score.precision_20, 1.0)]
    else:
        score = got10k.score_sequence(boxes, sequence.boxes, sequence.visible, image_size)
        metrics = [(name, getattr(score, name), float(score.frames)) for name in ("ao", "sr_50", "sr_75")]
    curves = [
        ("success", otb.SUCCESS_THRESHOLDS, score.success),
        ("precision", otb.PRECISION_THRESHOLDS, score.precision),
    ]
    return metrics, curves


def _curve_table(keys: list[tuple], thresholds: list[np.ndarray], values: list[np.ndarray]) -> pd.DataFrame:
    head = pd.DataFrame(keys, columns=CURVE_COLUMNS[:5])
    table = head.loc[head.index.repeat([len(at) for at in thresholds])].reset_index(drop=True)
    table["threshold"] = np.concatenate([np.empty(0), *thresholds])
    table["value"] = np.concatenate([np.empty(0), *values])
    return table
