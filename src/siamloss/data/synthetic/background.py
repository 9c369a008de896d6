"""The scene behind the objects: a dead-leaves picture of textured shapes under a panning camera."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from siamloss.data.synthetic.motion import wander
from siamloss.data.synthetic.textures import Style, draw_style, paint, similar_style

ROOM = 1.5
_LAYERS = 5
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
        flags, size = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, (width, height)
        return cv2.warpAffine(self.picture, self.matrices[index], size, flags=flags, borderMode=cv2.BORDER_REFLECT)


def paint_picture(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Overlapping textured leaves on textured ground, uint8 BGR, :data:`ROOM` times larger than the frame."""
    wide, high = round(width * ROOM), round(height * ROOM)
    unit = _unit(width, height)
    muted = rng.uniform(0.0, 0.6)
    layers = [paint(rng, _mute(draw_style(rng, (10 * unit, 70 * unit)), muted), high, wide) for _ in range(_LAYERS)]
    picture = _strew(rng, layers[0], layers[1:], _LEAVES, unit)
    return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.8))


def add_clutter(
    rng: np.random.Generator, picture: np.ndarray, width: int, height: int, style: Style, knob: float
) -> np.ndarray:
    """The picture with more leaves whose textures resemble a style, the more so with a knob above 1."""
    high, wide = picture.shape[:2]
    likeness = min(0.75 * max(knob, 1.0), 1.0)
    layers = [paint(rng, similar_style(rng, style, likeness), high, wide) for _ in range(2)]
    return _strew(rng, picture, layers, _LEAVES // 2, _unit(width, height))


def _strew(
    rng: np.random.Generator, ground: np.ndarray, layers: list[np.ndarray], count: int, unit: float
) -> np.ndarray:
    """Lay ``count`` leaves on a ground, each cut from one of the layers and shaded on its own."""
    high, wide = ground.shape[:2]
    labels = np.zeros((high, wide), np.uint8)
    gain = np.full((high, wide), 255, np.uint8)
    for _ in range(count):
        radius = unit * float(np.exp(rng.uniform(np.log(8), np.log(60))))
        points = _leaf(rng, rng.uniform(0, 1, 2) * (wide, high), radius)
        cv2.fillPoly(labels, [points], int(rng.integers(1, len(layers) + 1)), shift=3)
        cv2.fillPoly(gain, [points], int(rng.integers(140, 256)), shift=3)
    picture = ground.copy()
    for index, layer in enumerate(layers, start=1):
        cv2.copyTo(layer, (labels == index).astype(np.uint8), picture)
    return cv2.multiply(picture, cv2.merge([gain] * 3), scale=1 / 255)


def _mute(style: Style, share: float) -> Style:
    """The style with its colours drawn towards their mean: 0 leaves them, 1 makes them equal."""
    return replace(style, palette=style.palette + share * (style.palette.mean(axis=0) - style.palette))


def _unit(width: int, height: int) -> float:
    return float(np.sqrt(width * height / (320 * 240)))


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
