"""Which challenge tells the losses apart? Knobs of the synthetic scenes, turned one at a time.

Scenes of one knob differ in nothing else, so a sequence at one setting is paired with itself at another.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from siamloss.config import Experiment
from siamloss.errors import ConfigError
from siamloss.metrics.catalogue import METRICS
from siamloss.paths import Home
from siamloss.provenance.manifest import listed_folder
from siamloss.report import style
from siamloss.report.gallery import COLUMN
from siamloss.report.inputs import read_metrics
from siamloss.report.saving import save_tables
from siamloss.report.significance import count_tests, explain
from siamloss.report.study_figure import draw_study
from siamloss.report.table import Column, Row, Table, role_of
from siamloss.report.tables import block_of, summary_cell
from siamloss.runs import fixed_names
from siamloss.stats.summary import summarise

CHANGE = "change"
"""Metric name of a sequence's score at the last setting of a knob minus its score at the first."""


@dataclass(frozen=True)
class Axis:
    """One knob: its name, its settings in ascending order, and the benchmark drawn at each."""

    knob: str
    settings: tuple[float, ...]
    benchmarks: tuple[str, ...]


def study_axes(experiment: Experiment) -> list[Axis]:
    """The knobs of the profile's study.

    Raises
    ------
    ConfigError : the profile has no study.
    """
    if not experiment.study.axes:
        raise ConfigError("the profile has no 'study.axes'; use --configfile config/study.yaml")
    found = []
    for knob, names in experiment.study.axes.items():
        drawn = sorted((experiment.dataset(name).synthetic.knobs[knob], name) for name in names)
        found.append(Axis(knob, tuple(value for value, _ in drawn), tuple(name for _, name in drawn)))
    return found


def changes(metrics: pd.DataFrame, axes: list[Axis], metric: str) -> pd.DataFrame:
    """Tidy change of every run and sequence between the first and the last setting, one benchmark per knob.

    Parameters
    ----------
    metrics : tidy rows of :func:`siamloss.metrics.measure`, with the benchmarks of the axes.
    metric : the one to compare.
    """
    keys, chosen, parts = ["variant", "seed", "sequence"], metrics[metrics["metric"] == metric], []
    for axis in axes:
        first, last = (
            chosen[chosen["benchmark"] == name].set_index(keys)["value"]
            for name in (axis.benchmarks[0], axis.benchmarks[-1])
        )
        change = (last - first).rename("value").reset_index()
        parts.append(change.assign(benchmark=axis.knob, metric=CHANGE, term=0, weight=1.0))
    return pd.concat(parts, ignore_index=True)


def write_study(experiment: Experiment, home: Home, out: Path) -> None:
    """Write levels and changes as CSV, the table of changes as Markdown and LaTeX, and the figure.

    Raises
    ------
    ConfigError : the profile has no study.
    MissingDataError : a run without metrics on one of its benchmarks.
    """
    axes = study_axes(experiment)
    metrics, metric = read_metrics(experiment, home), experiment.study.metric
    names = [variant.name for variant in experiment.variants]
    used = [name for axis in axes for name in axis.benchmarks]
    chosen = metrics[(metrics["metric"] == metric) & metrics["benchmark"].isin(used)]
    levels = summarise(chosen, names, experiment.baseline, experiment.stats, fixed_names(experiment))
    turned = changes(metrics, axes, metric)
    change = summarise(turned, names, experiment.baseline, experiment.stats, fixed_names(experiment))
    knob_of = {
        name: (axis.knob, value) for axis in axes for name, value in zip(axis.benchmarks, axis.settings, strict=True)
    }
    levels.insert(0, "knob", [knob_of[name][0] for name in levels["benchmark"]])
    levels.insert(1, "setting", [knob_of[name][1] for name in levels["benchmark"]])
    looks = style.looks(experiment.variants, experiment.baseline, experiment.report.ours)
    with listed_folder(out) as folder:
        levels.to_csv(folder / "levels.csv", index=False)
        by_knob = change.rename(columns={"benchmark": "knob"})
        save_tables(folder, [(study_table(change, axes, experiment), by_knob)])
        for place, width in ((folder, style.PAGE_IN), (folder / COLUMN, style.COLUMN_IN)):
            figure = draw_study(levels, change, experiment, looks, width)
            style.save(figure, place / f"{metric.replace('_', '-')}-by-knob")


def study_table(change: pd.DataFrame, axes: list[Axis], experiment: Experiment) -> Table:
    """A row per variant, a column per knob: the change from its first to its last setting, and how much more of it."""
    indexed = change.set_index(["benchmark", "variant"])
    label = METRICS[experiment.study.metric].label
    columns = tuple(Column(axis.knob, f"{axis.settings[0]:g} → {axis.settings[-1]:g}") for axis in axes)
    rows = []
    for variant in experiment.variants:
        cells = tuple(summary_cell(indexed.loc[(axis.knob, variant.name)], signed=True) for axis in axes)
        role = role_of(variant.name, experiment)
        rows.append(Row(variant.label, cells, block_of(variant), role, variant=variant.name))
    rows.sort(key=lambda row: row.block == "control")
    seeds, tests = len(experiment.seeds), count_tests(change)
    base = experiment.variant(experiment.baseline).label
    caption = (
        f"Change of {label} when one knob of the scenes is turned from its first to its last setting, and, with Δ, how "
        f"much more than that of {base}; mean and {100 * experiment.stats.level:g} % interval over {seeds} seeds and "
        f"sequences. {explain(seeds, tests)}"
    )
    return Table("changes", caption, columns, tuple(rows))
