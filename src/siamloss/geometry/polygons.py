"""Overlap of convex polygons with axis-aligned boxes, vectorised over frames (Sutherland-Hodgman)."""

import numpy as np


def _area(points: np.ndarray) -> np.ndarray:
    """Shoelace area ``(T,)`` of closed polygons ``(T, N, 2)``; repeated vertices add nothing."""
    # Relative to a vertex: far from the origin, products of coordinates would drown a small area.
    points = points - points[:, :1]
    nxt = np.roll(points, -1, axis=1)
    cross = points[..., 0] * nxt[..., 1] - points[..., 1] * nxt[..., 0]
    return np.abs(cross.sum(axis=1)) / 2.0


def _clip(points: np.ndarray, axis: int, bound: np.ndarray, keep_below: bool) -> np.ndarray:
    """Clip polygons ``(T, N, 2)`` by one axis-aligned half plane; returns ``(T, 2N, 2)``.

    Each edge yields two vertices: its start and its crossing where they are inside, else a repetition of a vertex
    already emitted, which leaves the area unchanged. A polygon outside becomes one point, repeated.
    """
    sign = -1.0 if keep_below else 1.0
    distance = sign * (points[..., axis] - bound[:, None])
    nxt = np.roll(points, -1, axis=1)
    distance_next = np.roll(distance, -1, axis=1)
    inside, inside_next = distance >= 0, distance_next >= 0
    step = distance - distance_next
    share = np.where(step == 0, 0.0, distance / np.where(step == 0, 1.0, step))
    crossing = points + share[..., None] * (nxt - points)
    crossing[..., axis] = bound[:, None]
    crosses = inside != inside_next
    count, corners = points.shape[:2]
    candidates = np.stack([points, crossing], axis=2).reshape(count, 2 * corners, 2)
    valid = np.stack([inside, crosses], axis=2).reshape(count, 2 * corners)
    position = np.where(valid, np.arange(2 * corners), -1)
    last = np.maximum.accumulate(position, axis=1)
    final = last[:, -1:]
    source = np.where(last < 0, final, last)
    return np.take_along_axis(candidates, np.maximum(source, 0)[..., None], axis=1)


def _clip_to_box(points: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    for axis in (0, 1):
        points = _clip(points, axis, low[:, axis], keep_below=False)
        points = _clip(points, axis, high[:, axis], keep_below=True)
    return points


def polygon_overlap(
    polygons: np.ndarray, boxes: np.ndarray, image_size: tuple[float, float] | None = None
) -> np.ndarray:
    """Intersection over union of convex polygons with boxes, optionally inside the image only.

    Parameters
    ----------
    polygons : float ``(T, 8)`` corners in order, px.
    boxes : float ``(T, 4)`` x, y, w, h, px.
    image_size : (width, height); when given, both regions are clipped to the image first (VOT).

    Returns
    -------
    float64 ``(T,)`` in [0, 1]; 0 where both regions are empty.

    Source
    ------
    VOT toolkit, bounded region overlap. The toolkit rasterises; this is the exact area, so values differ by the
    pixel grain.
    """
    points = np.asarray(polygons, dtype=np.float64).reshape(-1, 4, 2)
    boxes = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    visible = points
    if image_size is not None:
        limit = np.broadcast_to(np.asarray(image_size, dtype=np.float64), low.shape)
        visible = _clip_to_box(points, np.zeros_like(low), limit)
        low, high = np.clip(low, 0.0, limit), np.clip(high, 0.0, limit)
    box_area = np.prod(np.maximum(high - low, 0.0), axis=1)
    # The box is inside the image, so the unclipped polygon gives the same area with a sixteenth of the vertices.
    intersection = np.where(box_area > 0, _area(_clip_to_box(points, low, high)), 0.0)
    union = _area(visible) + box_area - intersection
    return np.where(union > 0, intersection / np.where(union > 0, union, 1.0), 0.0)
