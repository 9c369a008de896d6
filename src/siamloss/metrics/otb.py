"""OTB one-pass evaluation: success (AUC), precision (20 px) and normalised precision, per sequence and their mean."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from siamloss.errors import RecordError
from siamloss.metrics.otb_curves import (
    NORMALIZED_THRESHOLDS,
    PRECISION_THRESHOLDS,
    SUCCESS_THRESHOLDS,
    TOOLKIT_NORMALIZED_THRESHOLDS,
    TOOLKIT_SUCCESS_THRESHOLDS,
    shares_above,
    shares_within,
)
from siamloss.metrics.otb_frames import score_frames
from siamloss.metrics.protocols import OTB

NORMALIZED_AT = 20
"""Index of the threshold 0.20 that pysot reports."""
HIGHEST_AUC = (OTB.success_thresholds - 1) / OTB.success_thresholds
"""20/21, what a perfect tracker scores: no overlap is strictly above the last threshold, 1."""
TIGER1_FRAMES = OTB.tiger1_result_range[1] - OTB.tiger1_result_range[0] + 1


@dataclass(frozen=True)
class OtbScore:
    """Curves of one sequence, or their mean over sequences.

    Attributes
    ----------
    success : float64 ``(21,)``, share of frames by overlap threshold, in [0, 1], falling.
    precision : float64 ``(51,)``, share of frames by centre error threshold in px, in [0, 1], rising.
    normalized : float64 ``(51,)``, share of frames by threshold 0, 0.01, ..., 0.5 on the centre error divided by the
        size of the ground truth, in [0, 1], rising.
    """

    success: np.ndarray
    precision: np.ndarray
    normalized: np.ndarray

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

    @property
    def normalized_precision(self) -> float:
        """Mean of the normalised precision curve, in [0, 1]: TrackingNet's definition and the later GOT-10k toolkit's.

        Unlike :attr:`precision_20` it does not depend on the resolution. Not pysot's value of the same name, which is
        :attr:`normalized_precision_20` and higher.
        """
        return float(self.normalized.mean())

    @property
    def normalized_precision_20(self) -> float:
        """Share of frames whose normalised centre error is at most 0.20, in [0, 1]: pysot's definition."""
        return float(self.normalized[NORMALIZED_AT])


def success_curve(overlaps: np.ndarray) -> np.ndarray:
    """Share of overlaps ``(T,)`` strictly above each of the 21 thresholds; NaN fails. NaN ``(21,)`` for no frames."""
    return shares_above(np.asarray(overlaps), np.array([0]), SUCCESS_THRESHOLDS)[0]


def precision_curve(errors_px: np.ndarray) -> np.ndarray:
    """Share of centre errors ``(T,)`` at or below each of the 51 thresholds; NaN fails. NaN ``(51,)`` for no frames."""
    return shares_within(np.asarray(errors_px), np.array([0]), PRECISION_THRESHOLDS)[0]


def align(predicted: np.ndarray, truth: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Check that there is one result per annotated frame; cut the annotations of Tiger1, and of it alone.

    Tiger1 is annotated from image 1 to 354 while OTB's results cover images 6 to 354. Aligned at the head instead, the
    AUC of SiamFC-3s on OTB-100 falls from .5821 to .5788.

    Raises
    ------
    RecordError : any other number of results than annotations.
    """
    if name == "Tiger1" and (len(predicted), len(truth)) == (TIGER1_FRAMES, OTB.tiger1_result_range[1]):
        return predicted, truth[len(truth) - len(predicted) :]
    if len(predicted) != len(truth):
        raise RecordError(
            f"{len(predicted)} results for {len(truth)} annotated frames of '{name}'; give one result per annotated "
            "frame"
        )
    return predicted, truth


def frame_scores(predicted: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Overlap and centre error of every frame of one sequence, by OTB's own rules (``otb``, see
    :mod:`siamloss.metrics.otb_frames`).

    Parameters
    ----------
    predicted, truth : float ``(T, 4)`` x, y, w, h, px, 0-based corner.

    Returns
    -------
    overlaps float64 ``(T,)`` in {-1} or [0, 1], and errors float64 ``(T,)`` px in {-1} or [0, inf).
    """
    scores = score_frames(predicted, truth, np.array([0]), "otb", first_pixel=0.0)
    return scores.overlaps, scores.errors


def sequence_curves(
    predicted: np.ndarray, truth: np.ndarray, starts: np.ndarray, variant: str = "otb", first_pixel: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Success ``(Q, 21)``, precision ``(Q, 51)`` and normalised precision ``(Q, 51)`` of Q sequences that stand one
    behind the other; arguments as in :func:`siamloss.metrics.otb_frames.score_frames`."""
    frames = score_frames(predicted, truth, starts, variant, first_pixel)
    success_at = SUCCESS_THRESHOLDS if variant == "otb" else TOOLKIT_SUCCESS_THRESHOLDS
    normalized_at = TOOLKIT_NORMALIZED_THRESHOLDS if variant == "got10k" else NORMALIZED_THRESHOLDS
    return (
        shares_above(frames.overlaps, starts, success_at),
        shares_within(frames.errors, starts, PRECISION_THRESHOLDS),
        shares_within(frames.normalized, starts, normalized_at),
    )


def score_sequence(predicted: np.ndarray, truth: np.ndarray, variant: str = "otb") -> OtbScore:
    """Success and precision curves of one sequence; all T frames count, the first included.

    Parameters
    ----------
    predicted, truth : float ``(T, 4)`` x, y, w, h, px, 0-based corner; see :func:`align` for shorter results.
    variant : whose rules; see :mod:`siamloss.metrics.otb_frames`.

    Example
    -------
    >>> boxes = np.array([[10.0, 10.0, 20.0, 20.0], [12.0, 10.0, 20.0, 20.0]])
    >>> score_sequence(boxes, boxes).success_auc == 20 / 21
    True
    """
    curves = sequence_curves(predicted, truth, np.array([0]), variant, first_pixel=0.0)
    return OtbScore(*(curve[0] for curve in curves))


def mean_score(scores: Iterable[OtbScore]) -> OtbScore:
    """Unweighted mean of the curves over sequences: a short sequence counts as much as a long one."""
    scores = list(scores)
    return OtbScore(
        *(
            np.mean([getattr(score, name) for score in scores], axis=0)
            for name in ("success", "precision", "normalized")
        )
    )
