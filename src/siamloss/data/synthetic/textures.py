"""Random textures: a style is the recipe that a target and its look-alikes share, painting draws one instance of it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

PATTERNS = ("noise", "stripes", "checker", "rings", "patches", "spots", "strokes")


@dataclass(frozen=True)
class Style:
    """Recipe of a texture.

    Attributes
    ----------
    pattern : one of :data:`PATTERNS`.
    palette : float32 ``(K, 3)`` BGR colours in [0, 255].
    period_px : typical size of the pattern's elements on the painted canvas.
    angle : direction of the pattern, rad.
    grain : strength of the multi-octave shading, 0..1.
    """

    pattern: str
    palette: np.ndarray
    period_px: float
    angle: float
    grain: float


def draw_palette(rng: np.random.Generator) -> np.ndarray:
    """Three to five colours, float32 ``(K, 3)`` BGR in [0, 255], spread in brightness; one in four greyish."""
    count = int(rng.integers(3, 6))
    hue = (rng.uniform(0, 360) + rng.normal(0, 50, count)) % 360
    saturation = rng.uniform(0.02, 0.15, count) if rng.random() < 0.25 else rng.uniform(0.2, 0.9, count)
    value = rng.permutation(np.linspace(0.2, 0.95, count)) + rng.uniform(-0.08, 0.05, count)
    hsv = np.stack([hue, saturation, value], axis=1).astype(np.float32)[None]
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)[0] * 255.0


def draw_style(rng: np.random.Generator, period_px: tuple[float, float]) -> Style:
    """A style whose elements measure between the two given sizes (log-uniform), px."""
    low, high = np.log(period_px)
    return Style(
        pattern=str(rng.choice(PATTERNS)),
        palette=draw_palette(rng),
        period_px=float(np.exp(rng.uniform(low, high))),
        angle=float(rng.uniform(0, np.pi)),
        grain=float(rng.uniform(0.2, 0.7)),
    )


def similar_style(rng: np.random.Generator, style: Style, similarity: float) -> Style:
    """A style that shares colours, pattern and element size with ``style`` as far as ``similarity`` (0..1) says."""
    other = draw_style(rng, (style.period_px * 0.5, style.period_px * 2.0))
    return replace(
        other,
        pattern=style.pattern if rng.random() < similarity else other.pattern,
        palette=mix_palettes(other.palette, style.palette, similarity),
        period_px=other.period_px + float(similarity) * (style.period_px - other.period_px),
    )


def mix_palettes(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    """Colours ``(K, 3)`` between palette ``a`` (share 0) and ``b`` (share 1); K is that of ``b``."""
    return ((1.0 - share) * a[np.arange(len(b)) % len(a)] + share * b).astype(np.float32)


def octave_noise(rng: np.random.Generator, height: int, width: int, cell_px: float, octaves: int = 4) -> np.ndarray:
    """Multi-octave value noise, float32 ``(height, width)`` in [0, 1]; the coarsest cells measure ``cell_px``."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cell = max(cell_px / 2**octave, 1.5)
        grid = rng.random((int(height / cell) + 2, int(width / cell) + 2), dtype=np.float32)
        total += 0.55**octave * cv2.resize(grid, (width, height), interpolation=cv2.INTER_LINEAR)
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-6)


def paint(rng: np.random.Generator, style: Style, height: int, width: int) -> np.ndarray:
    """One instance of a style, uint8 BGR ``(height, width, 3)``."""
    level = np.clip(_level(rng, style, height, width) * 255, 0, 255).astype(np.uint8)
    steps = np.arange(len(style.palette))
    ramp = np.stack([np.interp(np.linspace(0, steps[-1], 256), steps, style.palette[:, c]) for c in range(3)], axis=1)
    colour = cv2.applyColorMap(level, np.clip(ramp, 0, 255).astype(np.uint8)[:, None])
    shading = 1.0 + style.grain * (octave_noise(rng, height, width, style.period_px * 1.5) - 0.5)
    return cv2.multiply(colour, cv2.merge([shading] * 3), dtype=cv2.CV_8U)


def _level(rng: np.random.Generator, style: Style, height: int, width: int) -> np.ndarray:
    """Position in the palette, float32 ``(height, width)`` about [0, 1]."""
    period = style.period_px
    if style.pattern == "noise":
        return np.clip(1.6 * octave_noise(rng, height, width, period * 1.5) - 0.3, 0, 1)
    if style.pattern in ("spots", "strokes"):
        return _drawn(rng, style, height, width)
    if style.pattern == "patches":
        return _patches(rng, height, width, period)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bend = 0.5 * octave_noise(rng, height, width, period * 4, octaves=2)
    cos, sin = np.float32(np.cos(style.angle)), np.float32(np.sin(style.angle))
    along, across = (cos * x + sin * y) / period + bend, (cos * y - sin * x) / period + bend
    phase = rng.random(2).astype(np.float32)
    if style.pattern == "stripes":
        return _wave(along + phase[0])
    if style.pattern == "checker":
        return np.abs(_wave(along + phase[0]) - _wave(across + phase[1]))
    centre = rng.uniform(0.2, 0.8, 2).astype(np.float32)
    return _wave(np.hypot(x - centre[0] * width, y - centre[1] * height) / period + bend)


def _wave(position: np.ndarray) -> np.ndarray:
    """Wave of period 1 with flat crests and short flanks, float32 in [0, 1]."""
    triangle = np.abs((position % 1.0) * 2.0 - 1.0)
    return np.clip((triangle - 0.5) * 4.0 + 0.5, 0.0, 1.0)


def _patches(rng: np.random.Generator, height: int, width: int, period: float) -> np.ndarray:
    """Irregular cells of constant level: noise cut into contour bands on a jittered grid."""
    rows, columns = int(height / period) + 2, int(width / period) + 2
    grid = rng.random((rows, columns), dtype=np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    shift_x = period * (octave_noise(rng, height, width, period, 2) - 0.5)
    shift_y = period * (octave_noise(rng, height, width, period, 2) - 0.5)
    columns_at, rows_at = (x + shift_x) / period, (y + shift_y) / period
    return cv2.remap(grid, columns_at, rows_at, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT)


def _drawn(rng: np.random.Generator, style: Style, height: int, width: int) -> np.ndarray:
    """Discs or short line segments of random level on a dark ground."""
    period = style.period_px
    canvas = np.full((height, width), 0.05, np.float32)
    count = min(int(0.9 * height * width / period**2) + 3, 600)
    for x, y, level, turn, size in rng.random((count, 5)):
        start = (int(x * width), int(y * height))
        if style.pattern == "spots":
            cv2.circle(canvas, start, max(int(period * (0.2 + 0.3 * size)), 1), 0.3 + 0.7 * level, -1)
        else:
            angle = style.angle + 1.2 * (turn - 0.5)
            reach = period * (0.8 + size)
            end = (int(start[0] + reach * np.cos(angle)), int(start[1] + reach * np.sin(angle)))
            cv2.line(canvas, start, end, 0.3 + 0.7 * level, max(int(period * 0.22), 1))
    return cv2.GaussianBlur(canvas, (0, 0), 0.7)
