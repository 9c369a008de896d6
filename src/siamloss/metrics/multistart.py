"""VOT multi-start protocol (2020 to 2022): accuracy, robustness and the terms of EAO, from runs without reset.

Overlaps of a run stand in the order they were tracked, the anchor's frame first. As in vot-toolkit 0.9.0 the anchor's
own overlap is 0 and counts: a tracker that is always right has accuracy (L - 1) / L over runs of L frames, not 1.
"""

from collections.abc import Sequence as ListOf
from dataclasses import dataclass

import numpy as np

from siamloss.metrics.eao import EaoTerms, Fragment, sum_terms
from siamloss.metrics.protocols import VOT


@dataclass(frozen=True)
class MultistartRun:
    """One start: ``overlaps`` ``(L,)`` in tracking order, the first 0; ``visible`` bool ``(L,)``."""

    overlaps: np.ndarray
    visible: np.ndarray


@dataclass(frozen=True)
class MultistartScore:
    """Scores of the runs on one sequence.

    Attributes
    ----------
    accuracy : sum of overlaps before failures / frames before failures, in [0, 1]; 0 where there are none. Its mean
        over sequences, weighted by ``tracked``, is the benchmark's.
    robustness : frames before failures / frames of the runs, in [0, 1]; higher is better, unlike the number of failures
        of the supervised protocol. Its mean over sequences is weighted by ``length``.
    tracked : frames before failures, over all runs.
    length : frames of the sequence.
    """

    accuracy: float
    robustness: float
    tracked: int
    length: int


def progress(run: MultistartRun, threshold: float = VOT.threshold, grace: int = VOT.grace) -> int:
    """Frames of a run before its failure; its length where it does not fail.

    A run fails at the first of ``grace`` frames in a row whose overlap is not above ``threshold``. Frames without
    target end such a row.

    Examples
    --------
    >>> overlaps = np.array([0.0] + [0.6] * 20 + [0.1] * 12)
    >>> progress(MultistartRun(overlaps, np.ones(33, bool)))
    21
    """
    low = (run.overlaps <= threshold) & run.visible
    frame = np.arange(len(low))
    streak = frame - np.maximum.accumulate(np.where(low, -1, frame))
    ended = np.flatnonzero(streak >= grace)
    return int(ended[0]) + 1 - grace if ended.size else len(low)


def score_sequence(runs: ListOf[MultistartRun], length: int) -> MultistartScore:
    """Accuracy and robustness of all runs on a sequence of ``length`` frames.

    Source
    ------
    vot-toolkit 0.9.0, analysis/multistart.py ``AccuracyRobustness``; VOT2020 challenge results, Kristan et al. 2020.
    """
    before = [progress(run) for run in runs]
    tracked, frames = sum(before), sum(len(run.overlaps) for run in runs)
    overlap = sum(float(run.overlaps[:end].sum()) for run, end in zip(runs, before, strict=True))
    return MultistartScore(
        accuracy=overlap / tracked if tracked else 0.0,
        robustness=tracked / frames,
        tracked=tracked,
        length=length,
    )


def mean_score(scores: ListOf[MultistartScore]) -> tuple[float, float]:
    """Accuracy and robustness of a benchmark; NaN where no frame was tracked.

    Source
    ------
    vot-toolkit 0.9.0, analysis/multistart.py ``AverageAccuracyRobustness``.
    """
    tracked, length = (
        np.array([getattr(score, name) for score in scores], dtype=float) for name in ("tracked", "length")
    )
    accuracy = sum(score.accuracy * score.tracked for score in scores)
    robustness = sum(score.robustness * score.length for score in scores)
    return (accuracy / tracked.sum() if tracked.any() else float("nan")), robustness / length.sum()


def eao_terms(runs: ListOf[MultistartRun], high: int) -> EaoTerms:
    """Terms of EAO of the runs on a sequence, for :func:`siamloss.metrics.eao.eao` with variant ``multistart``.

    Parameters
    ----------
    high : end of the year's interval; the curve has so many points.

    Source
    ------
    vot-toolkit 0.9.0, analysis/multistart.py ``compute_eao_partial`` and ``EAOCurve``. There a failed run keeps its
    length, with zeros from the failure on; beyond its length its sum is divided by n - 1, not n; and sequences are
    weighted by their runs, not by their frames.
    """
    fragments = []
    for run in runs:
        end = progress(run)
        overlaps = np.where(np.arange(len(run.overlaps)) < end, run.overlaps, 0.0)
        fragments.append(Fragment(overlaps, failed=end < len(run.overlaps)))
    return sum_terms(fragments, high, ended_divisor=1)
