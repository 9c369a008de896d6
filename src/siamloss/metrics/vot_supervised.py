"""VOT supervised protocol over a benchmark: accuracy, robustness and EAO, as three public toolkits define them.

============  ==========================================  =====================================  ==================
variant       accuracy                                    robustness                             EAO
============  ==========================================  =====================================  ==================
vot-toolkit   mean of runs, then of sequences by length   exp(-30 failures / frames)             n = low to high
pysot         mean of runs per frame, then of all frames  100 failures / frames                  n - 1, bound (w-1, h-1)
got10k        mean of frames per tag, weighted by tag     failures of each tag, weighted by tag  none
============  ==========================================  =====================================  ==================

Overlaps are exact areas in all three; vot-toolkit and pysot themselves rasterise.
"""

from collections.abc import Mapping
from collections.abc import Sequence as ListOf
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import add
from typing import Literal

import numpy as np

from siamloss.data.sequence import Sequence
from siamloss.geometry import polygon_overlap
from siamloss.metrics import eao as expected
from siamloss.metrics.protocols import VOT
from siamloss.metrics.vot import box_to_polygon, in_burn_in
from siamloss.records import Status

Variant = Literal["vot-toolkit", "pysot", "got10k"]
Trajectory = tuple[np.ndarray, np.ndarray]
"""Boxes float64 ``(T, 4)`` and status ``(T,)`` of one run on one sequence."""


@dataclass(frozen=True)
class Truth:
    """Ground truth of one sequence: polygons ``(T, 8)``, (width, height) px, visible and tags bool ``(T,)``."""

    polygons: np.ndarray
    image_size: tuple[float, float]
    visible: np.ndarray
    tags: Mapping[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, sequence: Sequence) -> "Truth":
        """Ground truth of a sequence; decodes its first frame for the image size."""
        height, width = sequence.image(0).shape[:2]
        polygons = box_to_polygon(sequence.boxes) if sequence.polygons is None else sequence.polygons
        return cls(polygons, (width, height), sequence.visible, sequence.tags)


@dataclass(frozen=True)
class Repetition:
    """A run on a sequence: overlaps ``(T,)``, status ``(T,)``, and how many runs were identical to it."""

    overlaps: np.ndarray
    status: np.ndarray
    count: int = 1

    @cached_property
    def scored(self) -> np.ndarray:
        """True ``(T,)`` for tracked frames outside the burn-in."""
        return (self.status == Status.TRACKED) & ~in_burn_in(self.status)


@dataclass(frozen=True)
class SupervisedScore:
    """Scores of a benchmark.

    Attributes
    ----------
    accuracy : in [0, 1], higher is better.
    robustness : the variant's own measure; higher is better in ``vot-toolkit`` only.
    failures : per sequence, weighted by length (``vot-toolkit``); their sum over sequences (``pysot``, ``got10k``).
    """

    accuracy: float
    robustness: float
    failures: float


def measure_runs(truth: Truth, runs: ListOf[Trajectory], bound: tuple[float, float] | None = None) -> list[Repetition]:
    """Overlaps of the runs on a sequence; each distinct run is measured once.

    Parameters
    ----------
    bound : (width, height) the regions are clipped to; None: the image.
    """
    return measure_all([truth], [runs], None if bound is None else [bound])[0]


