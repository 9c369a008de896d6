"""VOT supervised protocol (2013-2019), frame by frame: overlaps, and which frames are not scored."""

import numpy as np

from siamloss.geometry import polygon_overlap
from siamloss.metrics.protocols import VOT
from siamloss.records import Status


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
    predicted : float ``(T, 4)`` x, y, w, h, px, 0-based corner; read only where the status is TRACKED.
    status : int ``(T,)``, :class:`~siamloss.records.Status`.
    polygons : float ``(T, 8)`` ground truth, px.
    image_size : (width, height) px; both regions are clipped to it before their overlap is taken.
    visible : bool ``(T,)``; False where the target is absent. None when all frames have a ground truth.

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
