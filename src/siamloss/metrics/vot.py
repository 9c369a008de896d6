"""VOT supervised protocol (2013-2019): accuracy between failures, and the number of failures."""

from dataclasses import dataclass

import numpy as np

from siamloss.geometry import polygon_overlap
from siamloss.metrics.protocols import VOT
from siamloss.records import Status


@dataclass(frozen=True)
class VotScore:
    """Scores of one run on one sequence.

    Attributes
    ----------
    accuracy : mean overlap over the scored frames, in [0, 1]; NaN when there are none. Failures do not lower it.
        Weighted by ``scored_frames``, its mean over sequences is the mean over the pooled frames.
    scored_frames : tracked frames outside the burn-in.
    failures : how often the overlap fell to 0. Its mean over sequences, weighted by ``length``, is vot-toolkit's
        robustness; the GOT-10k toolkit reports a tag-weighted sum and pysot 100 failures / frames instead.
    length : number of frames.
    """

    accuracy: float
    scored_frames: int
    failures: int
    length: int


def box_to_polygon(boxes: np.ndarray) -> np.ndarray:
    """Corners ``(T, 8)`` of boxes ``(T, 4)``, clockwise on the screen from the top left."""
    x, y, w, h = np.asarray(boxes, dtype=np.float64).T
    return np.stack([x, y, x + w, y, x + w, y + h, x, y + h], axis=1)


def in_burn_in(status: np.ndarray) -> np.ndarray:
    """True ``(T,)`` for the 10 frames from each initialisation on, the initialisation included."""
    frame = np.arange(len(status))
    is_init = np.asarray(status) == Status.INIT
    last_init = np.maximum.accumulate(np.where(is_init, frame, -VOT.burn_in))
    return frame - last_init < VOT.burn_in


def frame_overlaps(
    predicted: np.ndarray,
    status: np.ndarray,
    polygons: np.ndarray,
    image_size: tuple[float, float],
    visible: np.ndarray | None = None,
) -> np.ndarray:
    """Overlap of every frame, clipped to the image; 0 where nothing was tracked or nothing is to be found.

    Parameters
    ----------
    predicted, status, polygons, image_size, visible : as for :func:`score_sequence`.

    Returns
    -------
    float64 ``(T,)`` in [0, 1].

    Source
    ------
    vot-toolkit ``calculate_overlaps``, where an initialisation, a failure, a skipped frame and an absent target are
    regions without pixels, so their overlap is 0.
    """
    tracked = np.asarray(status) == Status.TRACKED
    if visible is not None:
        tracked = tracked & visible
    overlaps = np.zeros(len(tracked))
    overlaps[tracked] = polygon_overlap(np.asarray(polygons)[tracked], np.asarray(predicted)[tracked], image_size)
    return overlaps


def score_sequence(
    predicted: np.ndarray,
    status: np.ndarray,
    polygons: np.ndarray,
    image_size: tuple[float, float],
    visible: np.ndarray | None = None,
) -> VotScore:
    """Score one supervised run on one sequence.

    Parameters
    ----------
    predicted : float ``(T, 4)`` x, y, w, h, px, 0-based corner; read only where the status is TRACKED.
    status : int ``(T,)``, :class:`~siamloss.records.Status`.
    polygons : float ``(T, 8)`` ground truth, px.
    image_size : (width, height) px; both regions are clipped to it before their overlap is taken.
    visible : bool ``(T,)``; frames without a ground truth are not scored. None when all have one.

    Source
    ------
    vot-toolkit analysis/supervised.py ``compute_accuracy`` and ``count_failures``; the GOT-10k toolkit's burn-in is the
    same. vot-toolkit rasterises regions and gives 0 for a sequence without scored frames; here areas are exact.
    """
    status = np.asarray(status)
    scored = (status == Status.TRACKED) & ~in_burn_in(status)
    if visible is not None:
        scored &= visible
    overlaps = polygon_overlap(np.asarray(polygons)[scored], np.asarray(predicted)[scored], image_size)
    return VotScore(
        accuracy=float(overlaps.mean()) if scored.any() else np.nan,
        scored_frames=int(scored.sum()),
        failures=int((status == Status.FAILURE).sum()),
        length=len(status),
    )
