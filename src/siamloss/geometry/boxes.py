"""Overlap and centre error of axis-aligned boxes."""

import numpy as np


def box_center(boxes: np.ndarray) -> np.ndarray:
    """Centre ``(..., 2)`` of boxes ``(..., 4)``: x + (w - 1) / 2, y + (h - 1) / 2, as OTB defines it."""
    boxes = np.asarray(boxes, dtype=np.float64)
    return boxes[..., :2] + (boxes[..., 2:] - 1.0) / 2.0


def overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of paired boxes, on the continuous plane.

    Parameters
    ----------
    a, b : float ``(T, 4)`` x, y, w, h.

    Returns
    -------
    float64 ``(T,)`` in [0, 1]; 0 where both areas are zero; NaN where an input is NaN.

    Source
    ------
    OTB toolkit, calcRectInt.m; the "+1" of its pixel-inclusive corners cancels.
    """
    a = np.asarray(a, dtype=np.float64)
    b = np.asarray(b, dtype=np.float64)
    low = np.maximum(a[..., :2], b[..., :2])
    high = np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
    intersection = np.prod(np.maximum(high - low, 0.0), axis=-1)
    union = a[..., 2] * a[..., 3] + b[..., 2] * b[..., 3] - intersection
    safe = np.where(union == 0, 1.0, union)
    # Rounding may give 1 + 1e-16 for equal boxes, which a strict "> 1" would count.
    return np.where(union == 0, 0.0, np.minimum(intersection / safe, 1.0))


def center_error(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean distance ``(T,)`` between the centres of paired boxes, px."""
    return np.linalg.norm(box_center(a) - box_center(b), axis=-1)


def polygon_to_box(polygons: np.ndarray) -> np.ndarray:
    """Axis-aligned box ``(T, 4)`` with the centre and the area of a rotated rectangle ``(T, 8)``.

    The bounding box of a rotated target is too large; VOT's own conversion scales it to the polygon's area and adds
    one pixel to each side.

    Source
    ------
    VOT toolkit ``get_axis_aligned_BB`` (also used by SiamFC's VOT wrapper).
    """
    points = np.asarray(polygons, dtype=np.float64).reshape(-1, 4, 2)
    center = points.mean(axis=1)
    low, high = points.min(axis=1), points.max(axis=1)
    side_a = np.linalg.norm(points[:, 0] - points[:, 1], axis=1)
    side_b = np.linalg.norm(points[:, 1] - points[:, 2], axis=1)
    bounding = np.prod(high - low, axis=1)
    scale = np.sqrt(side_a * side_b / np.where(bounding == 0, 1.0, bounding))
    size = scale[:, None] * (high - low) + 1.0
    return np.concatenate([center - (size - 1.0) / 2.0, size], axis=1)
