"""Score result files on OTB."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from siamloss.data.otb import ATTRIBUTES
from siamloss.data.text import read_lines
from siamloss.errors import AnnotationError, MissingDataError, RecordError
from siamloss.evaluate.result import Evaluation, TrackerResult
from siamloss.evaluate.shared import chosen_names, pick, refuse_missing, score_trackers
from siamloss.metrics import otb
from siamloss.metrics.otb_curves import NORMALIZED_THRESHOLDS, PRECISION_THRESHOLDS, SUCCESS_THRESHOLDS
from siamloss.metrics.otb_lists import LISTS, sequence_key
from siamloss.records.boxfiles import Rule, read_box_files
from siamloss.records.resultfolders import Files, find_trackers

METRICS = ("success_auc", "precision_20", "normalized_precision", "normalized_precision_20")
_RECT = re.compile(r"groundtruth_rect\.?(.*?)\.?\.txt")
_ANNOTATION = Rule("annotation", finite=True, sized=False, error=AnnotationError)


@dataclass(frozen=True, eq=False)
class Truth:
    """Annotations by sequence: float64 ``(T, 4)`` in the files' own 1-based coordinates, and attributes."""

    boxes: dict[str, np.ndarray]
    attributes: dict[str, frozenset[str]]


def evaluate_otb(
    annotations: Path,
    results: Iterable[Path],
    sequence_list: str | None = None,
    *,
    variant: str = "otb",
    zero_based: bool = False,
    allow_missing: bool = False,
) -> Evaluation:
    """Score one or more trackers on OTB.

    Parameters
    ----------
    annotations : folder of ``<sequence>.txt``, or of ``<sequence>/groundtruth_rect*.txt``; 1-based, as published.
    results : folders of result files, see :func:`siamloss.records.resultfolders.find_trackers`.
    sequence_list : a file with one name per line, or a name such as ``otb100``; None for all annotated sequences.
    variant : whose rules; see :mod:`siamloss.metrics.otb_frames`.
    zero_based : the corners of the results count from 0. The OTB, GOT-10k and pysot toolkits all write OTB results in
        the coordinates of the annotations, from 1.
    allow_missing : leave out, and count, sequences whose results are absent or cannot be used.

    Returns
    -------
    Evaluation; where there are several repetitions, a sequence's value is the mean over them.

    Raises
    ------
    RecordError : results that are absent or cannot be used, with file and line.
    MissingDataError, AnnotationError : the same for annotations and the list.
    """
    names, list_name = chosen_names(sequence_list, LISTS)
    truth = read_otb_truth(annotations, names)
    trackers = find_trackers(results, truth.boxes, sequence_key)
    score = partial(_score_tracker, truth=truth, variant=variant, zero_based=zero_based, allow_missing=allow_missing)
    scored = score_trackers(trackers, score)
    thresholds = {
        "success": SUCCESS_THRESHOLDS,
        "precision": PRECISION_THRESHOLDS,
        "normalized": NORMALIZED_THRESHOLDS,
    }
    return Evaluation("otb", variant, list_name, scored, thresholds, truth.attributes)


def read_otb_truth(folder: Path, names: list[str] | None) -> Truth:
    """Read annotations, of the listed sequences or of all."""
    if not folder.is_dir():
        raise MissingDataError(f"annotation folder {folder} is missing; give the folder of the annotation files")
    paths = _annotation_files(folder)
    if not paths:
        raise MissingDataError(
            f"{folder} holds no annotation; give the folder of <sequence>.txt or <sequence>/groundtruth_rect.txt"
        )
    by_key = {sequence_key(name): name for name in paths}
    if len(by_key) < len(paths):
        name = next(name for name in paths if by_key[sequence_key(name)] != name)
        raise AnnotationError(f"{folder} has two annotations for sequence '{name}'; remove one of them")
    picked = pick(names, by_key, folder, sequence_key)
    boxes = read_box_files([paths[name] for name in picked], _ANNOTATION)
    flags = next((at for at in (folder / "anno" / "att", folder / "att") if at.is_dir()), None)
    files = {name: flags / f"{name}.txt" for name in picked} if flags else {}
    attributes = {name: _attributes(path) for name, path in files.items() if path.is_file()}
    return Truth(dict(zip(picked, boxes, strict=True)), attributes)


