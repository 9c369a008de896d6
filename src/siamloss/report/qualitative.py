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
from siamloss.records import Status
from siamloss.report import style
from siamloss.report.examples import box_corners, frame_overlaps, truth_corners

HALF = 0.5
"""Boxes and polygons begin at the corner of a pixel, pictures at the centre of their first one."""


LETTER_PT = 4.9
"""Width of a letter of a row's label."""


@dataclass(frozen=True)
class Row:
    """One row of the figure: a label, the records of one sequence, and the colour of the predicted box."""

    label: str
    records: pd.DataFrame
    color: str


@style.applied()
def draw_qualitative(
    sequence: Sequence, rows: Seq[Row], frames: Seq[int], title: str = "", width_in: float = style.PAGE_IN
) -> Figure:
    """Draw frames of a sequence, one row per run.

    Parameters
    ----------
    sequence : frames and ground truth (dashed white on black).
    rows : the baseline first, then ours.
    frames : 0-based frame numbers, one column each; printed 1-based as in the benchmarks.
    title : benchmark and sequence.
    width_in : inches.
    """
    images = [sequence.image(int(frame)) for frame in frames]
    aspect = max(image.shape[0] / image.shape[1] for image in images)
    width = (width_in - 0.25) / max(len(images), 3) - 0.03
    figure = style.new_figure(width_in, len(rows) * (width * aspect + 0.05) + 0.2)
    figure.get_layout_engine().set(w_pad=0.015, h_pad=0.02, wspace=0.0, hspace=0.0)
    grid = figure.subplots(len(rows), max(len(images), 3), squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    letters = int(np.clip(width * aspect * 72 / LETTER_PT, 7, 20))
    for line, row in zip(grid, rows, strict=True):
        overlaps = frame_overlaps(sequence, row.records)
        line[0].set_axis_on()
        line[0].set(xticks=[], yticks=[])
        line[0].set_ylabel(style.wrap(row.label, letters), fontweight="bold", color=row.color, labelpad=3)
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
        truth = truth_corners(sequence, frame) - HALF
        axes.add_patch(Polygon(truth, fill=False, edgecolor="black", linewidth=1.6))
        axes.add_patch(Polygon(truth, fill=False, edgecolor="white", linewidth=1.0, linestyle=(0, (3, 2))))
    state = row.records.loc[row.records["frame"] == frame]
    status = Status(int(state["status"].iloc[0])) if len(state) else Status.SKIPPED
    if status in (Status.FAILURE, Status.SKIPPED) or not np.isfinite(state[["x", "y", "w", "h"]].to_numpy()).all():
        text = "lost" if status is Status.FAILURE else "no box"
    else:
        box = box_corners(state[["x", "y", "w", "h"]].to_numpy(dtype=np.float64)[0]) - HALF
        outline = [patheffects.Stroke(linewidth=1.8, foreground="white"), patheffects.Normal()]
        axes.add_patch(Polygon(box, fill=False, edgecolor=row.color, linewidth=1.1, path_effects=outline))
        text = f"overlap {value:.2f}" if np.isfinite(value) else "target absent"
    halo = [patheffects.Stroke(linewidth=1.8, foreground="black"), patheffects.Normal()]
    common = {"color": "white", "fontsize": 6.5, "path_effects": halo, "transform": axes.transAxes}
    axes.text(0.03, 0.965, f"#{frame + 1}", ha="left", va="top", **common)
    axes.text(0.97, 0.035, text, ha="right", va="bottom", **common)
