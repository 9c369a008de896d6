"""The poster's Fig. 1 for one frame: both branches, their cross-correlation, and the two Gaussians of its scores."""

from collections.abc import Sequence as Seq

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Polygon
from matplotlib.ticker import MaxNLocator

from siamloss.metrics.scores_file import Scores
from siamloss.metrics.separation_job import quantities
from siamloss.report import style
from siamloss.report.gaussians import BINS, add_legend, draw_gaussians, split_scores
from siamloss.report.moment import Moment
from siamloss.report.poster_plan import ONE_LINE_IN, Plan, plan_column, plan_page
from siamloss.report.scoremap import blend, draw_score_map, mark_peak, outline

FRAME_BINS = 26
"""Bins of the histogram of one map, which has a few hundred cells."""


@style.applied()
def draw_moment(
    moments: Seq[Moment], labels: Seq[str], pooled: Seq[Scores | None], title: str, width_in: float = style.PAGE_IN
) -> Figure:
    """Draw one row per run.

    Parameters
    ----------
    moments : what each run sees of the frame; the baseline first.
    labels : of the runs.
    pooled : score maps of each run on its validation pairs, for a second histogram; None for none.
    title : sequence and frame.
    width_in : inches.
    """
    histograms = 2 if any(scores is not None for scores in pooled) else 1
    plan = (plan_column if style.is_narrow(width_in) else plan_page)(width_in, histograms)
    narrow = style.is_narrow(width_in)
    head = 0.32 if narrow else 0.16
    figure = Figure(figsize=(width_in, head + plan.height * len(moments)))
    FigureCanvasAgg(figure)
    size = figure.get_size_inches()
    figure.text(0.08 / size[0], 1 - 0.06 / size[1], style.shorten(title, round(14 * width_in)), va="top", fontsize=7.5)
    for row, (moment, label, scores) in enumerate(zip(moments, labels, pooled, strict=True)):
        _Row(figure, plan, head + row * plan.height).draw(moment, label, scores)
    corner = (1 - 0.06 / size[0], 1 - (0.2 if narrow else 0.03) / size[1])
    add_legend(figure, loc="upper right", bbox_to_anchor=corner, borderaxespad=0, columnspacing=0.8, handletextpad=0.4)
    return figure


