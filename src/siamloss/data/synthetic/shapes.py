"""Silhouettes: closed outlines that fill the square [-1, 1]^2, and their masks."""

import cv2
import numpy as np

KINDS = ("ellipse", "box", "blob", "star", "gem")
POINTS = 96
MARGIN = 1.125
_OVERSAMPLING = 4


def draw_outline(rng: np.random.Generator, kind: str) -> np.ndarray:
    """Closed outline of a random silhouette.

    Parameters
    ----------
    rng : source of the shape's own variation.
    kind : one of :data:`KINDS`.

    Returns
    -------
    float64 ``(POINTS, 2)`` x, y in order; the extremes of both axes are exactly -1 and 1.
    """
    turn = np.linspace(0, 2 * np.pi, POINTS, endpoint=False)
    if kind == "ellipse":
        points = _superellipse(turn, 2.0)
    elif kind == "box":
        points = _superellipse(turn, rng.uniform(4.0, 8.0))
    elif kind == "blob":
        waves = sum(rng.uniform(0.3, 1.0) * np.sin(k * turn + rng.uniform(0, 2 * np.pi)) / k for k in (2, 3, 4))
        points = (1.0 + 0.3 * waves)[:, None] * _unit(turn)
    elif kind == "star":
        tips = int(rng.integers(4, 8))
        radius = 1.0 + rng.uniform(0.16, 0.3) * np.cos(tips * turn + rng.uniform(0, 2 * np.pi))
        points = radius[:, None] * _unit(turn)
    elif kind == "gem":
        corners = np.sort(rng.uniform(0, 2 * np.pi / 7, 7) + np.arange(7) * 2 * np.pi / 7)
        points = _subdivide(rng.uniform(0.8, 1.1, 7)[:, None] * _unit(corners))
    else:
        raise ValueError(f"unknown silhouette '{kind}'; choose one of {', '.join(KINDS)}")
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - low) / (high - low) * 2.0 - 1.0


def vary_outline(rng: np.random.Generator, outline: np.ndarray, amount: float) -> np.ndarray:
    """The outline with its radius changed smoothly by up to ``amount`` (0..1), again filling [-1, 1]^2."""
    turn = np.linspace(0, 2 * np.pi, len(outline), endpoint=False)
    waves = sum(rng.uniform(-1, 1) * np.sin(k * turn + rng.uniform(0, 2 * np.pi)) for k in (1, 2, 3))
    points = outline * (1.0 + amount * waves / 3.0)[:, None]
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - low) / (high - low) * 2.0 - 1.0


def draw_mask(outline: np.ndarray, side_px: int) -> np.ndarray:
    """Anti-aliased mask of an outline.

    Parameters
    ----------
    outline : float ``(N, 2)`` in [-1, 1].
    side_px : canvas side; the canvas spans [-MARGIN, MARGIN] on both axes.

    Returns
    -------
    uint8 ``(side_px, side_px)``; 255 inside, and the share of the pixel inside on the edge.
    """
    side = side_px * _OVERSAMPLING
    canvas = np.zeros((side, side), np.uint8)
    corners = (outline + MARGIN) * (side / (2 * MARGIN)) - 0.5
    cv2.fillPoly(canvas, [np.round(corners * 16).astype(np.int32)], 255, shift=4)
    return cv2.resize(canvas, (side_px, side_px), interpolation=cv2.INTER_AREA)


def _unit(turn: np.ndarray) -> np.ndarray:
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)


def _superellipse(turn: np.ndarray, power: float) -> np.ndarray:
    circle = _unit(turn)
    return np.sign(circle) * np.abs(circle) ** (2.0 / power)


def _subdivide(corners: np.ndarray) -> np.ndarray:
    """Polygon ``(C, 2)`` resampled to POINTS points, its corners among them."""
    count = len(corners)
    edges = np.arange(POINTS) * count // POINTS
    first = np.searchsorted(edges, np.arange(count))
    share = (np.arange(POINTS) - first[edges]) / np.diff(np.append(first, POINTS))[edges]
    nxt = np.roll(corners, -1, axis=0)
    return corners[edges] + share[:, None] * (nxt[edges] - corners[edges])
