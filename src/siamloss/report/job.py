"""What the command line calls: tables, figures and the page, each published whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.errors import CorruptError
from siamloss.paths import Home
from siamloss.provenance.atomic import atomic_folder, write_text
from siamloss.report.inputs import REMEDY, read_metrics, read_scores, require, run_facts, scored_runs
from siamloss.report.latex import to_latex
from siamloss.report.markdown import to_markdown
from siamloss.report.separation import COLUMNS as SEPARATION_COLUMNS
from siamloss.report.separation import measure_separation
from siamloss.report.table import Table
from siamloss.report.tables import main_rows, separability_table, summary_table, terms_rows
from siamloss.report.verdict import to_text, verdicts
from siamloss.stats.summary import COLUMNS, summarise

SUMMARY = "summary.csv"
SEPARATION = "separability.csv"


def write_tables(experiment: Experiment, home: Home, out: Path) -> None:
    """Write ``main``, ``terms`` and ``separability`` as CSV, Markdown and LaTeX, and the summary behind them.

    Parameters
    ----------
    experiment : the resolved configuration.
    home : where the metrics and score maps are.
    out : folder to make.

    Raises
    ------
    MissingDataError : a run of the experiment has no metrics or no score maps.
    """
    names = [variant.name for variant in experiment.variants]
    summary = summarise(read_metrics(experiment, home), names, experiment.baseline, experiment.stats)
    runs = ((variant.name, read_scores(path)) for variant, _, path in scored_runs(experiment, home))
    separation = measure_separation(runs)
    with atomic_folder(out) as folder:
        summary.to_csv(folder / SUMMARY, index=False)
        separation.to_csv(folder / SEPARATION, index=False)
        for name, variants in (("main", main_rows(experiment)), ("terms", terms_rows(experiment))):
            shown = summary["variant"].isin([variant.name for variant in variants])
            if shown.any():
                summary[shown].to_csv(folder / f"{name}.csv", index=False)
        write_text(folder / "verdict.md", to_text(verdicts(summary, experiment), experiment))
        for name, table in build_tables(experiment, summary, separation).items():
            write_text(folder / f"{name}.md", to_markdown(table))
            write_text(folder / f"{name}.tex", to_latex(table))


def build_tables(experiment: Experiment, summary: pd.DataFrame, separation: pd.DataFrame) -> dict[str, Table]:
    """The tables of the report by name."""
    tables = {"main": summary_table("main", "Main results.", summary, main_rows(experiment), experiment)}
    terms = terms_rows(experiment)
    if terms:
        tables["terms"] = summary_table("terms", "Terms of the loss.", summary, terms, experiment)
    if len(separation):
        tables["separability"] = separability_table(separation, experiment)
    return tables


def _read_csv(path: Path, columns: list[str]) -> pd.DataFrame:
    """A CSV file of :func:`write_tables`, every digit as it was."""
    try:
        table = pd.read_csv(require(path, "a table"), keep_default_na=False, na_values=[""])
    except ValueError as error:
        raise CorruptError(f"{path} is not a whole table; delete its folder and {REMEDY}") from error
    if list(table.columns) != columns:
        raise CorruptError(f"{path} has other columns than expected; delete its folder and {REMEDY}")
    return table


def write_figures(experiment: Experiment, home: Home, sequences: Mapping[str, list[Sequence]], out: Path) -> None:
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
    experiment, home : as in :func:`write_tables`; of ``home`` only the facts of the runs are read.
    tables, figures : folders of :func:`write_tables` and :func:`write_figures`.
    out : the HTML file to write.
    """
    from siamloss.report.gallery import read_gallery
    from siamloss.report.page import render_page

    summary = _read_csv(Path(tables) / SUMMARY, COLUMNS)
    separation = _read_csv(Path(tables) / SEPARATION, list(SEPARATION_COLUMNS))
    made = build_tables(experiment, summary, separation)
    page = render_page(experiment, summary, made, read_gallery(figures), Path(figures), run_facts(experiment, home))
    write_text(Path(out), page)