class _Row:
    """One run's row, its upper edge ``top`` inches below that of the figure."""

    def __init__(self, figure: Figure, plan: Plan, top: float) -> None:
        self.figure, self.plan, self.top = figure, plan, top
        self.width, self.height = figure.get_size_inches()

    def draw(self, moment: Moment, label: str, scores: Scores | None) -> None:
        plan = self.plan
        self._text(
            0.08, 0.14, style.shorten(label, 60 if plan.width > 5 else 38), ha="left", fontweight="bold", fontsize=8
        )
        exemplar = self._picture(plan.exemplar, "exemplar")
        exemplar.imshow(moment.exemplar, interpolation="antialiased")
        search = self._picture(plan.search, "search image")
        search.imshow(moment.search, interpolation="antialiased")
        draw_truth(search, moment.truth, moment.search.shape)
        draw_score_map(self._picture(plan.score_map, "score map"), moment.score_map.astype(float), moment.labels)
        draw_overlay(self._picture(plan.overlay, "on the search image"), moment)
        self._branches()
        self._histogram(plan.histograms[0], moment.score_map[None], moment.labels, "this frame", FRAME_BINS)
        if scores is not None:
            where = f"{len(scores.val)} unseen pairs"
            self._histogram(plan.histograms[1], scores.val, scores.labels, where, BINS)

    def _axes(self, x: float, y: float, width: float, height: float) -> Axes:
        bottom = self.height - self.top - y - height
        return self.figure.add_axes((x / self.width, bottom / self.height, width / self.width, height / self.height))

    def _picture(self, place: tuple[float, float, float], title: str) -> Axes:
        x, y, side = place
        axes = self._axes(x, y, side, side)
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        self._text(x + side / 2, y - 0.045, title, va="bottom", fontsize=6.8)
        return axes

    def _text(self, x: float, y: float, text: str, **font: object) -> None:
        place = (x / self.width, 1 - (self.top + y) / self.height)
        self.figure.text(*place, text, **{"ha": "center", "va": "center", "fontsize": 7, **font})

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x, self.height - self.top - y

    def _arrow(self, start: tuple[float, float], end: tuple[float, float], head: bool = True) -> None:
        look = {"arrowstyle": "-|>,head_length=3.2,head_width=1.7" if head else "-", "shrinkA": 0, "shrinkB": 0}
        self.figure.add_artist(
            FancyArrowPatch(
                self._at(*start),
                self._at(*end),
                transform=self.figure.dpi_scale_trans,
                color=style.MUTED,
                linewidth=0.9,
                capstyle="butt",
                joinstyle="miter",
                **look,
            )
        )

    def _branches(self) -> None:
        """The two branches, their cross-correlation, and the arrows between them."""
        plan, half, radius = self.plan, 0.135, 0.115
        star_x, star_y = plan.star
        for (x, y), image in zip(plan.phi, (plan.exemplar, plan.search), strict=True):
            self._arrow((image[0] + image[2] + 0.03, y), (x - half - 0.01, y))
            self._arrow((x + half, y), (star_x, y), head=False)
            toward = radius if y < star_y else -radius
            self._arrow((star_x, y), (star_x, star_y - toward * 1.12))
            box = FancyBboxPatch(
                self._at(x - half, y + half),
                2 * half,
                2 * half,
                boxstyle="round,pad=0,rounding_size=0.05",
                transform=self.figure.dpi_scale_trans,
                facecolor="#eef1f5",
                edgecolor=style.INK,
                linewidth=0.8,
            )
            self.figure.add_artist(box)
            self._text(x, y, "φ", fontsize=10, fontstyle="italic")
        (x, upper), (_, lower) = plan.phi
        self.figure.add_artist(
            FancyArrowPatch(
                self._at(x, upper + half),
                self._at(x, lower - half),
                transform=self.figure.dpi_scale_trans,
                arrowstyle="-",
                linestyle=(0, (2, 2)),
                color=style.MUTED,
                linewidth=0.8,
                shrinkA=0,
                shrinkB=0,
            )
        )
        self._text(x - 0.065, (upper + lower) / 2, "same weights", fontsize=6, rotation=90, color=style.MUTED)
        circle = Circle(
            self._at(star_x, star_y),
            radius,
            transform=self.figure.dpi_scale_trans,
            facecolor="white",
            edgecolor=style.INK,
            linewidth=0.8,
        )
        self.figure.add_artist(circle)
        self._text(star_x, star_y, "∗", fontsize=13)
        x, y, side = plan.score_map
        if y <= star_y <= y + side:
            self._arrow((star_x + radius, star_y), (x - 0.04, star_y))
            end, center = plan.overlay[0] + plan.overlay[2], plan.overlay[1] + plan.overlay[2] / 2
            self._arrow((end + 0.06, center), (plan.histograms[0][0] - 0.2, center))
        else:
            turn, center = (star_x + radius + x) / 2, y + side / 2
            self._arrow((star_x + radius, star_y), (turn, star_y), head=False)
            self._arrow((turn, star_y), (turn, center), head=False)
            self._arrow((turn, center), (x - 0.04, center))

    def _histogram(
        self,
        place: tuple[float, float, float, float],
        maps: np.ndarray,
        labels: np.ndarray,
        where: str,
        bins: int,
    ) -> None:
        axes = self._axes(*place)
        found = quantities(maps, labels)
        draw_gaussians(axes, split_scores(maps, labels), found["gaussian_overlap"], legend=False, bins=bins)
        axes.tick_params(labelsize=6.2, pad=1.5)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        style.note_above(axes, where, fontweight="normal", fontsize=6.8, above_pt=3 if place[2] >= ONE_LINE_IN else 12)


def draw_truth(axes: Axes, corners: np.ndarray, shape: tuple[int, ...]) -> None:
    """Outline the true target, dashed white on black, in a picture of this shape."""
    height, width = shape[:2]
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    axes.add_patch(Polygon(corners, fill=False, edgecolor="black", linewidth=1.5))
    axes.add_patch(Polygon(corners, fill=False, edgecolor="white", linewidth=0.9, linestyle=(0, (3, 2))))


def draw_overlay(axes: Axes, moment: Moment) -> None:
    """The score map over the search image, with the positive cells outlined and the peak marked."""
    side, cells = len(moment.search), len(moment.score_map)
    axes.imshow(blend(moment.search, moment.score_map, moment.covered), interpolation="antialiased")

    def placed(points: np.ndarray) -> np.ndarray:
        return (points - (cells - 1) / 2) * side * moment.covered / cells + (side - 1) / 2

    edges = placed(outline(moment.labels > 0))
    axes.add_collection(LineCollection(edges, colors="black", linewidths=1.8, capstyle="round"))
    axes.add_collection(LineCollection(edges, colors="white", linewidths=0.9, capstyle="round"))
    if np.ptp(moment.score_map) > 0:
        mark_peak(axes, *placed(np.array(np.unravel_index(moment.score_map.argmax(), moment.score_map.shape))))
