"""Score result files on GOT-10k (or anything in its layout)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from siamloss.data.text import list_frames
from siamloss.errors import AnnotationError, MissingDataError, RecordError
from siamloss.evaluate.result import Evaluation, TrackerResult
from siamloss.evaluate.shared import annotated_sequences, chosen_names, refuse_missing, score_trackers
from siamloss.geometry import center_error
from siamloss.metrics import got10k
from siamloss.metrics.otb_curves import PRECISION_THRESHOLDS, SUCCESS_THRESHOLDS, shares_above, shares_within
from siamloss.records.boxfiles import Rule, read_box_files
from siamloss.records.resultfolders import Files, find_trackers

METRICS = ("ao", "sr_50", "sr_75")
_ANNOTATION = Rule("annotation", finite=False, sized=False, error=AnnotationError)
_COVER = Rule("cover labels", columns=1, sized=False, error=AnnotationError)
_ENTRY = re.compile(r"^\s*(\w+)\s*[:=]\s*(.*?)\s*$", re.MULTILINE)
_SIZE = re.compile(r"\(?\s*(\d+)\s*,\s*(\d+)\s*\)?")


@dataclass(frozen=True)
class Truth:
    """Annotations of one sequence: boxes float64 ``(T, 4)``, which of the T frames count, (width, height) px of the
    image (None where nobody asks), object class ("" where unknown) and attributes (none where unknown)."""

    boxes: np.ndarray
    scored: np.ndarray
    image_size: tuple[float, float] | None
    object_class: str
    attributes: frozenset[str]


def evaluate_got10k(
    annotations: Path,
    results: Iterable[Path],
    sequence_list: str | None = None,
    *,
    variant: str = "got10k",
    allow_missing: bool = False,
) -> Evaluation:
    """Score one or more trackers on sequences in GOT-10k's layout.

    Parameters
    ----------
    annotations : folder of ``<sequence>/groundtruth.txt`` with ``cover.label`` (absent: all frames count) and
        ``meta_info.ini`` (absent: the first image tells the size).
    results : folders of result files, see :func:`siamloss.records.resultfolders.find_trackers`.
    sequence_list : a file with one name per line; None for ``list.txt`` of the annotations, or every folder.
    variant : what becomes of boxes that leave the image, one of :data:`siamloss.metrics.got10k.VARIANTS`.
    allow_missing : leave out, and count, sequences whose results are absent or cannot be used.

    Returns
    -------
    Evaluation; frames of all repetitions are pooled, as the GOT-10k toolkit does. ``mao``, ``msr_50`` and ``msr_75``
    are balanced over object classes, and are there only where every sequence has its class.

    Raises
    ------
    RecordError : results that are absent or cannot be used, with file and line.
    MissingDataError, AnnotationError : the same for annotations and the list.
    """
    names, list_name = chosen_names(sequence_list, {})
    truth = read_got10k_truth(annotations, names, sizes=variant != "unbounded")
    trackers = find_trackers(results, truth)
    score = partial(_score_tracker, truth=truth, variant=variant, allow_missing=allow_missing)
    scored = score_trackers(trackers, score)
    thresholds = {"success": SUCCESS_THRESHOLDS, "precision": PRECISION_THRESHOLDS}
    attributes = {name: item.attributes for name, item in truth.items() if item.attributes}
    return Evaluation("got10k", variant, list_name, scored, thresholds, attributes)


def read_got10k_truth(folder: Path, names: list[str] | None, sizes: bool = True) -> dict[str, Truth]:
    """Read annotations by sequence; ``sizes`` says whether the sizes of the images are needed."""
    picked = annotated_sequences(folder, names, "GOT-10k split")
    boxes = read_box_files([folder / name / "groundtruth.txt" for name in picked], _ANNOTATION)
    covered = [name for name in picked if (folder / name / "cover.label").is_file()]
    covers = dict(
        zip(covered, read_box_files([folder / name / "cover.label" for name in covered], _COVER), strict=True)
    )
    return {
        name: _truth(folder / name, table, covers.get(name), sizes) for name, table in zip(picked, boxes, strict=True)
    }


def _truth(folder: Path, boxes: np.ndarray, cover: np.ndarray | None, sizes: bool) -> Truth:
    visible = np.ones(len(boxes), dtype=bool) if cover is None else cover[:, 0] > 0
    if len(visible) != len(boxes):
        line = min(len(visible), len(boxes)) + 1
        raise AnnotationError(
            f"{folder / 'cover.label'}, line {line}: {len(visible)} labels for {len(boxes)} boxes; restore the file"
        )
    scored = got10k.scored_frames(visible)
    bad = np.flatnonzero(scored & ~np.isfinite(boxes).all(axis=1))
    if bad.size:
        raise AnnotationError(
            f"{folder / 'groundtruth.txt'}, line {bad[0] + 1}: NaN in a frame that counts; restore the file"
        )
    meta = folder / "meta_info.ini"
    entries = dict(_ENTRY.findall(meta.read_text(encoding="utf-8", errors="replace"))) if meta.is_file() else {}
    attributes = frozenset(part.strip() for part in entries.get("attributes", "").split(",") if part.strip())
    size = _image_size(folder, entries.get("resolution", "")) if sizes else None
    return Truth(boxes, scored, size, entries.get("object_class", ""), attributes)


def _image_size(folder: Path, resolution: str) -> tuple[float, float]:
    if match := _SIZE.fullmatch(resolution):
        return float(match[1]), float(match[2])
    frames = list_frames(folder)
    if not frames:
        raise MissingDataError(
            f"{folder} tells no image size; add 'resolution: (width, height)' to its meta_info.ini or its images, or "
            "evaluate with --variant unbounded"
        )
    from siamloss.data.sequence import read_image

    height, width = read_image(frames[0]).shape[:2]
    return float(width), float(height)


def _score_tracker(
    tracker: str, files: Files, truth: dict[str, Truth], variant: str, allow_missing: bool
) -> TrackerResult:
    not_scored = refuse_missing(tracker, truth, files, allow_missing)
    runs = [(name, path) for name in truth for path in files.get(name, ())]
    problems: dict[str, str] | None = {} if allow_missing else None
    tables = read_box_files([path for _, path in runs], problems=problems)
    kept: dict[str, list[np.ndarray]] = {}
    for (name, path), boxes in zip(runs, tables, strict=True):
        if boxes is None:
            not_scored.setdefault(name, problems[path])
        elif len(boxes) != len(truth[name].boxes):
            message = (
                f"{path}, line {min(len(boxes), len(truth[name].boxes)) + 1}: {len(boxes)} results for "
                f"{len(truth[name].boxes)} annotated frames of '{name}'; give one result per annotated frame"
            )
            if not allow_missing:
                raise RecordError(message)
            not_scored.setdefault(name, message)
        else:
            kept.setdefault(name, []).append(boxes[truth[name].scored])
    kept = {name: boxes for name, boxes in kept.items() if name not in not_scored}
    if not kept:
        return TrackerResult({}, {}, not_scored)
    return _pool(kept, {name: truth[name] for name in kept}, variant, dict(sorted(not_scored.items())))


def _pool(
    kept: dict[str, list[np.ndarray]], truth: dict[str, Truth], variant: str, not_scored: dict[str, str]
) -> TrackerResult:
    """Scores from the scored frames of every sequence and repetition, all in one pass."""
    predicted = np.concatenate([boxes for tables in kept.values() for boxes in tables])
    annotated = np.concatenate([truth[name].boxes[truth[name].scored] for name in kept for _ in kept[name]])
    lengths = np.array([sum(map(len, tables)) for tables in kept.values()])
    sizes = None
    if variant != "unbounded":
        sizes = np.repeat(np.array([truth[name].image_size for name in kept]), lengths, axis=0)
    overlaps = got10k.frame_overlaps(predicted, annotated, sizes, variant)
    starts = np.cumsum([0, *lengths])[:-1]
    success = shares_above(overlaps, starts, SUCCESS_THRESHOLDS)
    precision = shares_within(center_error(predicted, annotated), starts, PRECISION_THRESHOLDS)
    rates = shares_above(overlaps, starts, np.array(got10k.GOT10K.success_rates))
    sums = np.bincount(np.repeat(np.arange(len(lengths)), lengths), overlaps, minlength=len(lengths))
    means = np.where(lengths > 0, sums / np.maximum(lengths, 1), np.nan)
    columns = dict(zip(METRICS, (means, *rates.T), strict=True))
    overall = {metric: got10k.pooled_mean(values, lengths) for metric, values in columns.items()}
    classes = {name: truth[name].object_class for name in kept}
    if all(classes.values()):
        for metric, values in columns.items():
            overall[f"m{metric}"] = got10k.class_balanced_mean(dict(zip(kept, values.tolist(), strict=True)), classes)
    rows = zip(kept, *(values.tolist() for values in columns.values()), lengths.tolist(), strict=True)
    sequences = {name: dict(zip((*METRICS, "frames"), row, strict=True)) for name, *row in rows}
    weights = lengths / max(lengths.sum(), 1)
    curves = {
        kind: np.where(lengths[:, None] > 0, curve, 0.0).T @ weights
        for kind, curve in (("success", success), ("precision", precision))
    }
    return TrackerResult(overall, sequences, not_scored, curves)
