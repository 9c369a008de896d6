"""The figure of ``benchmarks/schedule.py``: speed-up over the number of workers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.ticker import FixedLocator, NullLocator

from siamloss.report import style

WIDTH_IN, HEIGHT_IN = 6.0, 3.6


@style.applied()
def draw(found: Mapping[str, Sequence[tuple[int, float, float]]], path: Path) -> None:
    """Write a figure with a line per schedule, and one for a speed-up by every worker."""
    figure = style.new_figure(WIDTH_IN, HEIGHT_IN)
    axes = figure.add_subplot()
    counts = [count for count, *_ in next(iter(found.values()))]
    axes.plot(counts, counts, color=style.MUTED, dashes=(4, 2), linewidth=1, label="every worker counts in full")
    for (name, rows), color, marker in zip(found.items(), style.OTHERS, style.MARKERS, strict=False):
        gain = [efficiency * count for count, _, efficiency in rows]
        axes.plot(counts, gain, color=color, marker=marker, label=name)
    axes.set(xscale="log", yscale="log", xlabel="workers", ylabel="times as fast as one worker")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator(counts))
        axis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.set_minor_locator(NullLocator())
    axes.legend(loc="upper left", frameon=False)
    style.save_as(figure, Path(path))
