"""What is true of a rendered sequence: the source of every annotation and label."""

from dataclasses import dataclass

import numpy as np

from siamloss.data.synthetic.poses import Poses, rotate, to_image, to_object_axes

ABSENT_BELOW = 1.0 / 8.0


@dataclass(frozen=True)
class Facts:
    """Exact state of the target in T frames.

    Attributes
    ----------
    boxes : ``(T, 4)`` tight box of the silhouette, px, not cut by the image or by occluders.
    polygons : ``(T, 8)`` tight rectangle along the target's own axes, px, not cut.
    cut : bool ``(T,)``; the box reaches out of the image.
    in_view : ``(T,)`` share of the silhouette inside the image.
    visible : ``(T,)`` share inside the image and not occluded.
    angle, yaw : ``(T,)`` rotation in and out of the image plane, rad.
    bend : ``(T,)`` mean displacement of the outline by deformation since the first frame, in half sizes.
    blur_px : ``(T,)`` length of the motion blur.
    brightness : ``(T,)`` relative brightness of the light on the target.
    camera_px : ``(T,)`` motion of the scene behind the target since the frame before.
    look_alike : similarity of the most similar distractor or background near the target, 0..1.
    """

    boxes: np.ndarray
    polygons: np.ndarray
    cut: np.ndarray
    in_view: np.ndarray
    visible: np.ndarray
    angle: np.ndarray
    yaw: np.ndarray
    bend: np.ndarray
    blur_px: np.ndarray
    brightness: np.ndarray
    camera_px: np.ndarray
    look_alike: float

    @property
    def absent(self) -> np.ndarray:
        """bool ``(T,)``: less than an eighth of the target can be seen."""
        return self.visible < ABSENT_BELOW

    @property
    def cover(self) -> np.ndarray:
        """int ``(T,)``: visible share in eighths; 0 exactly where the target is absent."""
        return np.where(self.absent, 0, np.clip(np.round(self.visible * 8), 1, 8)).astype(int)


def tight_boxes(poses: Poses, outline: np.ndarray) -> np.ndarray:
    """Axis-aligned box ``(T, 4)`` x, y, w, h of an outline ``(N, 2)`` in every frame, px."""
    points = to_image(poses, outline)
    low, high = points.min(axis=1), points.max(axis=1)
    return np.concatenate([low, high - low], axis=1)


def tight_polygons(poses: Poses, outline: np.ndarray) -> np.ndarray:
    """Rectangle ``(T, 8)`` about an outline along the object's axes, px; clockwise from its own top left corner."""
    points = to_object_axes(poses, outline)
    (left, top), (right, bottom) = points.min(axis=1).T, points.max(axis=1).T
    corners = np.stack([left, top, right, top, right, bottom, left, bottom], axis=1).reshape(-1, 4, 2)
    return (rotate(corners, poses.angle) + poses.center[:, None]).reshape(-1, 8)


def clip_boxes(boxes: np.ndarray, width: int, height: int, least_px: float = 2.0) -> np.ndarray:
    """Boxes ``(T, 4)`` cut to the image; one outside becomes a strip of ``least_px`` at the nearest border."""
    size = np.array([width, height], dtype=np.float64)
    low = np.clip(boxes[:, :2], 0.0, size - least_px)
    high = np.clip(boxes[:, :2] + boxes[:, 2:], low + least_px, size)
    return np.concatenate([low, high - low], axis=1)


def cut_by_image(boxes: np.ndarray, width: int, height: int) -> np.ndarray:
    """bool ``(T,)``: the box reaches out of the image."""
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    return (low < 0).any(axis=1) | (high > np.array([width, height])).any(axis=1)
