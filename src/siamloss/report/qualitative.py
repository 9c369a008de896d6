"""The poster's second picture: the baseline in the first row, ours in the second, the same frames of one sequence."""

from collections.abc import Sequence as Seq
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from siamloss.data.sequence import Sequence
from siamloss.geometry import overlap, polygon_overlap
from siamloss.records import Status
from siamloss.report import style

COLUMNS = 5


@dataclass(frozen=True)
class Row:
    """One row of the figure: a label, the records of one sequence, and the colour of the predicted box."""

    label: str
    records: pd.DataFrame
    color: str


def frame_overlaps(sequence: Sequence, records: pd.DataFrame) -> np.ndarray:
    """Overlap ``(T,)`` of a run with the ground truth; NaN where there is no prediction or no target.

    Notes
    -----
    Polygons, where a sequence has them, else boxes; not clipped to the image, unlike VOT's own measure.
    """
    boxes = np.full((len(sequence), 4), np.nan)
    tracked = records[~records["status"].isin([Status.FAILURE, Status.SKIPPED])]
    tracked = tracked[tracked["frame"] < len(sequence)]
    boxes[tracked["frame"].to_numpy()] = tracked[["x", "y", "w", "h"]].to_numpy(dtype=np.float64)
    known = np.isfinite(boxes).all(axis=1) & sequence.visible
    result = np.full(len(sequence), np.nan)
    if sequence.polygons is not None:
        result[known] = polygon_overlap(sequence.polygons[known], boxes[known])
    else:
        result[known] = overlap(sequence.boxes[known], boxes[known])
    return result


def choose_frames(sequence: Sequence, count: int = COLUMNS) -> np.ndarray:
    """Evenly spaced visible frames after the first, where every tracker is right by construction."""
    candidates = np.flatnonzero(sequence.visible)[1:]
    if candidates.size == 0:
        return np.array([0])
    return candidates[np.unique(np.linspace(0, candidates.size - 1, count).round().astype(int))]


def choose_sequences(baseline: Seq[float], ours: Seq[float], count: int) -> list[int]:
    """Indices evenly spread over the rank of ``ours - baseline``: with two, the greatest loss and the greatest gain.

    A rule, not a taste: the figure shows where ours loses as readily as where it wins. One picture means the median.
    """
    order = np.argsort(np.asarray(ours) - np.asarray(baseline), kind="stable")[::-1]
    if count <= 1:
        return [int(order[len(order) // 2])] if count else []
    picks = np.unique(np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(int))
    return [int(order[index]) for index in picks]


@style.applied()
def draw_qualitative(sequence: Sequence, rows: Seq[Row], frames: Seq[int], title: str = "") -> Figure:
    """Draw frames of a sequence, one row per run.

    Parameters
    ----------
    sequence : frames and ground truth (dashed white on black).
    rows : the baseline first, then ours.
    frames : 0-based frame numbers, one column each; printed 1-based as in the benchmarks.
    title : benchmark and sequence.
    """
    images = [sequence.image(int(frame)) for frame in frames]
    aspect = max(image.shape[0] / image.shape[1] for image in images)
    width = (style.PAGE_IN - 0.25) / max(len(images), 3) - 0.03
    figure = style.new_figure(style.PAGE_IN, len(rows) * (width * aspect + 0.05) + 0.2)
    figure.get_layout_engine().set(w_pad=0.015, h_pad=0.02, wspace=0.0, hspace=0.0)
    grid = figure.subplots(len(rows), max(len(images), 3), squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for line, row in zip(grid, rows, strict=True):
        overlaps = frame_overlaps(sequence, row.records)
        line[0].set_axis_on()
        line[0].set(xticks=[], yticks=[])
        line[0].set_ylabel(style.wrap(row.label, 20), fontweight="bold", color=row.color, labelpad=3)
        for spine in line[0].spines.values():
            spine.set_visible(False)
        for axes, frame, image in zip(line, frames, images, strict=False):
            axes.imshow(image, interpolation="antialiased")
            _draw_frame(axes, sequence, row, int(frame), overlaps[frame], image.shape)
    grid[0][0].set_title(title, loc="left", fontsize=7.5, pad=3)
    grid[0][-1].set_title("dashed: ground truth", loc="right", fontsize=7, fontweight="normal", pad=3)
    return figure


def _draw_frame(axes: Axes, sequence: Sequence, row: Row, frame: int, value: float, shape: tuple) -> None:
    """Boxes, frame number and overlap of one picture."""
    height, width = shape[:2]
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    if sequence.visible[frame]:
        polygons = sequence.polygons
        truth = _corners(sequence.boxes[frame]) if polygons is None else polygons[frame].reshape(4, 2) - 0.5
        axes.add_patch(Polygon(truth, fill=False, edgecolor="black", linewidth=1.6))
        axes.add_patch(Polygon(truth, fill=False, edgecolor="white", linewidth=1.0, linestyle=(0, (3, 2))))
    state = row.records.loc[row.records["frame"] == frame]
    status = Status(int(state["status"].iloc[0])) if len(state) else Status.SKIPPED
    if status in (Status.FAILURE, Status.SKIPPED) or not np.isfinite(state[["x", "y", "w", "h"]].to_numpy()).all():
        text = "lost" if status is Status.FAILURE else "no box"
    else:
        box = _corners(state[["x", "y", "w", "h"]].to_numpy(dtype=np.float64)[0])
        outline = [patheffects.Stroke(linewidth=1.8, foreground="white"), patheffects.Normal()]
        axes.add_patch(Polygon(box, fill=False, edgecolor=row.color, linewidth=1.1, path_effects=outline))
        text = f"overlap {value:.2f}" if np.isfinite(value) else "target absent"
    halo = [patheffects.Stroke(linewidth=1.8, foreground="black"), patheffects.Normal()]
    common = {"color": "white", "fontsize": 6.5, "path_effects": halo, "transform": axes.transAxes}
    axes.text(0.03, 0.965, f"#{frame + 1}", ha="left", va="top", **common)
    axes.text(0.97, 0.035, text, ha="right", va="bottom", **common)


def _corners(box: np.ndarray) -> np.ndarray:
    """Corners ``(4, 2)`` of a box, moved by half a pixel because a picture's first pixel is centred on 0."""
    x, y, w, h = box
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]) - 0.5