def measure_all(
    truths: ListOf[Truth], runs: ListOf[ListOf[Trajectory]], bounds: ListOf[tuple[float, float]] | None = None
) -> list[list[Repetition]]:
    """:func:`measure_runs` of many sequences at once, several times faster than one by one."""
    bounds = [truth.image_size for truth in truths] if bounds is None else bounds
    kept, chosen = [], []
    for truth, own, bound in zip(truths, runs, bounds, strict=True):
        kept.append(_distinct(own))
        for boxes, status, _ in kept[-1]:
            tracked = (status == Status.TRACKED) & truth.visible
            chosen.append((truth.polygons[tracked], boxes[tracked], bound, tracked))
    lengths = [len(boxes) for _, boxes, _, _ in chosen]
    polygons, boxes = (np.concatenate([item[part] for item in chosen]) for part in (0, 1))
    sizes = np.repeat(np.array([bound for _, _, bound, _ in chosen], dtype=np.float64), lengths, axis=0)
    found = iter(np.split(polygon_overlap(polygons, boxes, sizes), np.cumsum(lengths)[:-1]))
    masks = iter(tracked for _, _, _, tracked in chosen)
    return [
        [Repetition(_spread(next(found), next(masks)), status, count) for _, status, count in items] for items in kept
    ]


def _distinct(runs: ListOf[Trajectory]) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Boxes and status of every distinct run, and how many runs are like it."""
    counts: dict[tuple[bytes, bytes], list] = {}
    for boxes, status in runs:
        boxes, status = np.ascontiguousarray(boxes, dtype=np.float64), np.ascontiguousarray(status, dtype=np.int8)
        counts.setdefault((boxes.tobytes(), status.tobytes()), [boxes, status, 0])[2] += 1
    return [tuple(item) for item in counts.values()]


def _spread(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Values where ``chosen``, else 0."""
    spread = np.zeros(len(chosen))
    spread[chosen] = values
    return spread


def _mean(repetitions: ListOf[Repetition], values: ListOf[float]) -> float:
    """Mean over runs."""
    total = sum(item.count * value for item, value in zip(repetitions, values, strict=True))
    return float(total / sum(item.count for item in repetitions))


def sequence_score(repetitions: ListOf[Repetition]) -> tuple[float, float]:
    """Accuracy and failures of one sequence as vot-toolkit has them, each the mean over its runs.

    Returns
    -------
    accuracy : mean overlap of the frames outside the burn-in; a frame without ground truth counts as overlap 0, and so
        does a run without scored frames. Failures do not lower it.
    failures : number per run. Both are averaged over sequences with the sequence's length as weight.

    Source
    ------
    vot-toolkit 0.9.0, analysis/supervised.py ``compute_accuracy`` and ``count_failures``, which rasterises regions;
    here areas are exact. Pooled over frames instead (pysot), a run with many failures has less weight.
    """
    accuracies = []
    for item in repetitions:
        overlaps = item.overlaps[item.scored]
        accuracies.append(overlaps.mean() if len(overlaps) else 0.0)
    failures = [np.count_nonzero(item.status == Status.FAILURE) for item in repetitions]
    return _mean(repetitions, accuracies), _mean(repetitions, failures)


def average_overlap(overlaps: np.ndarray, visible: np.ndarray, burn_in: int) -> float:
    """Mean overlap of a run without reset (VOT's unsupervised experiment); 0 where no frame is left to score.

    Parameters
    ----------
    overlaps, visible : ``(T,)``; frames without target are left out.
    burn_in : first frames left out (``unsupervised_burn_in`` of the year). The benchmark's number is the mean over
        sequences with their length as weight.

    Source
    ------
    vot-toolkit 0.9.0, analysis/accuracy.py ``AverageAccuracy``.
    """
    scored = visible & (np.arange(len(overlaps)) >= burn_in)
    return float(overlaps[scored].mean()) if scored.any() else 0.0


def _vot_toolkit(truths: ListOf[Truth], results: ListOf[list[Repetition]]) -> SupervisedScore:
    scores = np.array([sequence_score(repetitions) for repetitions in results])
    lengths = np.array([len(truth.polygons) for truth in truths])
    accuracy, failures = np.average(scores, axis=0, weights=lengths)
    return SupervisedScore(
        float(accuracy), float(np.exp(-VOT.sensitivity * failures / lengths.mean())), float(failures)
    )


