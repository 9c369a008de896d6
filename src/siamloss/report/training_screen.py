"""The pictures of the film of a training: one row per run, drawn once and then only moved."""

from collections.abc import Sequence as Seq

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from siamloss.report import style
from siamloss.report.gaussians import POINTS, add_legend, density
from siamloss.report.scoremap import blend, outline
from siamloss.report.training_film import Film, Instant

WIDTH_IN, HEAD_IN, ROW_IN = 6.4, 0.3, 1.9
PICTURE_IN, TOP_IN, FOOT_IN = 1.4, 0.22, 0.36
SIDES = (("negative", style.NEGATIVE), ("positive", style.POSITIVE))


class Screen:
    """Shows instants of films that run side by side; all have the same epochs.

    Parameters
    ----------
    films : the baseline first, then ours.
    """

    def __init__(self, films: Seq[Film]) -> None:
        self.films = films
        with style.applied():
            self.figure = Figure(figsize=(WIDTH_IN, HEAD_IN + ROW_IN * len(films)))
            FigureCanvasAgg(self.figure)
            height = self.figure.get_figheight()
            line = {"y": 1 - 0.07 / height, "va": "top"}
            self._epoch = self.figure.text(x=0.08 / WIDTH_IN, s="", fontsize=9, fontweight="bold", **line)
            self._note = self.figure.text(x=1.35 / WIDTH_IN, s="", fontsize=7, color=style.MUTED, **line)
            corner = (1 - 0.08 / WIDTH_IN, 1 - 0.05 / height)
            add_legend(self.figure, loc="upper right", bbox_to_anchor=corner, borderaxespad=0, columnspacing=0.9)
            highest = max((film.dprime[np.isfinite(film.dprime)].max(initial=0.0) for film in films), default=0.0)
            self._rows = [
                _Row(self.figure, film, HEAD_IN + ROW_IN * index, 1.1 * float(highest) or 1.0)
                for index, film in enumerate(films)
            ]
        self._moving = [(self.figure, self._epoch), (self.figure, self._note)]
        self._moving += [pair for row in self._rows for pair in row.moving]
        self._still: tuple | None = None

    def show(self, position: float) -> None:
        """Move everything to a position in epochs, counted from the first that was kept."""
        epochs = self.films[0].epochs
        first = int(position)
        between = position != first
        shown = f"{epochs[first]} to {epochs[first + 1]}" if between else str(epochs[first])
        with style.applied():
            self._epoch.set_text(f"Epoch {shown}" if between else f"Epoch {shown} of {epochs[-1]}")
            self._note.set_text("eased between two epochs" if between else "")
            for row, film in zip(self._rows, self.films, strict=True):
                row.show(film.at(position))

    def picture(self, dpi: int) -> np.ndarray:
        """The figure as it is now, uint8 RGB ``(H, W, 3)``; what does not move is drawn once."""
        canvas = self.figure.canvas
        with style.applied():
            if self._still is None or self._still[0] != dpi:
                self.figure.set_dpi(dpi)
                self._animate(True)
                canvas.draw()
                self._still = dpi, canvas.copy_from_bbox(self.figure.bbox)
                self._animate(False)
            canvas.restore_region(self._still[1])
            for owner, artist in self._moving:
                owner.draw_artist(artist)
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()

    def _animate(self, moving: bool) -> None:
        for _, artist in self._moving:
            artist.set_animated(moving)


