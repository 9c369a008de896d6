"""The poster's Fig. 1 for a run: exemplar, search image, score map, and the two Gaussians with their overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from siamloss.metrics.scores_file import Scores
from siamloss.report import style
from siamloss.report.gaussians import draw_gaussians, split_scores
from siamloss.report.scoremap import draw_score_map

WIDTHS = (0.55, 1.0, 1.0, 2.2)
TITLES = ("exemplar", "search image", "score map", "scores, unseen scenes")


@dataclass(frozen=True)
class Run:
    """What one row shows: the loss's label, its score maps and the overlap area measured by the metrics room."""

    label: str
    scores: Scores
    overlap_area: float


@style.applied()
def draw_fig1(run: Run, example: int = 0) -> Figure:
    """The picture of one run.

    Parameters
    ----------
    run : score maps with their example images.
    example : which of the K stored validation pairs to show.
    """
    figure = style.new_figure(style.PAGE_IN, 1.95)
    _row(axes := figure.subplots(1, 4, width_ratios=WIDTHS), run, example, legend=True)
    for panel, title in zip(axes, TITLES, strict=True):
        _title(panel, title, above_pt=16 if panel is axes[3] else 3)
    style.note_above(axes[0], style.shorten(run.label, 60), above_pt=13, fontsize=8)
    return figure


@style.applied()
def draw_overview(runs: Sequence[Run], example: int = 0) -> Figure:
    """The same picture for several losses, one row each, on the same validation pair."""
    figure = style.new_figure(style.PAGE_IN, 0.25 + 1.32 * len(runs))
    grid = figure.subplots(len(runs), 4, width_ratios=(*WIDTHS[:3], 2.9), squeeze=False)
    for index, (axes, run) in enumerate(zip(grid, runs, strict=True)):
        _row(axes, run, example, legend=index == 0)
        for panel, title in zip(axes, TITLES, strict=True):
            _title(panel, title if index == 0 else " ", above_pt=16 if index == 0 else 3)
        style.note_above(axes[0], style.shorten(run.label, 60))
        if index < len(runs) - 1:
            axes[3].set_xlabel("")
    return figure


def _row(axes: Sequence[Axes], run: Run, example: int, legend: bool) -> None:
    scores = run.scores
    if len(scores.exemplars) > example:
        axes[0].imshow(scores.exemplars[example], interpolation="antialiased")
        axes[1].imshow(scores.searches[example], interpolation="antialiased")
    draw_score_map(axes[2], scores.val[example].astype(float), scores.labels)
    for picture in axes[:3]:
        picture.set(xticks=[], yticks=[], anchor="N")
        picture.grid(False)
        for spine in picture.spines.values():
            spine.set_visible(False)
    draw_gaussians(axes[3], split_scores(scores.val, scores.labels), run.overlap_area, legend=legend)


def _title(panel: Axes, title: str, above_pt: float) -> None:
    panel.set_title(title, fontsize=7, fontweight="normal", loc="left", pad=above_pt)
