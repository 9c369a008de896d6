"""Illumination over time: gain and gamma of the whole frame, and a shadow that moves through it."""

from dataclasses import dataclass

import cv2
import numpy as np

from siamloss.data.synthetic.motion import swing, wander

_COARSE = 8


@dataclass(frozen=True)
class Light:
    """Illumination of T frames.

    Attributes
    ----------
    gain : ``(T,)`` factor. gamma : ``(T,)`` exponent.
    depth : darkness of the shadow's core, 0 (none) to 1.
    direction : rad, across the shadow's edge. width : half width of the shadow, px.
    offset : ``(T,)`` distance of its axis from the frame's corner along ``direction``, px.
    """

    gain: np.ndarray
    gamma: np.ndarray
    depth: float
    direction: float
    width: float
    offset: np.ndarray

    def shade(self, frame: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Factor in [1 - depth, 1] by which the shadow darkens image points, px."""
        across = np.abs(np.cos(self.direction) * x + np.sin(self.direction) * y - self.offset[frame]) / self.width
        return 1.0 - self.depth * np.clip(2.0 - across, 0.0, 1.0)

    def brightness(self, centers: np.ndarray) -> np.ndarray:
        """Brightness ``(T,)`` that middle grey gets at the points ``(T, 2)``, relative to no change."""
        tone = self.gain * 0.5 ** (self.gamma - 1.0)
        return tone * np.array([self.shade(t, *center) for t, center in enumerate(centers)])

    def apply(self, image: np.ndarray, frame: int) -> np.ndarray:
        """Light an image, uint8 BGR ``(H, W, 3)``."""
        grey = np.arange(256) / 255.0
        table = np.clip(255.0 * self.gain[frame] * grey ** self.gamma[frame] + 0.5, 0, 255).astype(np.uint8)
        image = cv2.LUT(image, table)
        if self.depth == 0:
            return image
        height, width = image.shape[:2]
        x = (np.arange(0, width, _COARSE) + _COARSE / 2)[None]
        y = (np.arange(0, height, _COARSE) + _COARSE / 2)[:, None]
        shade = np.repeat((self.shade(frame, x, y) * 255).astype(np.uint8)[..., None], 3, axis=2)
        return cv2.multiply(image, cv2.resize(shade, (width, height), interpolation=cv2.INTER_LINEAR), scale=1 / 255)


def draw_light(rng: np.random.Generator, frames: int, width: int, height: int, strength: float, varies: bool) -> Light:
    """Draw an illumination; without ``varies`` it only trembles by a few percent.

    Parameters
    ----------
    strength : 0 is constant light, 1 the default.
    """
    strength = min(strength, 1.5)
    sign = rng.choice([-1.0, 1.0])
    gain = sign * swing(frames, strength * (rng.uniform(0.35, 0.5) if varies else 0.02), 0.03)
    gamma = (0.3 if varies else 0.02) * strength * (wander(rng, frames, 60.0))
    direction = rng.uniform(0, 2 * np.pi)
    reach = abs(np.cos(direction)) * width + abs(np.sin(direction)) * height
    middle = (np.cos(direction) * width + np.sin(direction) * height) / 2.0
    offset = middle + reach * np.linspace(-0.9, 0.9, frames)
    depth = min(float(rng.uniform(0.4, 0.55)) * strength, 0.75) if varies else 0.0
    return Light(np.exp(np.minimum(gain, 0.4)), np.exp(gamma), depth, direction, float(0.14 * reach), offset)
