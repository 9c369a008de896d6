"""OTB one-pass evaluation: success (AUC) and precision (20 px) of one sequence, and their mean over sequences."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from siamloss.errors import RecordError
from siamloss.geometry import center_error, overlap
from siamloss.metrics.protocols import OTB

SUCCESS_THRESHOLDS = np.arange(OTB.success_thresholds) / (OTB.success_thresholds - 1)
PRECISION_THRESHOLDS = np.arange(OTB.precision_thresholds, dtype=np.float64)


@dataclass(frozen=True)
class OtbScore:
    """Curves of one sequence, or their mean over sequences.

    Attributes
    ----------
    success : float64 ``(21,)``, share of frames by overlap threshold, in [0, 1], falling.
    precision : float64 ``(51,)``, share of frames by centre error threshold in px, in [0, 1], rising.
    """

    success: np.ndarray
    precision: np.ndarray

    @property
    def success_auc(self) -> float:
        """Mean of the 21 success values, in [0, 20/21]: overlap 1 does not pass the last threshold, 1.

        Not the mean overlap (GOT-10k's AO), which is about 0.7 points higher for SiamFC on OTB-100.
        """
        return float(self.success.mean())

    @property
    def precision_20(self) -> float:
        """Share of frames whose centre error is at most 20 px, in [0, 1]; depends on the resolution of the video."""
        return float(self.precision[OTB.precision_px])


def success_curve(overlaps: np.ndarray) -> np.ndarray:
    """Share of overlaps ``(T,)`` strictly above each of the 21 thresholds; NaN fails. NaN ``(21,)`` for no frames."""
    if len(overlaps) == 0:
        return np.full(len(SUCCESS_THRESHOLDS), np.nan)
    return (np.asarray(overlaps)[:, None] > SUCCESS_THRESHOLDS).mean(axis=0)


def precision_curve(errors_px: np.ndarray) -> np.ndarray:
    """Share of centre errors ``(T,)`` at or below each of the 51 thresholds; NaN fails. NaN ``(51,)`` for no frames."""
    if len(errors_px) == 0:
        return np.full(len(PRECISION_THRESHOLDS), np.nan)
    return (np.asarray(errors_px)[:, None] <= PRECISION_THRESHOLDS).mean(axis=0)


def align(predicted: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut annotations to the frames of shorter published results, which end at the last frame.

    Tiger1 is annotated from image 1 to 354 while OTB's results start at image 6. Aligned at the head instead, the AUC
    of SiamFC-3s on OTB-100 falls from .5821 to .5788.

    Raises
    ------
    RecordError : no results, or more of them than annotations.
    """
    if not 0 < len(predicted) <= len(truth):
        raise RecordError(
            f"{len(predicted)} results for {len(truth)} annotated frames; give one result per annotated frame"
        )
    return predicted, truth[len(truth) - len(predicted) :]


def frame_scores(predicted: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Overlap and centre error of every frame, with OTB's three rules.

    The first prediction is replaced by the ground truth. A prediction that is not finite or has no area is replaced by
    the box before it. Where x, y, w or h of the *1-based* ground truth is not positive, both values are -1: such a
    frame fails in the success curve and passes in the precision curve.

    Parameters
    ----------
    predicted, truth : float ``(T, 4)`` x, y, w, h, px, 0-based corner.

    Returns
    -------
    overlaps float64 ``(T,)`` in {-1} or [0, 1], and errors float64 ``(T,)`` px in {-1} or [0, inf).

    Source
    ------
    OTB toolkit, calcSeqErrRobust.m. pysot masks by w, h only; the GOT-10k toolkit neither masks nor replaces.
    """
    truth = np.asarray(truth, dtype=np.float64)
    boxes = np.array(predicted, dtype=np.float64)
    boxes[0] = truth[0]
    valid = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > 0).all(axis=1)
    valid[0] = True
    boxes = boxes[np.maximum.accumulate(np.where(valid, np.arange(len(boxes)), 0))]
    defined = (truth[:, :2] > -1).all(axis=1) & (truth[:, 2:] > 0).all(axis=1)
    overlaps = np.where(defined, overlap(boxes, truth), OTB.undefined)
    errors = np.where(defined, center_error(boxes, truth), OTB.undefined)
    return overlaps, errors


def score_sequence(predicted: np.ndarray, truth: np.ndarray) -> OtbScore:
    """Success and precision curves of one sequence; all T frames count, the first included.

    Parameters
    ----------
    predicted, truth : float ``(T, 4)`` x, y, w, h, px, 0-based corner; see :func:`align` for shorter results.

    Example
    -------
    >>> boxes = np.array([[10.0, 10.0, 20.0, 20.0], [12.0, 10.0, 20.0, 20.0]])
    >>> score_sequence(boxes, boxes).success_auc == 20 / 21
    True
    """
    overlaps, errors = frame_scores(predicted, truth)
    return OtbScore(success_curve(overlaps), precision_curve(errors))


def mean_score(scores: Iterable[OtbScore]) -> OtbScore:
    """Unweighted mean of the curves over sequences: a short sequence counts as much as a long one."""
    scores = list(scores)
    return OtbScore(
        np.mean([score.success for score in scores], axis=0), np.mean([score.precision for score in scores], axis=0)
    )
