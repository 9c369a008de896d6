"""Any one table by itself, of our results or of anybody's."""

from pathlib import Path

from siamloss.config import Experiment
from siamloss.errors import ConfigError
from siamloss.paths import Home
from siamloss.provenance.atomic import write_text
from siamloss.report.job import build_tables, read_numbers
from siamloss.report.origin import check_name, find_benchmark
from siamloss.report.outside import Outside
from siamloss.report.saving import FORMS
from siamloss.report.table import Table
from siamloss.report.table_data import table_data

TABLES = {
    "main": "every variant on every benchmark: mean, interval, difference to the baseline",
    "further": "the metrics that the main table leaves out",
    "terms": "the terms of the loss, one at a time",
    "comparison": "probability of improvement, detectable difference, interquartile mean",
    "attributes": "by attribute of the sequences; needs --benchmark, and --metric where there are several",
    "separability": "how well the scores separate the target on unseen scenes",
    "moments": "mean and variance of the scores",
    "hard-samples": "with and without a look-alike near the target",
    "overfitting": "gap between unseen and training scenes, by epoch",
    "tuning": "what the tuning stage chose, and of how many trials",
    "claims": "what others claim, and what our runs say to it",
    "speed": "frames per second, and the time of the trainings",
}


def make_table(experiment: Experiment, home: Home, name: str, form: str, benchmark: str = "", metric: str = "") -> str:
    """The text of one table of finished results.

    Parameters
    ----------
    experiment, home : configuration, and where the results are.
    name : one of :data:`TABLES`, or the stem of a file in ``tables/``.
    form : one of :data:`siamloss.report.saving.FORMS`.
    benchmark, metric : which one of the tables by attribute.

    Raises
    ------
    UnknownNameError, ConfigError : no such table, form or benchmark, or one that these results have not got.
    MissingDataError, CorruptError : results that are missing or damaged.
    """
    check_name(form, FORMS, "format")
    if not name.startswith("attributes-"):
        check_name(name, TABLES, "table")
    numbers = read_numbers(experiment, home)
    tables = build_tables(experiment, numbers)
    if name == "attributes":
        name = _by_attribute(tables, experiment, benchmark, metric)
    elif benchmark or metric:
        raise ConfigError(f"the table '{name}' is about all benchmarks; leave --benchmark and --metric out")
    if name not in tables:
        why = "these results have no table" if name in TABLES else "unknown table"
        raise ConfigError(f"{why} '{name}'; choose one of: {', '.join(tables)}")
    return FORMS[form](tables[name], table_data(name, numbers, experiment))


def _by_attribute(tables: dict[str, Table], experiment: Experiment, benchmark: str, metric: str) -> str:
    """Name of the only table by attribute that is asked for."""
    where = find_benchmark(benchmark, experiment) if benchmark else ""
    start = f"attributes-{where}-" if where else "attributes-"
    found = [name for name in tables if name.startswith(start) and name.endswith(f"-{metric}" if metric else "")]
    if len(found) != 1:
        known = [name for name in tables if name.startswith("attributes-")]
        raise ConfigError(
            f"{len(found)} tables by attribute are meant; give --benchmark and --metric, or one of: "
            + (", ".join(found or known) or "none in these results")
        )
    return found[0]


def make_outside_table(outside: Outside, name: str, form: str) -> str:
    """The main table of anybody's result files; :class:`UnknownNameError` for another table or form."""
    check_name(form, FORMS, "format")
    check_name(name, ["main"], "table of result files")
    data = outside.summary.rename(columns={"variant": "tracker"}).drop(columns=["p", "p_holm"])
    return FORMS[form](outside.table(), data)


def put(text: str, out: Path | None) -> str:
    """Write a text to a file; without one it is given back, to be printed."""
    if out is None:
        return text
    write_text(out, text)
    return ""
