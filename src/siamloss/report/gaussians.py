"""Two Gaussians over the histograms of positive and negative scores, their common area shaded."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from siamloss.report import style

BINS = 80
POINTS = 400


@dataclass(frozen=True)
class Split:
    """Scores of positive and of negative cells, float64 ``(P,)`` and ``(N,)``, pooled over maps; finite ones only.

    ``state`` is "" for a usable run, "collapsed" where all scores are equal, "not finite" where one is NaN or infinite.
    """

    positive: np.ndarray
    negative: np.ndarray
    state: str


def split_scores(scores: np.ndarray, labels: np.ndarray) -> Split:
    """Pool score maps ``(N, H, W)`` by the label ``(H, W)`` of their cells."""
    scores = np.asarray(scores, dtype=np.float64)
    used = scores[:, labels != 0]
    state = ""
    if not np.isfinite(used).all():
        state = "not finite"
    elif used.size == 0 or used.std() <= 1e-6 * max(np.abs(used).max(), 1e-6):
        state = "collapsed"
    positive, negative = scores[:, labels > 0].ravel(), scores[:, labels < 0].ravel()
    return Split(positive[np.isfinite(positive)], negative[np.isfinite(negative)], state)


def density(points: np.ndarray, mean: float, deviation: float) -> np.ndarray:
    """Gaussian density; a deviation of 0 gives 0 everywhere, because a spike cannot be drawn."""
    if not deviation > 0:
        return np.zeros_like(points)
    return np.exp(-0.5 * ((points - mean) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))


def draw_gaussians(axes: Axes, split: Split, overlap_area: float, legend: bool = True, bins: int = BINS) -> None:
    """Draw histograms, fitted Gaussians and their overlap, with its area in words.

    Parameters
    ----------
    split : pooled scores.
    overlap_area : area under the lower of the two Gaussians, from :mod:`siamloss.metrics.separability`; in [0, 1].
    legend : name the colours.
    bins : of the histograms.
    """
    if split.state:
        _draw_unusable(axes, split)
        return
    low, high = _limits(split)
    points = np.linspace(low, high, POINTS)
    curves, highest = {}, 0.0
    for name, values, color in (
        ("negative", split.negative, style.NEGATIVE),
        ("positive", split.positive, style.POSITIVE),
    ):
        counts, edges = np.histogram(values, bins=bins, range=(low, high))
        heights = counts / (max(values.size, 1) * (edges[1] - edges[0]))
        highest = max(highest, heights.max())
        axes.stairs(heights, edges, fill=True, facecolor=color + "2e", edgecolor=color + "59", hatch=style.HATCH[name])
        curves[name] = density(points, values.mean(), values.std())
        dashes = (None, None) if name == "positive" else (4, 1.2)
        axes.plot(points, curves[name], color=color, linewidth=1.3, dashes=dashes, zorder=4)
    common = np.minimum(curves["negative"], curves["positive"])
    axes.fill_between(
        points, common, facecolor=style.OVERLAP + "73", edgecolor=style.OVERLAP, hatch=style.HATCH["overlap"], zorder=3
    )
    peak = max(max(curve.max() for curve in curves.values()), 1e-12)
    top = 1.06 * min(max(highest, peak), 1.7 * peak)
    axes.set(xlim=(low, high), ylim=(0, top), yticks=[])
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel("score", labelpad=1)
    axes.set_ylabel("density", labelpad=2)
    if legend:
        add_legend(axes)
    words = "overlap not known" if np.isnan(overlap_area) else f"overlap {overlap_area:.3f}"
    style.note_above(axes, words, at=1.0, ha="right", color=style.OVERLAP)


def _limits(split: Split) -> tuple[float, float]:
    """Score range that shows both Gaussians to 3.5 deviations and nearly all scores."""
    pooled = np.concatenate([split.positive, split.negative])
    low, high = np.quantile(pooled, [0.001, 0.999])
    for values in (split.positive, split.negative):
        low = min(low, values.mean() - 3 * values.std())
        high = max(high, values.mean() + 3 * values.std())
    pad = 0.02 * (high - low)
    return float(low - pad), float(high + pad)


def add_legend(axes: Axes | Figure, **place: object) -> None:
    """Name the colours above a panel (or in a figure), or where the arguments of ``legend`` say."""
    axes.legend(
        [
            Patch(
                facecolor=style.NEGATIVE + "40", edgecolor=style.NEGATIVE, hatch=style.HATCH["negative"], linestyle="--"
            ),
            Patch(facecolor=style.POSITIVE + "40", edgecolor=style.POSITIVE, hatch=style.HATCH["positive"]),
            Patch(facecolor=style.OVERLAP + "73", edgecolor=style.OVERLAP, hatch=style.HATCH["overlap"]),
        ],
        ["negatives", "positives", "overlap"],
        **{
            "loc": "lower left",
            "bbox_to_anchor": (0.0, 1.0),
            "ncols": 3,
            "handlelength": 1.5,
            "handleheight": 0.8,
            "columnspacing": 1.0,
            "borderaxespad": 0.2,
            "borderpad": 0.1,
            **place,
        },
    )


def _draw_unusable(axes: Axes, split: Split) -> None:
    """A run without a distribution: say so, and where its scores are."""
    pooled = np.concatenate([split.positive, split.negative])
    where = "all scores are equal" if split.state == "collapsed" and pooled.size else "scores are NaN or infinite"
    axes.set(xlim=(0, 1), ylim=(0, 1), yticks=[])
    axes.set_xticks([0.5], [f"{pooled[0]:.4g}" if pooled.size else ""])
    axes.set_xlabel("score", labelpad=1)
    axes.grid(False)
    axes.axvline(0.5, color=style.FAINT, linewidth=2)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.text(0.5, 0.58, split.state, ha="center", fontsize=9, fontweight="bold", color=style.NEGATIVE, bbox=box)
    axes.text(0.5, 0.38, where, ha="center", fontsize=6.5, bbox=box)