def _annotation_files(folder: Path) -> dict[str, str]:
    """Annotation file of each sequence; an empty file is none (Human4 has one)."""
    with os.scandir(folder) as entries:
        found = sorted((entry.name, entry.path) for entry in entries if entry.name[0] != ".")
    paths = {name[:-4]: path for name, path in found if name.endswith(".txt") and os.path.getsize(path)}
    if paths:
        return paths
    for name, path in found:
        if not os.path.isdir(path):
            continue
        for file in sorted(os.listdir(path)):
            if (match := _RECT.fullmatch(file)) and os.path.getsize(os.path.join(path, file)):
                paths[f"{name}-{match[1]}" if match[1] else name] = os.path.join(path, file)
    return paths


def _attributes(path: Path) -> frozenset[str]:
    """The toolkit's eleven 0/1 flags."""
    flags = [flag for flag in ",".join(read_lines(path, "attribute file")).replace(" ", ",").split(",") if flag]
    if len(flags) != len(ATTRIBUTES) or not set(flags) <= {"0", "1"}:
        raise AnnotationError(f"{path}, line 1: not {len(ATTRIBUTES)} flags of 0 or 1; restore the file")
    return frozenset(item for item, flag in zip(ATTRIBUTES, flags, strict=True) if flag == "1")


def _score_tracker(
    tracker: str, files: Files, truth: Truth, variant: str, zero_based: bool, allow_missing: bool
) -> TrackerResult:
    not_scored = refuse_missing(tracker, truth.boxes, files, allow_missing)
    runs = [(name, path) for name in truth.boxes for path in files.get(name, ())]
    problems: dict[str, str] | None = {} if allow_missing else None
    tables = read_box_files([path for _, path in runs], problems=problems)
    not_scored |= {name: problems[path] for name, path in runs if problems and path in problems}
    kept: dict[str, list[np.ndarray]] = {}
    for (name, path), boxes in zip(runs, tables, strict=True):
        if name in not_scored:
            continue
        try:
            otb.align(boxes, truth.boxes[name], name)
        except RecordError as error:
            line = min(len(boxes), len(truth.boxes[name])) + 1
            message = f"{path}, line {line}: {error}"
            if not allow_missing:
                raise RecordError(message) from error
            not_scored[name] = message
            continue
        kept.setdefault(name, []).append(boxes)
    kept = {name: tables for name, tables in kept.items() if name not in not_scored}
    if not kept:
        return TrackerResult({}, {}, not_scored)
    flat = [(name, boxes) for name, repetitions in kept.items() for boxes in repetitions]
    predicted = np.concatenate([boxes for _, boxes in flat])
    if zero_based:
        predicted[:, :2] += 1.0
    annotated, starts = _joined(truth, tuple((name, len(boxes)) for name, boxes in flat))
    curves = otb.sequence_curves(predicted, annotated, starts, variant)
    counts = np.array([len(repetitions) for repetitions in kept.values()])
    first = np.cumsum(counts) - counts
    return _result(list(kept), [np.add.reduceat(curve, first) / counts[:, None] for curve in curves], not_scored)


@lru_cache(maxsize=4)
def _joined(truth: Truth, runs: tuple[tuple[str, int], ...]) -> tuple[np.ndarray, np.ndarray]:
    """The last annotations of each sequence, as many as it has results, one behind the other, and where each starts.

    Trackers mostly have the same sequences and lengths, so most of them share one copy.
    """
    boxes = np.concatenate([truth.boxes[name][len(truth.boxes[name]) - count :] for name, count in runs])
    counts = np.array([count for _, count in runs])
    return boxes, np.cumsum(counts) - counts


def _result(names: list[str], curves: list[np.ndarray], not_scored: dict[str, str]) -> TrackerResult:
    """Numbers of the sequences' curves ``(Q, thresholds)`` and of their mean."""
    success, precision, normalized = curves
    values = (
        success.mean(axis=1),
        precision[:, otb.OTB.precision_px],
        normalized.mean(axis=1),
        normalized[:, otb.NORMALIZED_AT],
    )
    rows = np.stack(values, axis=1).tolist()
    mean = otb.OtbScore(*(curve.mean(axis=0) for curve in curves))
    return TrackerResult(
        overall={metric: getattr(mean, metric) for metric in METRICS},
        sequences={name: dict(zip(METRICS, row, strict=True)) for name, row in zip(names, rows, strict=True)},
        not_scored=dict(sorted(not_scored.items())),
        curves={"success": mean.success, "precision": mean.precision, "normalized": mean.normalized},
    )