class _Row:
    """One run: the map over its image, the Gaussians, d' and overlap by epoch."""

    def __init__(self, figure: Figure, film: Film, top: float, highest: float) -> None:
        self.film, self.figure, self.top = film, figure, top
        self._points = np.linspace(*film.limits, POINTS)
        tall = ROW_IN - TOP_IN - FOOT_IN
        left = PICTURE_IN + 0.42
        middle = WIDTH_IN - left - 1.75
        picture = self._axes(0.08, TOP_IN, PICTURE_IN, PICTURE_IN)
        self._picture(picture)
        self._histogram(self._axes(left, TOP_IN, middle, tall))
        each = (tall - 0.12) / 2
        right = WIDTH_IN - 1.22
        upper, lower = self._axes(right, TOP_IN, 1.1, each), self._axes(right, TOP_IN + each + 0.12, 1.1, each)
        self._dprime = self._trace(upper, "d′", (0, highest), style.INK)
        upper.tick_params(labelbottom=False)
        self._overlap = self._trace(lower, "overlap", (0, 1), style.OVERLAP)
        lower.set_yticks([0, 0.5, 1])
        lower.set_xlabel("epoch", labelpad=1)

    @property
    def moving(self) -> list[tuple[Axes, Artist]]:
        """What changes from picture to picture, with its panel, in the order in which it is drawn."""
        owned = [self._image, *self._image.axes.collections, *self._stairs, self._shade, *self._lines, self._words]
        return [(artist.axes, artist) for artist in (*owned, *self._dprime, *self._overlap)]

    def _axes(self, x: float, y: float, width: float, height: float) -> Axes:
        total = self.figure.get_figheight()
        bottom = total - self.top - y - height
        return self.figure.add_axes((x / WIDTH_IN, bottom / total, width / WIDTH_IN, height / total))

    def _picture(self, axes: Axes) -> None:
        film = self.film
        side, cells = len(film.search), len(film.labels)
        self._image = axes.imshow(np.zeros((side, side, 3)), interpolation="antialiased")
        edges = (outline(film.labels > 0) - (cells - 1) / 2) * side * film.covered / cells + (side - 1) / 2
        axes.add_collection(LineCollection(edges, colors="black", linewidths=1.8, capstyle="round"))
        axes.add_collection(LineCollection(edges, colors="white", linewidths=0.9, capstyle="round"))
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        style.note_above(axes, style.shorten(film.label, 30), fontsize=8)

    def _histogram(self, axes: Axes) -> None:
        film = self.film
        self._panel = axes
        edges = np.linspace(*film.limits, film.heights.shape[-1] + 1)
        self._stairs, self._lines = [], []
        for (name, color), heights in zip(SIDES, film.heights[0], strict=True):
            look = {"facecolor": color + "2e", "edgecolor": color + "59", "hatch": style.HATCH[name]}
            self._stairs.append(axes.stairs(heights, edges, fill=True, **look))
            dashes = (None, None) if name == "positive" else (4, 1.2)
            self._lines += axes.plot(
                self._points, 0 * self._points, color=color, linewidth=1.4, dashes=dashes, zorder=4
            )
        self._shade = axes.fill_between(
            self._points,
            0 * self._points,
            facecolor=style.OVERLAP + "73",
            edgecolor=style.OVERLAP,
            hatch=style.HATCH["overlap"],
            zorder=3,
        )
        axes.set(xlim=film.limits, yticks=[])
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.set_xlabel("score", labelpad=1)
        axes.set_ylabel("density", labelpad=2)
        style.note_above(axes, f"{film.pairs} unseen pairs", fontweight="normal", fontsize=6.8)
        style.note_above(axes, "", at=1.0, ha="right", color=style.OVERLAP)
        self._words = axes.texts[-1]

    def _trace(self, axes: Axes, name: str, limits: tuple[float, float], color: str):
        epochs = self.film.epochs
        spare = max(0.5, 0.04 * (epochs[-1] - epochs[0]))
        axes.set(xlim=(epochs[0] - spare, epochs[-1] + spare), ylim=limits)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(3))
        axes.set_ylabel(name, labelpad=2)
        axes.tick_params(labelsize=6.2, pad=1.5)
        (line,) = axes.plot([], [], color=color, linewidth=1.3)
        (dot,) = axes.plot([], [], color=color, marker="o", markersize=3.5, linestyle="none", clip_on=False)
        return line, dot

    def show(self, instant: Instant) -> None:
        film = self.film
        self._image.set_data(blend(film.search, instant.score_map, film.covered))
        curves = [density(self._points, *instant.negative), density(self._points, *instant.positive)]
        for stairs, line, heights, curve in zip(self._stairs, self._lines, instant.heights, curves, strict=True):
            stairs.set_data(heights)
            line.set_ydata(curve)
        self._shade.set_data(self._points, 0 * self._points, np.minimum(*curves))
        peak = max(curve.max() for curve in curves)
        top = 1.06 * min(max(instant.heights.max(), peak), 2.2 * peak)
        self._panel.set_ylim(0, top if top > 0 else 1.0)
        self._words.set_text(f"overlap {instant.overlap:.3f}")
        for (line, dot), values in ((self._dprime, film.dprime), (self._overlap, film.overlap)):
            self._draw_until(line, dot, values, instant)

    def _draw_until(self, line, dot, values: np.ndarray, instant: Instant) -> None:
        """The curve through the epochs so far; between two its end follows the straight line to the next."""
        epochs = np.array(self.film.epochs, dtype=np.float64)
        done = int(instant.position) + 1
        steps = np.arange(len(epochs))
        here = [np.interp(instant.position, steps, epochs), np.interp(instant.position, steps, values)]
        line.set_data([*epochs[:done], here[0]], [*values[:done], here[1]])
        dot.set_data([here[0]], [here[1]])
