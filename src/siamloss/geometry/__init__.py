"""Boxes, polygons and the SiamFC context window: plain functions on arrays, shared by all rooms.

Boxes are float64 ``(T, 4)`` x, y, w, h with a 0-based top-left pixel corner; polygons are float64 ``(T, 8)``
x1, y1, ..., x4, y4 in the same pixel frame. Only numpy is imported here.
"""

from siamloss.geometry.boxes import box_center, center_error, overlap, polygon_to_box
from siamloss.geometry.context import context_size
from siamloss.geometry.polygons import polygon_overlap

__all__ = ["box_center", "center_error", "context_size", "overlap", "polygon_overlap", "polygon_to_box"]
