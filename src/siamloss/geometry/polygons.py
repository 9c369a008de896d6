"""Overlap of quadrilaterals with axis-aligned boxes, vectorised over frames.

The area of a polygon inside a box is the sum over its edges of the signed area between the edge and the box's lower
side, taken where the edge runs over the box and with its height held inside the box: a sum of three trapezoids.
"""

import numpy as np

BLOCK = 4096
"""Frames at a time: the intermediate arrays stay in the processor's cache."""


def _trapezoids(start: np.ndarray, end: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Signed area ``(4, T)`` between edges and the lower side of boxes.

    ``start`` and ``end`` are ``(2, 4, T)``, ``low`` and ``high`` are ``(2, T)``.
    """
    run, rise = end[0] - start[0], end[1] - start[1]
    left, right = np.clip(start[0], low[0], high[0]), np.clip(end[0], low[0], high[0])
    flat = rise == 0
    slope = rise / np.where(run == 0, 1.0, run)
    per_rise = np.where(flat, 0.0, run / np.where(flat, 1.0, rise))
    first, last = np.minimum(left, right), np.maximum(left, right)
    # Where the edge crosses the lower and the upper side; both inside the run, in the direction of the edge.
    crossing = [np.clip(start[0] + (side - start[1]) * per_rise, first, last) for side in (low[1], high[1])]
    rising = rise >= 0
    stops = [left, np.where(rising, *crossing), np.where(rising, *crossing[::-1]), right]
    heights = [np.clip(start[1] + slope * (stop - start[0]), low[1], high[1]) - low[1] for stop in stops]
    pieces = [(stops[k + 1] - stops[k]) * (heights[k + 1] + heights[k]) for k in range(3)]
    return (pieces[0] + pieces[1] + pieces[2]) / 2.0


def _separated(start: np.ndarray, end: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """True ``(T,)`` where an edge's line or the bounding box has the box on its outer side."""
    run, rise = end - start
    turn = np.sign((start[0] * end[1] - end[0] * start[1]).sum(axis=0))
    run, rise = run * turn, rise * turn
    # The box corner that lies furthest to the inner side of each edge.
    x, y = np.where(rise > 0, low[0], high[0]), np.where(run > 0, high[1], low[1])
    outside = (run * (y - start[1]) - rise * (x - start[0]) <= 0).any(axis=0)
    return outside | (start.min(axis=1) >= high).any(axis=0) | (start.max(axis=1) <= low).any(axis=0)


def _area_inside(points: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Area ``(T,)`` of polygons ``(2, 4, T)`` inside boxes with corners ``(2, T)``."""
    following = np.roll(points, -1, axis=1)
    area = np.abs(_trapezoids(points, following, low, high).sum(axis=0))
    # Beside the box the trapezoids cancel but for rounding, and "overlap > 0" decides failures.
    small = np.flatnonzero(area <= 1e-9 * np.prod(high - low, axis=0))
    if small.size:
        apart = _separated(points[..., small], following[..., small], low[:, small], high[:, small])
        area[small[apart]] = 0.0
    return area


def _area(points: np.ndarray) -> np.ndarray:
    """Shoelace area ``(T,)`` of polygons ``(2, 4, T)``."""
    x, y = points
    return np.abs((x[2] - x[0]) * (y[3] - y[1]) - (x[3] - x[1]) * (y[2] - y[0])) / 2.0


def _block_overlap(points: np.ndarray, boxes: np.ndarray, limit: np.ndarray | None) -> np.ndarray:
    """Overlap ``(T,)`` of polygons ``(2, 4, T)`` and boxes ``(4, T)`` inside images of size ``(2, T)``."""
    # Relative to the polygon: far from the origin, products of coordinates would drown a small area.
    origin = points.min(axis=1)
    points = points - origin[:, None]
    low, high = boxes[:2] - origin, boxes[:2] + boxes[2:] - origin
    visible = _area(points)
    if limit is not None:
        first, last = -origin, limit - origin
        low, high = np.clip(low, first, last), np.clip(high, first, last)
        cut = np.flatnonzero(((points < first[:, None]) | (points > last[:, None])).any(axis=(0, 1)))
        visible[cut] = _area_inside(points[..., cut], first[:, cut], last[:, cut])
    high = np.maximum(high, low)
    box_area = np.prod(high - low, axis=0)
    intersection = np.minimum(_area_inside(points, low, high), np.minimum(box_area, visible))
    union = visible + box_area - intersection
    return np.divide(intersection, union, out=np.zeros_like(union), where=union > 0)


def polygon_overlap(
    polygons: np.ndarray, boxes: np.ndarray, image_size: tuple[float, float] | None = None
) -> np.ndarray:
    """Intersection over union of quadrilaterals with boxes, optionally inside the image only.

    Parameters
    ----------
    polygons : float ``(T, 8)`` corners in order, either way round, px; convex.
    boxes : float ``(T, 4)`` x, y, w, h, px; a negative side is taken as no area.
    image_size : (width, height); when given, both regions are clipped to the image first (VOT).

    Returns
    -------
    float64 ``(T,)`` in [0, 1]; exactly 0 for regions that only touch, and where both regions are empty.

    Source
    ------
    VOT toolkit, bounded region overlap. The toolkit rasterises; this is the exact area, so values differ by the
    pixel grain. The GOT-10k toolkit takes the same area with shapely, frame by frame.

    Examples
    --------
    >>> polygon_overlap([[0, 0, 10, 0, 10, 10, 0, 10]], [[5, 0, 10, 10]]).round(4).tolist()
    [0.3333]
    """
    points = np.asarray(polygons, dtype=np.float64).reshape(-1, 4, 2).transpose(2, 1, 0)
    sides = np.asarray(boxes, dtype=np.float64).reshape(-1, 4).T
    count = sides.shape[1]
    limit = None
    if image_size is not None:
        limit = np.broadcast_to(np.asarray(image_size, dtype=np.float64).reshape(-1, 2).T, (2, count))
    overlap = np.empty(count)
    for begin in range(0, count, BLOCK):
        part = slice(begin, begin + BLOCK)
        inside = None if limit is None else limit[:, part]
        overlap[part] = _block_overlap(np.ascontiguousarray(points[..., part]), sides[:, part], inside)
    return overlap
