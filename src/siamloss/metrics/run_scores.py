"""One run on all sequences of a benchmark -> every metric of its protocol, and its curves."""

from collections.abc import Callable
from collections.abc import Sequence as ListOf
from dataclasses import dataclass

import numpy as np

from siamloss.config import Dataset
from siamloss.data.sequence import Sequence
from siamloss.metrics import eao, got10k, otb, vot_supervised
from siamloss.metrics.protocols import eao_interval
from siamloss.metrics.scored import scored_frames

ONE_TERM = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True)
class Scores:
    """One metric of one run on Q sequences.

    Attributes
    ----------
    metric : its name in the catalogue.
    values, weights : float64 ``(Q, N)``; a value of weight 0 is not defined. The benchmark's own number is the mean
        over the N terms of the weighted mean over sequences.
    terms : int ``(N,)``, what the terms are called: 0 for the only one there is, the frames n for EAO.
    """

    metric: str
    values: np.ndarray
    weights: np.ndarray
    terms: np.ndarray


@dataclass(frozen=True)
class Curve:
    """A curve of one run on Q sequences: thresholds ``(K,)`` and values ``(Q, K)``."""

    name: str
    thresholds: np.ndarray
    values: np.ndarray


Track = tuple[np.ndarray, np.ndarray]
"""Boxes float64 ``(T, 4)`` and status ``(T,)`` of one run on one sequence."""
Judge = Callable[[ListOf[Track]], tuple[list[Scores], list[Curve]]]
"""Scores the tracks of one run on the sequences it was made for, in their order."""


def judge_of(dataset: Dataset, sequences: ListOf[Sequence]) -> Judge:
    """What scores runs on these sequences, by the protocol of the dataset's format; reads their first images once.

    Formats without a protocol of their own (LaSOT's, one's own data) are scored as OTB is, in one pass.
    """
    return {"got10k": _got10k, "vot": _vot}.get(dataset.format, _otb)(dataset, sequences)


def _plain(metric: str, values: ListOf[float], weights: ListOf[float]) -> Scores:
    columns = (np.array(column, dtype=np.float64)[:, None] for column in (values, weights))
    return Scores(metric, *columns, ONE_TERM)


def _curves(scores: ListOf[otb.OtbScore] | ListOf[got10k.Got10kScore]) -> list[Curve]:
    return [
        Curve("success", otb.SUCCESS_THRESHOLDS, np.array([score.success for score in scores])),
        Curve("precision", otb.PRECISION_THRESHOLDS, np.array([score.precision for score in scores])),
    ]


def _otb(_: Dataset, sequences: ListOf[Sequence]) -> Judge:
    names = ("success_auc", "precision_20", "normalized_precision", "normalized_precision_20")

    def judge(tracks: ListOf[Track]) -> tuple[list[Scores], list[Curve]]:
        scores = [otb.score_sequence(boxes, item.boxes) for (boxes, _), item in zip(tracks, sequences, strict=True)]
        equal = [1.0] * len(scores)
        return [_plain(name, [getattr(score, name) for score in scores], equal) for name in names], _curves(scores)

    return judge


def _got10k(_: Dataset, sequences: ListOf[Sequence]) -> Judge:
    names = ("ao", "sr_50", "sr_75")
    sizes = [item.image(0).shape[1::-1] for item in sequences]
    frames = [int(scored_frames(item.visible).sum()) for item in sequences]
    balanced = got10k.class_weights([item.object_class for item in sequences], frames)

    def judge(tracks: ListOf[Track]) -> tuple[list[Scores], list[Curve]]:
        scores = [
            got10k.score_sequence(boxes, item.boxes, item.visible, size)
            for (boxes, _), item, size in zip(tracks, sequences, sizes, strict=True)
        ]
        values = {name: [getattr(score, name) for score in scores] for name in names}
        rows = [_plain(name, values[name], frames) for name in names]
        if balanced is not None:
            rows += [_plain(f"m{name}", values[name], balanced) for name in names]
        return rows, _curves(scores)

    return judge


def _vot(dataset: Dataset, sequences: ListOf[Sequence]) -> Judge:
    interval = eao_interval(dataset)
    truths = [vot_supervised.Truth.of(item) for item in sequences]
    lengths = [len(item) for item in sequences]

    def judge(tracks: ListOf[Track]) -> tuple[list[Scores], list[Curve]]:
        runs = vot_supervised.measure_all(truths, [[track] for track in tracks])
        accuracy, failures = zip(*(vot_supervised.sequence_score(run) for run in runs), strict=True)
        rows = [_plain("accuracy", accuracy, lengths), _plain("failures", failures, lengths)]
        if interval is not None:
            terms = [vot_supervised.eao_terms(run, interval[1] + 1) for run in runs]
            n, values, weights = eao.values_by_term(terms, interval, whole=not dataset.year)
            rows.append(Scores("eao", values, weights, n))
        return rows, []

    return judge
