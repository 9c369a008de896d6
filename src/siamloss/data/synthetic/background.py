"""The scene behind the objects: a dead-leaves picture of textured shapes under a panning camera."""

from dataclasses import dataclass

import cv2
import numpy as np

from siamloss.data.synthetic.motion import wander
from siamloss.data.synthetic.textures import Style, draw_style, paint, similar_style

ROOM = 1.5
_LEAVES = 70


@dataclass(frozen=True)
class Background:
    """A picture larger than the frame and the camera that looks at it.

    Attributes
    ----------
    picture : uint8 BGR ``(H', W', 3)``.
    matrices : float64 ``(T, 2, 3)`` frame px -> picture px, for pixel centres.
    shift : ``(T, 2)`` how far the scene moved in the frame since the frame before, px.
    """

    picture: np.ndarray
    matrices: np.ndarray
    shift: np.ndarray

    def frame(self, index: int, width: int, height: int) -> np.ndarray:
        """What the camera sees, uint8 BGR ``(height, width, 3)``; beyond its edge the picture is mirrored."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(self.picture, self.matrices[index], (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT)


def paint_picture(rng: np.random.Generator, width: int, height: int, clutter: Style | None) -> np.ndarray:
    """Overlapping textured leaves on textured ground, uint8 BGR.

    Parameters
    ----------
    width, height : size of the frame, px; the picture is :data:`ROOM` times larger.
    clutter : when given, two of the five textures resemble this style.
    """
    wide, high = round(width * ROOM), round(height * ROOM)
    unit = np.sqrt(width * height / (320 * 240))
    styles = [draw_style(rng, (10 * unit, 70 * unit)) for _ in range(5)]
    if clutter is not None:
        styles[1:3] = [similar_style(rng, clutter, 0.75) for _ in range(2)]
    layers = [paint(rng, style, high, wide) for style in styles]
    labels = np.zeros((high, wide), np.uint8)
    gain = np.full((high, wide), 0.85, np.float32)
    for _ in range(_LEAVES):
        radius = unit * float(np.exp(rng.uniform(np.log(8), np.log(60))))
        points = _leaf(rng, rng.uniform(0, 1, 2) * (wide, high), radius)
        cv2.fillPoly(labels, [points], int(rng.integers(1, 5)), shift=3)
        cv2.fillPoly(gain, [points], float(rng.uniform(0.55, 1.1)), shift=3)
    picture = layers[0]
    for index in range(1, 5):
        picture = np.where((labels == index)[..., None], layers[index], picture)
    gain = cv2.GaussianBlur(gain, (0, 0), 0.8)
    return cv2.GaussianBlur(np.clip(picture * gain[..., None], 0, 255).astype(np.uint8), (0, 0), 0.6)


def point_camera(
    rng: np.random.Generator, picture: np.ndarray, width: int, height: int, frames: int, speed: float, jerk: np.ndarray
) -> Background:
    """Let a camera pan, zoom and roll over a picture.

    Parameters
    ----------
    speed : mean speed of the pan, px per frame; 0 is a static camera.
    jerk : ``(T, 2)`` steps added to the scene's motion in the frame, px.
    """
    heading = rng.uniform(0, 2 * np.pi) + wander(rng, frames, 80.0)
    steps = (speed * (1.0 + 0.6 * wander(rng, frames, 40.0)))[:, None] * np.stack([np.cos(heading), np.sin(heading)], 1)
    steps[0] = 0.0
    shift = steps + jerk
    zoom = 1.0 + 0.02 * min(speed, 3.0) * wander(rng, frames, 70.0)
    roll = np.deg2rad(1.5) * min(speed, 3.0) * wander(rng, frames, 70.0)
    cos, sin = np.cos(roll) * zoom, np.sin(roll) * zoom
    linear = np.stack([np.stack([cos, -sin], 1), np.stack([sin, cos], 1)], axis=1)
    middle = np.array([picture.shape[1], picture.shape[0]]) / 2.0
    offset = middle - np.cumsum(shift, axis=0) - linear @ (np.array([width, height]) / 2.0)
    return Background(picture, np.concatenate([linear, offset[:, :, None]], axis=2), shift)


def _leaf(rng: np.random.Generator, center: np.ndarray, radius: float) -> np.ndarray:
    """Random polygon or rounded shape, int32 ``(N, 2)`` in eighths of a px."""
    count = int(rng.choice([4, 5, 7, 24]))
    turn = (np.arange(count) + rng.uniform(0, 0.6, count)) * 2 * np.pi / count + rng.uniform(0, 2 * np.pi)
    reach = radius * rng.uniform(0.75, 1.25, (count, 1)) if count < 24 else np.full((count, 1), radius)
    stretch = np.array([1.0, rng.uniform(0.4, 1.0)])
    points = center + reach * np.stack([np.cos(turn), np.sin(turn)], axis=1) * stretch
    return np.round(points * 8).astype(np.int32)
