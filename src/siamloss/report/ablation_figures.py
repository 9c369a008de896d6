"""The figures of one grid with their words: heat maps over two parameters, lines over one, a forest for a list."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

import pandas as pd

from siamloss.config import Experiment, Grid
from siamloss.report import style
from siamloss.report.figures import difference_drawings
from siamloss.report.gallery import Gallery
from siamloss.report.grids import Measure, setting
from siamloss.report.heatmap import draw_heat_maps
from siamloss.report.sweep import draw_sweep
from siamloss.report.verdict import count_seeds

TEST_WARNING = (
    "This picture shows how sensitive the result is. Choosing a cell by it would be tuning on the test set; choose by "
    "the validation scenes."
)


def draw_grid(
    gallery: Gallery,
    view: Experiment,
    grid: Grid,
    summary: pd.DataFrame,
    benchmarks: Mapping[str, Sequence[Measure]],
    validation: Sequence[Measure],
    collapsed: Collection[str],
) -> None:
    """Add the figures of a grid to the gallery; one over three or more parameters has none.

    Parameters
    ----------
    view : experiment of :func:`siamloss.report.grids.grid_view`, labels marked.
    summary : rows of :func:`siamloss.stats.summarise` for the grid, for the forest of a plain list.
    benchmarks, validation : what is drawn, by benchmark and on validation scenes.
    collapsed : names of variants with a collapsed run.
    """
    if not grid.axes:
        looks = style.looks(view.variants, view.baseline, view.report.ours)
        path = f"{grid.name}/differences-to-{view.baseline}"
        for drawing in difference_drawings(view, summary, looks, grid.name, path):
            gallery.put(drawing)
    elif len(grid.axes) == 1:
        _add_sweeps(gallery, view, grid, benchmarks, validation, collapsed)
    elif len(grid.axes) == 2:
        _add_heat_maps(gallery, view, grid, benchmarks, validation, collapsed)


def _add_sweeps(
    gallery: Gallery,
    view: Experiment,
    grid: Grid,
    benchmarks: Mapping[str, Sequence[Measure]],
    validation: Sequence[Measure],
    collapsed: Collection[str],
) -> None:
    (parameter,) = grid.axes
    baseline, reference = view.variant(view.baseline), grid.reference or None
    interval = f"{100 * view.stats.level:g} % interval"
    seeds = "range over seeds" if len(view.seeds) > 1 else ""
    tests = [(name, measure) for name, measures in benchmarks.items() for measure in measures]
    pictures = (
        ("test", "the test benchmarks", tests, interval, TEST_WARNING),
        ("validation", _place(view), [(view.datasets.val.name, m) for m in validation], seeds, ""),
    )
    for path, place, panels, band, remark in pictures:
        draw = partial(draw_sweep, grid, panels, (baseline.name, baseline.label), reference, collapsed, band)
        span = f", with its {band}" if band else ""
        alt = f"Line plots of every measure on {place} over {parameter}, with {baseline.label} as a level."
        caption = (
            f"{grid.label or grid.name}: mean over {count_seeds(len(view.seeds))} on {place} over {parameter}"
            f"{span}; dashed: {baseline.label}. {default_words(grid)} {remark}"
        )
        gallery.add(grid.name, f"{grid.name}/{path}-over-{parameter}", draw, alt, caption.strip())


def _add_heat_maps(
    gallery: Gallery,
    view: Experiment,
    grid: Grid,
    benchmarks: Mapping[str, Sequence[Measure]],
    validation: Sequence[Measure],
    collapsed: Collection[str],
) -> None:
    rows, columns = grid.axes
    reference = grid.reference or None
    small = ""
    if reference is not None:
        level = f"{100 * view.stats.level:g} %"
        small = f" Small: difference to the default cell; on a benchmark bold where its {level} interval leaves 0 out."
    for place, measures in [*benchmarks.items(), (_place(view), validation)]:
        is_test = place in benchmarks
        alt = f"Heat maps of every measure on {place} over {rows} and {columns}, the value printed in each cell."
        caption = (
            f"{grid.label or grid.name}: mean over {count_seeds(len(view.seeds))} on {place}, {rows} down, {columns} "
            f"across; in each panel darker is better.{small} {default_words(grid)}"
        )
        if set(grid.variants) & set(collapsed):
            caption += " Hatched cells hold a collapsed run; it counts in the mean, but not in the span of the colours."
        if is_test:
            caption += f" {TEST_WARNING}"
        draw = partial(draw_heat_maps, grid, measures, place, reference, collapsed)
        path = f"{grid.name}/{place if is_test else 'validation'}-over-{rows}-and-{columns}"
        gallery.add(grid.name, path, draw, alt, caption)


def _place(view: Experiment) -> str:
    return f"the validation scenes of {view.datasets.val.name}"


def default_words(grid: Grid) -> str:
    """Which cell has the catalogue's own values."""
    if not grid.reference:
        return "No cell has the catalogue's values."
    at = list(grid.variants).index(grid.reference)
    settings = []
    for name, values in reversed(grid.axes.items()):
        settings.insert(0, f"{name} = {setting(values[at % len(values)])}")
        at //= len(values)
    return f"The default cell has the catalogue's {', '.join(settings)}."
