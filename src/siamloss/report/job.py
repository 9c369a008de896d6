"""What the command line calls: tables, figures and the page, each published whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence as Video
from siamloss.errors import CorruptError
from siamloss.jobs import network_runs
from siamloss.metrics.catalogue import is_main
from siamloss.paths import Home
from siamloss.provenance.atomic import atomic_folder, write_text
from siamloss.records.ledger import read_evaluations
from siamloss.report.attributes import COLUMNS as ATTRIBUTE_COLUMNS
from siamloss.report.attributes import attribute_table
from siamloss.report.attributes_table import attribute_tables
from siamloss.report.claims import Judged, judge_claims
from siamloss.report.claims_table import claims_frame, claims_table
from siamloss.report.collapse import Collapse, count_collapses, mark_labels, warning, with_notes
from siamloss.report.comparison_table import comparison_table
from siamloss.report.evaluations import count_evaluations
from siamloss.report.gaussian_fit import gaussian_statement
from siamloss.report.inputs import (
    REMEDY,
    read_attributes,
    read_metrics,
    read_separability,
    read_tunings,
    require,
    run_facts,
)
from siamloss.report.published import read_published
from siamloss.report.saving import save_tables
from siamloss.report.separability_tables import separability_tables
from siamloss.report.separation import over_seeds
from siamloss.report.significance import count_tests
from siamloss.report.table import Table
from siamloss.report.tables import further_table, main_rows, summary_table, terms_rows
from siamloss.report.tuning import tuning_frame, tuning_sentence, tuning_table
from siamloss.report.verdict import to_text, verdicts
from siamloss.stats.comparison import COMPARISON_COLUMNS, compare
from siamloss.stats.summary import COLUMNS, summarise

SUMMARY, COMPARISON, ATTRIBUTES = "summary.csv", "comparison.csv", "attributes.csv"


@dataclass(frozen=True)
class Numbers:
    """What the tables show.

    Attributes
    ----------
    summary, comparison : rows of :func:`siamloss.stats.summarise` and of :func:`siamloss.stats.compare`.
    attributes : rows of :func:`siamloss.report.attributes.attribute_table`.
    separability, tunings : as :mod:`siamloss.report.inputs` reads them.
    judged : claims of others; empty where the profile names no file of them.
    collapsed : variants with collapsed runs.
    """

    summary: pd.DataFrame
    comparison: pd.DataFrame
    attributes: pd.DataFrame
    separability: pd.DataFrame
    tunings: Mapping[str, Mapping]
    judged: Sequence[Judged]
    collapsed: Mapping[str, Collapse]


def write_tables(experiment: Experiment, home: Home, out: Path) -> None:
    """Write every table of the report as CSV, Markdown and LaTeX, and the summary behind them.

    ``separability.csv`` holds the numbers of all tables about separability.

    Parameters
    ----------
    experiment : the resolved configuration.
    home : where metrics, separability, tuning and the facts of the runs are.
    out : folder to make.

    Raises
    ------
    MissingDataError : a run of the experiment has no metrics or no facts, or the separability or a tuning is missing.
    """
    names = [variant.name for variant in experiment.variants]
    metrics = read_metrics(experiment, home)
    summary = summarise(metrics, names, experiment.baseline, experiment.stats)
    comparison = compare(metrics, names, experiment.baseline, experiment.stats)
    by_attribute = attribute_table(metrics, read_attributes(experiment, home), experiment)
    separability, tunings = read_separability(home), read_tunings(experiment, home)
    collapsed = count_collapses(run_facts(network_runs(experiment, trained_only=True), home))
    judged = judged_claims(experiment, summary, separability)
    numbers = Numbers(summary, comparison, by_attribute, separability, tunings, judged, collapsed)
    with atomic_folder(out) as folder:
        for name, table in ((SUMMARY, summary), (COMPARISON, comparison), (ATTRIBUTES, by_attribute)):
            table.to_csv(folder / name, index=False)
        final = [over_seeds(separability, "final", group) for group in separability["group"].unique()]
        pd.concat([*final, over_seeds(separability, "epoch")]).to_csv(folder / "separability.csv", index=False)
        if tunings:
            tuning_frame(tunings, experiment).to_csv(folder / "tuning.csv", index=False)
        rows, main = main_rows(experiment), summary["metric"].map(is_main)
        for name, variants, wanted in (
            ("main", rows, main),
            ("terms", terms_rows(experiment), main),
            ("further", rows, ~main),
        ):
            shown = wanted & summary["variant"].isin([variant.name for variant in variants])
            if shown.any():
                summary[shown].to_csv(folder / f"{name}.csv", index=False)
        text = to_text(verdicts(summary, experiment), experiment, count_tests(summary), warning(experiment, collapsed))
        write_text(folder / "verdict.md", text)
        if judged:
            claims_frame(judged).to_csv(folder / "claims.csv", index=False)
        save_tables(folder, build_tables(experiment, numbers).values())


def judged_claims(experiment: Experiment, summary: pd.DataFrame, separability: pd.DataFrame) -> list[Judged]:
    """What others claim, judged by our runs; nothing where the profile names no file of claims."""
    if not experiment.report.published:
        return []
    return judge_claims(experiment, summary, separability, read_published(Path(experiment.report.published)))


def build_tables(experiment: Experiment, numbers: Numbers) -> dict[str, Table]:
    """The tables of the report by name, collapsed runs noted in them."""
    summary, rows = numbers.summary, main_rows(experiment)
    tables = {
        "main": summary_table("main", "Main results.", summary, rows, experiment),
        "comparison": comparison_table(numbers.comparison, rows, experiment),
        **attribute_tables(numbers.attributes, mark_labels(experiment, numbers.collapsed)),
    }
    further, terms = further_table(summary, experiment), terms_rows(experiment)
    if further:
        tables["further"] = further
    if terms:
        tables["terms"] = summary_table("terms", "Terms of the loss.", summary, terms, experiment)
    if numbers.tunings:
        tables["tuning"] = tuning_table(tuning_frame(numbers.tunings, experiment), experiment)
    if numbers.judged:
        tables["claims"] = claims_table(numbers.judged, experiment.stats.level)
    tables |= separability_tables(numbers.separability, experiment)
    return {name: with_notes(table, experiment, numbers.collapsed) for name, table in tables.items()}


def _read_csv(path: Path, columns: list[str]) -> pd.DataFrame:
    """A CSV file of :func:`write_tables`, every digit as it was."""
    try:
        table = pd.read_csv(require(path, "a table"), keep_default_na=False, na_values=[""])
    except ValueError as error:
        raise CorruptError(f"{path} is not a whole table; delete its folder and {REMEDY}") from error
    if list(table.columns) != columns:
        raise CorruptError(f"{path} has other columns than expected; delete its folder and {REMEDY}")
    return table


def write_figures(experiment: Experiment, home: Home, sequences: Mapping[str, list[Video]], out: Path) -> None:
    """Write every figure as PNG and PDF, with ``figures.json``, the catalogue of their captions.

    Parameters
    ----------
    experiment, home : as in :func:`write_tables`.
    sequences : test sequences by benchmark, for the qualitative figure.
    out : folder to make.
    """
    from siamloss.report.figures import draw_all

    with atomic_folder(out) as folder:
        draw_all(experiment, home, sequences, folder)


def write_page(experiment: Experiment, home: Home, tables: Path, figures: Path, out: Path) -> None:
    """Write the self-contained page from finished tables and figures.

    Parameters
    ----------
    experiment : as in :func:`write_tables`.
    home : where separability, tuning, the facts of the runs and the ledger of test evaluations are.
    tables, figures : folders of :func:`write_tables` and :func:`write_figures`.
    out : the HTML file to write.
    """
    from siamloss.report.gallery import read_gallery
    from siamloss.report.page import render_page

    summary = _read_csv(Path(tables) / SUMMARY, COLUMNS)
    comparison = _read_csv(Path(tables) / COMPARISON, COMPARISON_COLUMNS)
    by_attribute = _read_csv(Path(tables) / ATTRIBUTES, ATTRIBUTE_COLUMNS)
    pictures = read_gallery(figures)
    separability, tunings = read_separability(home), read_tunings(experiment, home)
    facts = run_facts(network_runs(experiment, trained_only=True), home)
    collapsed = count_collapses(facts)
    judged = judged_claims(experiment, summary, separability)
    numbers = Numbers(summary, comparison, by_attribute, separability, tunings, judged, collapsed)
    made = build_tables(experiment, numbers)
    words = {
        "warning": warning(experiment, collapsed),
        "tuning": tuning_sentence(tuning_frame(tunings, experiment) if tunings else None, experiment),
        "gaussian": gaussian_statement(separability, experiment),
        "evaluations": str(count_evaluations(read_evaluations(home.ledger))),
    }
    write_text(Path(out), render_page(experiment, summary, made, pictures, Path(figures), facts, words))
