"""Score result files on GOT-10k (or anything in its layout)."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from siamloss.data.got10k import attributes_of, read_meta_info
from siamloss.errors import AnnotationError, MissingDataError, RecordError
from siamloss.evaluate.result import Evaluation, TrackerResult
from siamloss.evaluate.shared import annotated_sequences, chosen_names, first_image, refuse_missing, score_trackers
from siamloss.geometry import center_error
from siamloss.metrics import got10k
from siamloss.metrics.otb_curves import PRECISION_THRESHOLDS, SUCCESS_THRESHOLDS, shares_above, shares_within
from siamloss.metrics.scored import pooled_mean, scored_frames
from siamloss.records.boxfiles import Rule, read_box_files
from siamloss.records.resultfolders import Files, find_trackers

METRICS = ("ao", "sr_50", "sr_75")
_ANNOTATION = Rule("annotation", finite=False, sized=False, error=AnnotationError)
_COVER = Rule("cover labels", columns=1, sized=False, error=AnnotationError)
_SIZE = re.compile(r"\(?\s*(\d+)\s*,\s*(\d+)\s*\)?")


@dataclass(frozen=True, eq=False)
class Truth:
    """Annotations of one sequence: boxes float64 ``(T, 4)``, which of the T frames count, (width, height) px of the
    image (None where nobody asks), object class ("" where unknown) and attributes (none where unknown)."""

    boxes: np.ndarray
    scored: np.ndarray
    image_size: tuple[float, float] | None
    object_class: str
    attributes: frozenset[str]


@dataclass(frozen=True, eq=False)
class Truths:
    """Annotations by sequence."""

    sequences: dict[str, Truth]


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
    score = partial(_score_tracker, truth=Truths(truth), variant=variant, allow_missing=allow_missing)
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
    scored = scored_frames(visible)
    bad = np.flatnonzero(scored & ~np.isfinite(boxes).all(axis=1))
    if bad.size:
        raise AnnotationError(
            f"{folder / 'groundtruth.txt'}, line {bad[0] + 1}: NaN in a frame that counts; restore the file"
        )
    entries = read_meta_info(folder)
    size = _image_size(folder, entries.get("resolution", "")) if sizes else None
    return Truth(boxes, scored, size, entries.get("object_class", ""), attributes_of(entries))


def _image_size(folder: Path, resolution: str) -> tuple[float, float]:
    if match := _SIZE.fullmatch(resolution):
        return float(match[1]), float(match[2])
    image = first_image(folder)
    if image is None:
        raise MissingDataError(
            f"{folder} tells no image size; add 'resolution: (width, height)' to its meta_info.ini or its images, or "
            "evaluate with --variant unbounded"
        )
    from siamloss.data.sequence import read_image

    height, width = read_image(image).shape[:2]
    return float(width), float(height)


def _score_tracker(tracker: str, files: Files, truth: Truths, variant: str, allow_missing: bool) -> TrackerResult:
    not_scored = refuse_missing(tracker, truth.sequences, files, allow_missing)
    runs = [(name, path) for name in truth.sequences for path in files.get(name, ())]
    problems: dict[str, str] | None = {} if allow_missing else None
    tables = read_box_files([path for _, path in runs], problems=problems)
    for (name, path), boxes in zip(runs, tables, strict=True):
        frames = len(truth.sequences[name].boxes)
        if boxes is None:
            not_scored.setdefault(name, problems[path])
        elif len(boxes) != frames:
            message = (
                f"{path}, line {min(len(boxes), frames) + 1}: {len(boxes)} results for {frames} annotated frames of "
                f"'{name}'; give one result per annotated frame"
            )
            if not allow_missing:
                raise RecordError(message)
            not_scored.setdefault(name, message)
    kept = [(name, boxes) for (name, _), boxes in zip(runs, tables, strict=True) if name not in not_scored]
    if not kept:
        return TrackerResult({}, {}, not_scored)
    joined = _joined(truth, tuple(name for name, _ in kept), variant != "unbounded")
    predicted = np.concatenate([boxes for _, boxes in kept])[joined.scored]
    return _scores(predicted, joined, truth, variant, dict(sorted(not_scored.items())))


@dataclass(frozen=True, eq=False)
class Joined:
    """Annotations of some runs, one behind the other: names of the sequences, ``scored`` bool over all frames, then of
    the scored ones boxes ``(T, 4)``, image sizes ``(T, 2)`` or None, and how many each sequence has."""

    names: list[str]
    scored: np.ndarray
    boxes: np.ndarray
    sizes: np.ndarray | None
    lengths: np.ndarray


@lru_cache(maxsize=4)
def _joined(truth: Truths, runs: tuple[str, ...], sized: bool) -> Joined:
    """Annotations for runs on these sequences; trackers mostly have the same runs, so most share one copy."""
    repetitions = Counter(runs)
    names = list(repetitions)
    items = [truth.sequences[name] for name in names]
    lengths = np.array([item.scored.sum() * repetitions[name] for name, item in zip(names, items, strict=True)])
    boxes = np.concatenate([truth.sequences[name].boxes for name in runs])
    scored = np.concatenate([truth.sequences[name].scored for name in runs])
    sizes = np.repeat(np.array([item.image_size for item in items]), lengths, axis=0) if sized else None
    return Joined(names, scored, boxes[scored], sizes, lengths)


def _scores(
    predicted: np.ndarray, joined: Joined, truth: Truths, variant: str, not_scored: dict[str, str]
) -> TrackerResult:
    """Scores from the scored frames of every sequence and repetition, all in one pass."""
    names, lengths = joined.names, joined.lengths
    overlaps = got10k.frame_overlaps(predicted, joined.boxes, joined.sizes, variant)
    starts = np.cumsum([0, *lengths])[:-1]
    success = shares_above(overlaps, starts, SUCCESS_THRESHOLDS)
    precision = shares_within(center_error(predicted, joined.boxes), starts, PRECISION_THRESHOLDS)
    rates = shares_above(overlaps, starts, np.array(got10k.GOT10K.success_rates))
    sums = np.bincount(np.repeat(np.arange(len(lengths)), lengths), overlaps, minlength=len(lengths))
    means = np.where(lengths > 0, sums / np.maximum(lengths, 1), np.nan)
    columns = dict(zip(METRICS, (means, *rates.T), strict=True))
    overall = {metric: pooled_mean(values, lengths) for metric, values in columns.items()}
    classes = {name: truth.sequences[name].object_class for name in names}
    if all(classes.values()):
        for metric, values in columns.items():
            overall[f"m{metric}"] = got10k.class_balanced_mean(dict(zip(names, values.tolist(), strict=True)), classes)
    rows = zip(names, *(values.tolist() for values in columns.values()), lengths.tolist(), strict=True)
    sequences = {name: dict(zip((*METRICS, "frames"), row, strict=True)) for name, *row in rows}
    weights = lengths / max(lengths.sum(), 1)
    curves = {
        kind: np.where(lengths[:, None] > 0, curve, 0.0).T @ weights
        for kind, curve in (("success", success), ("precision", precision))
    }
    return TrackerResult(overall, sequences, not_scored, curves)
