"""The numbers behind each table, every digit of them: what its CSV holds."""

import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.metrics.catalogue import is_main
from siamloss.report.claims_table import claims_frame
from siamloss.report.hard_samples import GROUPS, SHOWN
from siamloss.report.numbers import Numbers
from siamloss.report.separability_tables import FIT, MOMENTS
from siamloss.report.separation import QUANTITIES, over_seeds
from siamloss.report.tables import main_rows, terms_rows
from siamloss.report.tuning import tuning_frame


def table_data(name: str, numbers: Numbers, experiment: Experiment) -> pd.DataFrame:
    """Rows behind the numbers of one table, tidy: one row per cell, or per row where cells are of different kinds.

    Parameters
    ----------
    name : of a table of :func:`siamloss.report.job.build_tables`.
    numbers, experiment : what it is made of.

    Raises
    ------
    KeyError : no such table.
    """
    if name.startswith("attributes-"):
        found = numbers.attributes
        return found[("attributes-" + found["benchmark"] + "-" + found["metric"]) == name]
    return _MAKERS[name](numbers, experiment)


def _of_summary(numbers: Numbers, rows: list[Variant], main: bool) -> pd.DataFrame:
    summary = numbers.summary
    names = [variant.name for variant in rows]
    return summary[summary["metric"].map(is_main).eq(main) & summary["variant"].isin(names)]


def _comparison(numbers: Numbers, experiment: Experiment) -> pd.DataFrame:
    return numbers.comparison


def _separability(numbers: Numbers, experiment: Experiment) -> pd.DataFrame:
    found = over_seeds(numbers.separability)
    return found[found["quantity"].isin([*QUANTITIES, *FIT])]


def _moments(numbers: Numbers, experiment: Experiment) -> pd.DataFrame:
    found = over_seeds(numbers.separability)
    return found[found["quantity"].isin(MOMENTS)]


def _hard_samples(numbers: Numbers, experiment: Experiment) -> pd.DataFrame:
    found = pd.concat([over_seeds(numbers.separability, group=group) for group in GROUPS])
    return found[found["quantity"].isin(SHOWN)]


def _overfitting(numbers: Numbers, experiment: Experiment) -> pd.DataFrame:
    found = over_seeds(numbers.separability, "epoch")
    return found[found["quantity"].isin(QUANTITIES)]


_MAKERS = {
    "main": lambda numbers, experiment: _of_summary(numbers, main_rows(experiment), True),
    "further": lambda numbers, experiment: _of_summary(numbers, main_rows(experiment), False),
    "terms": lambda numbers, experiment: _of_summary(numbers, terms_rows(experiment), True),
    "comparison": _comparison,
    "separability": _separability,
    "moments": _moments,
    "hard-samples": _hard_samples,
    "overfitting": _overfitting,
    "tuning": lambda numbers, experiment: tuning_frame(numbers.tunings, experiment),
    "claims": lambda numbers, experiment: claims_frame(numbers.judged),
    "speed": lambda numbers, experiment: numbers.speed,
}
