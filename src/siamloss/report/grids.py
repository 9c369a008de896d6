"""An ablation grid as the report sees it: its variants, its cells, and what is measured in each of them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from siamloss.config import Experiment, Grid
from siamloss.metrics.catalogue import METRICS
from siamloss.report.tables import digits_of, panels


@dataclass(frozen=True)
class Measure:
    """One quantity of every variant of a grid.

    Attributes
    ----------
    label, higher_is_better, digits : how it is called and printed.
    values : indexed by variant; ``mean, low, high``, the difference ``diff`` of the mean to the reference cell, and
        ``differs``: the interval of that difference leaves 0 out.
    """

    label: str
    higher_is_better: bool
    digits: int
    values: pd.DataFrame

    @property
    def heading(self) -> str:
        """Label and direction."""
        return f"{self.label} {'↑' if self.higher_is_better else '↓'}"


def grid_view(experiment: Experiment, grid: Grid) -> Experiment:
    """The experiment as if its main list were one grid: the baseline and the grid's variants, with the grid's seeds."""
    names = dict.fromkeys([experiment.baseline, *grid.variants])
    variants = tuple(experiment.variant(name) for name in names)
    return replace(experiment, variants=variants, seeds=experiment.ablation_seeds)


def cells_of(grid: Grid) -> np.ndarray:
    """Names of the variants, one axis per parameter, object ``(len(values), ...)``."""
    return np.array(grid.variants, dtype=object).reshape([len(values) for values in grid.axes.values()])


def is_number(value: object) -> bool:
    """A value that has a place on a scale."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def setting(value: object) -> str:
    """A parameter's value as tick label."""
    return f"{value:g}" if is_number(value) else str(value)


def benchmark_measures(
    summary: pd.DataFrame, to_reference: pd.DataFrame | None, view: Experiment
) -> dict[str, list[Measure]]:
    """Measures of a grid by benchmark.

    Parameters
    ----------
    summary : rows of :func:`siamloss.stats.summarise`, the differences to the baseline.
    to_reference : the same with the differences to the reference cell; None without one.
    view : experiment of :func:`grid_view`.
    """
    found: dict[str, list[Measure]] = {}
    for benchmark, metric in panels(summary, view):
        info = METRICS[metric]
        values = _of(summary, benchmark, metric)[["mean", "low", "high"]].copy()
        values["diff"], values["differs"] = np.nan, False
        if to_reference is not None:
            rows = _of(to_reference, benchmark, metric)
            values["diff"] = rows["diff"]
            values["differs"] = (rows["diff_low"] > 0) | (rows["diff_high"] < 0)
        found.setdefault(benchmark, []).append(Measure(info.label, info.higher_is_better, digits_of(info), values))
    return found


def _of(summary: pd.DataFrame, benchmark: str, metric: str) -> pd.DataFrame:
    return summary[(summary["benchmark"] == benchmark) & (summary["metric"] == metric)].set_index("variant")
