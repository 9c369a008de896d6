"""Where and how an object stands in every frame: an exactly invertible map between its unit square and the image.

Image points are px on the continuous plane of the boxes: pixel i covers [i, i + 1), its centre is i + 0.5.
"""

from dataclasses import dataclass

import numpy as np

WAVE_NUMBER = 2.2
PERSPECTIVE = 0.25


@dataclass(frozen=True)
class Poses:
    """Poses of one object over T frames.

    Attributes
    ----------
    center : ``(T, 2)`` x, y, px.
    half_size : ``(T, 2)`` half width and height before rotation, px.
    angle : ``(T,)`` rotation in the image plane, rad, clockwise on the screen.
    yaw : ``(T,)`` rotation out of the image plane, rad.
    bend : ``(T, 2)`` amplitude of the bending waves along x and y, in half sizes.
    phase : ``(T, 2)`` phase of the bending waves, rad.
    """

    center: np.ndarray
    half_size: np.ndarray
    angle: np.ndarray
    yaw: np.ndarray
    bend: np.ndarray
    phase: np.ndarray

    def __len__(self) -> int:
        return len(self.center)


def deform(poses: Poses, points: np.ndarray) -> np.ndarray:
    """Perspective and bending of unit points ``(N, 2)`` in every frame, ``(T, N, 2)``: two shears, so invertible."""
    x = np.broadcast_to(points[:, 0], (len(poses), len(points)))
    y = points[:, 1] * (1.0 + PERSPECTIVE * np.sin(poses.yaw)[:, None] * x)
    x = x + poses.bend[:, :1] * np.sin(WAVE_NUMBER * y + poses.phase[:, :1])
    y = y + poses.bend[:, 1:] * np.sin(WAVE_NUMBER * x + poses.phase[:, 1:])
    return np.stack([x, y], axis=-1)


def to_object_axes(poses: Poses, points: np.ndarray) -> np.ndarray:
    """Unit points ``(N, 2)`` in the object's own px axes, before rotation and translation, ``(T, N, 2)``."""
    squeeze = np.stack([np.cos(poses.yaw), np.ones(len(poses))], axis=1)
    return deform(poses, points) * (poses.half_size * squeeze)[:, None]


def to_image(poses: Poses, points: np.ndarray) -> np.ndarray:
    """Unit points ``(N, 2)`` in the image, ``(T, N, 2)`` px."""
    return rotate(to_object_axes(poses, points), poses.angle) + poses.center[:, None]


def rotate(points: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Points ``(T, N, 2)`` turned about the origin by ``angle`` ``(T,)`` rad."""
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y = points[..., 0], points[..., 1]
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)


def to_unit(poses: Poses, frame: int, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit coordinates of image points in one frame; the inverse of :func:`to_image`.

    Parameters
    ----------
    poses, frame : the pose.
    x : float32 ``(1, W)`` px. y : float32 ``(H, 1)`` px.

    Returns
    -------
    two float32 ``(H, W)``: x and y in the unit square of the object.
    """
    cos, sin = np.cos(poses.angle[frame]), np.sin(poses.angle[frame])
    (half_x, half_y), yaw = poses.half_size[frame], poses.yaw[frame]
    x, y = x - np.float32(poses.center[frame, 0]), y - np.float32(poses.center[frame, 1])
    half_x = half_x * np.cos(yaw)
    u = np.float32(cos / half_x) * x + np.float32(sin / half_x) * y
    v = np.float32(-sin / half_y) * x + np.float32(cos / half_y) * y
    bend, phase = poses.bend[frame].astype(np.float32), poses.phase[frame].astype(np.float32)
    if bend.any():
        v = v - bend[1] * np.sin(np.float32(WAVE_NUMBER) * u + phase[1])
        u = u - bend[0] * np.sin(np.float32(WAVE_NUMBER) * v + phase[0])
    if yaw:
        v = v / np.maximum(1.0 + np.float32(PERSPECTIVE * np.sin(yaw)) * u, np.float32(0.1))
    return u, v
