"""A sprite is what an object looks like: texture, silhouette and shading, drawn into a patch of the image."""

from dataclasses import dataclass

import cv2
import numpy as np

from siamloss.data.synthetic.poses import Poses, to_unit
from siamloss.data.synthetic.shapes import MARGIN, draw_mask
from siamloss.data.synthetic.textures import Style, paint

SIDE_PX = 144
TEXTURE_MARGIN = 1.6875
TEXTURE_SLIDE = 0.55
PERIOD_PX = (20.0, 56.0)
_LEVELS = 4


@dataclass(frozen=True)
class Sprite:
    """Texture and silhouette of an object at several resolutions.

    Attributes
    ----------
    outline : float64 ``(N, 2)`` in the unit square.
    masks : uint8 ``(S, S, 2)`` alpha and shading over [-MARGIN, MARGIN]^2, S halving from level to level.
    textures : uint8 BGR ``(S', S', 3)`` over [-TEXTURE_MARGIN, TEXTURE_MARGIN]^2, wider than the silhouette so that
        turning out of the plane brings new surface into view.
    """

    outline: np.ndarray
    masks: tuple[np.ndarray, ...]
    textures: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Patch:
    """Part of an image with premultiplied colour.

    Attributes
    ----------
    left, top : column and row of the first pixel in the image; may be negative.
    colour : float32 BGR ``(H, W, 3)``, already times alpha.
    alpha : float32 ``(H, W)`` in [0, 1].
    """

    left: int
    top: int
    colour: np.ndarray
    alpha: np.ndarray


def make_sprite(rng: np.random.Generator, outline: np.ndarray, style: Style) -> Sprite:
    """Paint a sprite of this silhouette and style; the rim is shaded and the light comes from one side."""
    alpha = draw_mask(outline, SIDE_PX)
    depth = cv2.distanceTransform((alpha > 127).astype(np.uint8), cv2.DIST_L2, 3)
    rim = np.clip(1.0 - depth / (0.09 * SIDE_PX), 0.0, 1.0)
    turn, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.25)
    ramp = np.linspace(-1, 1, SIDE_PX)
    slope = np.cos(turn) * ramp[None] + np.sin(turn) * ramp[:, None]
    shading = (1.0 - rng.uniform(0.35, 0.7) * rim) * (0.85 + strength * slope)
    mask = np.dstack([alpha, np.clip(shading * 255, 0, 255).astype(np.uint8)])
    side = round(SIDE_PX * TEXTURE_MARGIN / MARGIN)
    return Sprite(outline, pyramid(mask), pyramid(paint(rng, style, side, side)))


def draw_patch(sprite: Sprite, poses: Poses, frame: int, box: np.ndarray, blur: np.ndarray | None = None) -> Patch:
    """Draw an object as it stands in one frame, also where it lies outside the image.

    Parameters
    ----------
    sprite, poses, frame : what, and how it stands.
    box : ``(4,)`` x, y, w, h of its outline, px.
    blur : kernel of :func:`siamloss.data.synthetic.blur.line_kernel`, or None for a sharp patch.
    """
    margin = 2 if blur is None else 2 + blur.shape[0] // 2
    left, top = (int(np.floor(box[i])) - margin for i in (0, 1))
    right, bottom = (int(np.ceil(box[i] + box[i + 2])) + margin for i in (0, 1))
    x = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5)
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5)
    u, v = to_unit(poses, frame, x, y)
    level = _level(sprite, poses.half_size[frame])
    slide = TEXTURE_SLIDE * np.sin(poses.yaw[frame])
    mask = _sample(sprite.masks[level], u, v, MARGIN, cv2.BORDER_CONSTANT)
    texture = _sample(sprite.textures[level], u + np.float32(slide), v, TEXTURE_MARGIN, cv2.BORDER_REFLECT)
    alpha = mask[..., 0] * np.float32(1 / 255)
    colour = texture * (alpha * mask[..., 1] * np.float32(1 / 255))[..., None]
    if blur is not None:
        colour = cv2.filter2D(colour, -1, blur, borderType=cv2.BORDER_CONSTANT)
        alpha = cv2.filter2D(alpha, -1, blur, borderType=cv2.BORDER_CONSTANT)
    return Patch(left, top, colour, alpha)


def _sample(image: np.ndarray, u: np.ndarray, v: np.ndarray, margin: float, border: int) -> np.ndarray:
    scale = np.float32(image.shape[0] / (2 * margin))
    offset = np.float32(image.shape[0] / 2 - 0.5)
    return cv2.remap(image, u * scale + offset, v * scale + offset, cv2.INTER_LINEAR, borderMode=border)


def _level(sprite: Sprite, half_size: np.ndarray) -> int:
    """The resolution nearest to that of the drawn object, so that small objects do not alias."""
    minification = SIDE_PX / (2 * MARGIN) / np.sqrt(half_size[0] * half_size[1])
    return int(np.clip(np.round(np.log2(minification)), 0, len(sprite.masks) - 1))


def pyramid(image: np.ndarray) -> tuple[np.ndarray, ...]:
    """The image at several resolutions, each half of the one before."""
    levels = [image]
    while len(levels) < _LEVELS:
        half = levels[-1].shape[0] // 2
        levels.append(cv2.resize(levels[-1], (half, half), interpolation=cv2.INTER_AREA))
    return tuple(levels)