def _frames(truths: ListOf[Truth], results: ListOf[list[Repetition]]) -> tuple[np.ndarray, np.ndarray]:
    """Overlap and failures ``(all frames,)``, means over the runs; overlap NaN where no run is scored."""
    overlaps, failures = [], []
    for truth, repetitions in zip(truths, results, strict=True):
        total, scored_runs, lost = np.zeros((3, len(truth.polygons)))
        for item in repetitions:
            scored = item.scored & truth.visible
            total += item.count * np.where(scored, item.overlaps, 0.0)
            scored_runs += item.count * scored
            lost += item.count * (item.status == Status.FAILURE)
        overlaps.append(np.divide(total, scored_runs, out=np.full(len(total), np.nan), where=scored_runs > 0))
        failures.append(lost / sum(item.count for item in repetitions))
    return np.concatenate(overlaps), np.concatenate(failures)


def _nanmean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _pysot(truths: ListOf[Truth], results: ListOf[list[Repetition]]) -> SupervisedScore:
    overlaps, failures = _frames(truths, results)
    return SupervisedScore(_nanmean(overlaps), float(100.0 * failures.sum() / len(failures)), float(failures.sum()))


def tag_masks(truth: Truth) -> np.ndarray:
    """Frames of each of the six tags, bool ``(6, T)``; the last has the frames with no tag but practical ones."""
    length = len(truth.polygons)
    masks = np.zeros((len(VOT.tags), length), dtype=bool)
    for row, tag in enumerate(VOT.tags[:-1]):
        masks[row] = truth.tags.get(tag, False)
    known = [mask for name, mask in truth.tags.items() if "practical" not in name]
    masks[-1] = ~np.logical_or.reduce(known, axis=0) if known else True
    return masks


def _got10k(truths: ListOf[Truth], results: ListOf[list[Repetition]]) -> SupervisedScore:
    overlaps, failures = _frames(truths, results)
    masks = np.concatenate([tag_masks(truth) for truth in truths], axis=1)
    weights = masks.sum(axis=1) / masks.sum()
    accuracy = np.nan_to_num([_nanmean(overlaps[mask]) for mask in masks]) @ weights
    return SupervisedScore(float(accuracy), float(masks @ failures @ weights), float(failures.sum()))


_SCORES = {"vot-toolkit": _vot_toolkit, "pysot": _pysot, "got10k": _got10k}


def score_benchmark(
    truths: ListOf[Truth], results: ListOf[list[Repetition]], variant: Variant = "vot-toolkit"
) -> SupervisedScore:
    """Accuracy and robustness of a tracker on a benchmark.

    Parameters
    ----------
    truths, results : of every sequence, in the same order; the runs as :func:`measure_runs` gives them.
    variant : see the module.

    Source
    ------
    vot-toolkit 0.9.0, analysis/supervised.py; pysot toolkit, ar_benchmark.py; GOT-10k toolkit 0.1.3, ExperimentVOT.
    """
    return _SCORES[variant](truths, results)


def eao_terms(
    repetitions: ListOf[Repetition],
    frames: int,
    variant: Literal["vot-toolkit", "pysot"] = "vot-toolkit",
    tag: np.ndarray | None = None,
) -> expected.EaoTerms:
    """Terms of EAO of one sequence; add those of all sequences, then :func:`siamloss.metrics.eao.eao`.

    Parameters
    ----------
    repetitions : runs; for ``pysot``, measured with bound (width - 1, height - 1).
    frames : points of the curve; the interval's end plus one.
    tag : bool ``(T,)``, pysot's tag; None: all frames.
    """
    terms = []
    for item in repetitions:
        if variant == "pysot":
            cut = expected.pysot_fragments(item.overlaps, item.status, tag)
            one = expected.sum_terms(cut, frames, longest=len(item.overlaps))
        else:
            one = expected.sum_terms(expected.supervised_fragments(item.overlaps, item.status), frames)
        terms.append(expected.EaoTerms(item.count * one.sums, item.count * one.weights, one.longest))
    return reduce(add, terms)
