"""The tables of a report as files, published whole or not at all."""

from pathlib import Path

import pandas as pd

from siamloss.config import Experiment
from siamloss.paths import Home
from siamloss.provenance.atomic import write_text
from siamloss.provenance.manifest import listed_folder
from siamloss.report.attributes import attribute_table
from siamloss.report.attributes_table import attribute_tables
from siamloss.report.claims import Judged, judge_claims
from siamloss.report.claims_table import claims_table
from siamloss.report.collapse import count_collapses, mark_labels, warning, with_notes
from siamloss.report.comparison_table import comparison_table
from siamloss.report.inputs import (
    ATTRIBUTES,
    SUMMARY,
    read_attributes,
    read_metrics,
    read_separability,
    read_tunings,
    run_facts,
)
from siamloss.report.missing import Missing
from siamloss.report.numbers import Numbers
from siamloss.report.published import read_published
from siamloss.report.saving import save_tables
from siamloss.report.seed_notes import with_gaps, with_seeds
from siamloss.report.separability_tables import separability_tables
from siamloss.report.significance import count_tests, paired_seeds
from siamloss.report.speed import speed_frame, speed_table
from siamloss.report.table import Table
from siamloss.report.table_data import table_data
from siamloss.report.tables import further_table, main_rows, summary_table, terms_rows
from siamloss.report.tuning import tuning_frame, tuning_table
from siamloss.report.verdict import to_text, verdicts
from siamloss.runs import fixed_names, network_runs
from siamloss.stats.comparison import compare
from siamloss.stats.summary import summarise


def write_tables(experiment: Experiment, home: Home, out: Path, missing: Missing | None = None) -> None:
    """Write every table of the report as CSV (every digit), Markdown and LaTeX.

    Beside them the numbers that several tables share, of all variants: ``summary.csv`` and ``attributes.csv``.

    Parameters
    ----------
    experiment : the resolved configuration.
    home : where metrics, separability, tuning and the facts of the runs are.
    out : folder to make.
    missing : gaps that are allowed and shown; without it nothing may be missing.

    Raises
    ------
    MissingDataError : a run of the experiment has no metrics or no facts, or the separability or a tuning is missing.
    """
    numbers = read_numbers(experiment, home, missing)
    tables = list(build_tables(experiment, numbers).values())
    summary, collapsed = numbers.summary, numbers.collapsed
    with listed_folder(out) as folder:
        for name, table in ((SUMMARY, summary), (ATTRIBUTES, numbers.attributes)):
            with_seeds(table, experiment).to_csv(folder / name, index=False)
        warnings = [missing.sentence if missing else "", warning(experiment, collapsed)]
        told = " ".join(filter(None, warnings))
        paired = paired_seeds(summary, experiment)
        text = to_text(verdicts(summary, experiment), experiment, count_tests(summary), told, paired)
        write_text(folder / "verdict.md", text)
        data = [with_seeds(table_data(table.name, numbers, experiment), experiment) for table in tables]
        save_tables(folder, zip(tables, data, strict=True))


def read_numbers(experiment: Experiment, home: Home, missing: Missing | None = None) -> Numbers:
    """What the tables show, from the products of the stages before; raises as :func:`write_tables`."""
    names, fixed = [variant.name for variant in experiment.variants], fixed_names(experiment)
    partial = missing is not None
    metrics = read_metrics(experiment, home, missing=missing)
    summary = summarise(metrics, names, experiment.baseline, experiment.stats, fixed, partial)
    comparison = compare(metrics, names, experiment.baseline, experiment.stats, fixed, partial)
    by_attribute = attribute_table(metrics, read_attributes(experiment, home, missing), experiment, partial)
    separability, tunings = read_separability(home), read_tunings(experiment, home, missing=missing)
    facts = run_facts(network_runs(experiment, trained_only=True), home, missing)
    collapsed, speed = count_collapses(facts), speed_frame(experiment, home, facts)
    judged = judged_claims(experiment, summary, separability)
    return Numbers(summary, comparison, by_attribute, separability, tunings, judged, collapsed, speed, missing)


def judged_claims(experiment: Experiment, summary: pd.DataFrame, separability: pd.DataFrame) -> list[Judged]:
    """What others claim, judged by our runs; nothing where the profile names no file of claims."""
    if not experiment.report.published:
        return []
    return judge_claims(experiment, summary, separability, read_published(Path(experiment.report.published)))


def build_tables(experiment: Experiment, numbers: Numbers) -> dict[str, Table]:
    """The tables of the report by name; collapsed runs, missing ones and variants with fewer seeds noted in them."""
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
    tables["speed"] = speed_table(numbers.speed, rows, experiment)
    if numbers.missing:
        tables = with_gaps(tables, numbers, experiment)
    return {name: with_notes(table, experiment, numbers.collapsed) for name, table in tables.items()}
