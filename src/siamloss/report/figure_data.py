"""What the figures of an experiment are drawn from, each part read or computed when the first figure asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.paths import Home
from siamloss.report import style
from siamloss.report.attributes import COLUMNS as ATTRIBUTE_COLUMNS
from siamloss.report.attributes import attribute_table
from siamloss.report.collapse import count_collapses, mark_labels
from siamloss.report.inputs import (
    ATTRIBUTES,
    SUMMARY,
    read_attributes,
    read_curves,
    read_metrics,
    read_separability,
    read_stored,
    read_tunings,
    run_facts,
    training_curves,
)
from siamloss.report.missing import Missing
from siamloss.runs import fixed_names, network_runs
from siamloss.stats.summary import COLUMNS, summarise


@dataclass(frozen=True, eq=False)
class FigureData:
    """One experiment for its figures.

    Attributes
    ----------
    plain : configuration. home : where its results are.
    sequences : test sequences by benchmark; a benchmark without any has no qualitative figure.
    missing : gaps of the runs that are allowed; without it nothing may be missing.
    experiment : the same configuration with a dagger at the labels of variants with collapsed runs.
    """

    plain: Experiment
    home: Home
    sequences: Mapping[str, list[Sequence]] = field(default_factory=dict)
    missing: Missing | None = None

    @cached_property
    def experiment(self) -> Experiment:
        trained = network_runs(self.plain, trained_only=True)
        return mark_labels(self.plain, count_collapses(run_facts(trained, self.home, self.missing)))

    @cached_property
    def looks(self) -> dict[str, style.Look]:
        return style.looks(self.plain.variants, self.plain.baseline, self.plain.report.ours)

    @property
    def labels(self) -> dict[str, str]:
        return {variant.name: variant.label for variant in self.experiment.variants}

    @cached_property
    def metrics(self) -> pd.DataFrame:
        return read_metrics(self.plain, self.home, missing=self.missing)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """As the stage ``tables`` wrote it, or where it has not yet, computed."""
        path = self.home.tables / SUMMARY
        if path.exists():
            return read_stored(path, COLUMNS)
        names, fixed, partial = list(self.labels), fixed_names(self.plain), self.missing is not None
        return summarise(self.metrics, names, self.plain.baseline, self.plain.stats, fixed, partial)

    @cached_property
    def curves(self) -> pd.DataFrame:
        return read_curves(self.plain, self.home)

    @cached_property
    def by_attribute(self) -> pd.DataFrame:
        """The same of the metrics by attribute."""
        path = self.home.tables / ATTRIBUTES
        if path.exists():
            return read_stored(path, ATTRIBUTE_COLUMNS)
        rows = read_attributes(self.plain, self.home, self.missing)
        return attribute_table(self.metrics, rows, self.plain, self.missing is not None)

    @cached_property
    def separability(self) -> pd.DataFrame:
        return read_separability(self.home)

    @cached_property
    def tunings(self) -> dict[str, dict]:
        return read_tunings(self.plain, self.home, missing=self.missing)

    @cached_property
    def training(self) -> dict[str, dict[int, list[dict]]]:
        return training_curves(network_runs(self.plain, trained_only=True), self.home, self.missing)
