"""A score map as a heat map, with the positive cells outlined and the ignored ones hatched."""

import cv2
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from siamloss.report import style


def outline(mask: np.ndarray) -> np.ndarray:
    """Edges between the True cells of a mask ``(H, W)`` and the rest: segments ``(N, 2, 2)`` in cells, x and y."""
    padded = np.pad(mask.astype(bool), 1)
    segments = []
    for row, column in zip(*np.nonzero(padded[:, 1:] != padded[:, :-1]), strict=True):
        segments.append([(column - 0.5, row - 1.5), (column - 0.5, row - 0.5)])
    for row, column in zip(*np.nonzero(padded[1:] != padded[:-1]), strict=True):
        segments.append([(column - 1.5, row - 0.5), (column - 0.5, row - 0.5)])
    return np.array(segments, dtype=float).reshape(-1, 2, 2)


def draw_score_map(axes: Axes, scores: np.ndarray, labels: np.ndarray) -> None:
    """Draw one score map ``(H, W)`` on its own colour scale, and mark where the target is and where the peak is.

    A map that is not finite, or the same everywhere, is drawn in one grey: it has no peak to show.
    """
    finite = np.isfinite(scores)
    low, high = (scores[finite].min(), scores[finite].max()) if finite.any() else (0.0, 0.0)
    flat = not high > low
    shown = np.full(scores.shape, 0.6) if flat else np.where(finite, scores, np.nan)
    color_map, limits = ("gray", (0, 1)) if flat else ("cividis", (low, high))
    axes.imshow(shown, cmap=color_map, vmin=limits[0], vmax=limits[1])
    edges = outline(labels > 0)
    axes.add_collection(LineCollection(edges, colors="black", linewidths=2.0, capstyle="round"))
    axes.add_collection(LineCollection(edges, colors="white", linewidths=1.0, capstyle="round"))
    ignored = outline(labels == 0)
    if ignored.size:
        axes.add_collection(LineCollection(ignored, colors="white", linewidths=0.7, linestyles="dotted"))
    if not flat:
        row, column = np.unravel_index(np.nanargmax(shown), shown.shape)
        mark_peak(axes, row, column)
    axes.set(xticks=[], yticks=[])


def mark_peak(axes: Axes, row: float, column: float) -> None:
    """A cross where the highest score is."""
    axes.plot(column, row, marker="x", color=style.NEGATIVE, markersize=4.5, markeredgewidth=2.2, zorder=4)
    axes.plot(column, row, marker="x", color="white", markersize=3.6, markeredgewidth=0.9, zorder=5)


def blend(search: np.ndarray, score_map: np.ndarray, covered: float) -> np.ndarray:
    """The search image in grey with the score map over it, upsampled, in cividis: the higher, the less transparent.

    Returns
    -------
    float ``(s, s, 3)`` in 0..1; as the image is where the cells do not reach.
    """
    side = len(search)
    gray = np.repeat(search.mean(axis=2, keepdims=True), 3, axis=2) / 255
    low, high = float(score_map.min()), float(score_map.max())
    if not (np.isfinite([low, high]).all() and high > low):
        return gray
    inner = max(1, round(side * covered))
    levels = (score_map.astype(np.float32) - low) / (high - low)
    levels = np.clip(cv2.resize(levels, (inner, inner), interpolation=cv2.INTER_CUBIC), 0, 1)
    start = (side - inner) // 2
    part = gray[start : start + inner, start : start + inner]
    opacity = (0.12 + 0.63 * levels)[..., None]
    part[:] = part * (1 - opacity) + colormaps["cividis"](levels)[..., :3] * opacity
    return gray
