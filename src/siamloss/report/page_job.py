"""The page of a report as one file, from finished tables and figures."""

from pathlib import Path

from siamloss.config import Experiment
from siamloss.paths import Home
from siamloss.provenance.atomic import write_text
from siamloss.provenance.manifest import verify_manifest
from siamloss.provenance.sealed import seal_page
from siamloss.records.ledger import read_evaluations
from siamloss.report.attributes import COLUMNS as ATTRIBUTE_COLUMNS
from siamloss.report.collapse import count_collapses, warning
from siamloss.report.evaluations import count_evaluations
from siamloss.report.gallery import read_gallery
from siamloss.report.gaussian_fit import gaussian_statement
from siamloss.report.inputs import (
    ATTRIBUTES,
    COMPARISON,
    SPEED,
    SUMMARY,
    read_curves,
    read_separability,
    read_stored,
    read_tunings,
    run_facts,
)
from siamloss.report.job import build_tables, judged_claims
from siamloss.report.missing import Missing, find_missing
from siamloss.report.numbers import Numbers
from siamloss.report.page import Content, render_page
from siamloss.report.runs import run_lines
from siamloss.report.speed import COLUMNS as SPEED_COLUMNS
from siamloss.report.tuning import tuning_frame, tuning_sentence
from siamloss.runs import network_runs
from siamloss.stats.comparison import COMPARISON_COLUMNS
from siamloss.stats.summary import COLUMNS


def write_page(
    experiment: Experiment,
    home: Home,
    tables: Path,
    figures: Path,
    out: Path,
    frames: Path | None = None,
    missing: Missing | None = None,
) -> None:
    """Write the self-contained page from finished tables and figures.

    Parameters
    ----------
    experiment : the resolved configuration.
    home : where curves, separability, tuning, runs, records and the ledger of test evaluations are.
    tables, figures : folders of the stages ``tables`` and ``figures``.
    out : the HTML file to write.
    frames : folder of the stage ``frames``; without it the page has no sequences to step through.
    missing : gaps of the runs that are allowed; without it nothing may be missing.
    """
    for folder in filter(None, (tables, figures, frames)):
        if Path(folder).is_dir():
            verify_manifest(folder)
    summary = read_stored(Path(tables) / SUMMARY, COLUMNS)
    comparison = read_stored(Path(tables) / COMPARISON, COMPARISON_COLUMNS)
    by_attribute = read_stored(Path(tables) / ATTRIBUTES, ATTRIBUTE_COLUMNS)
    speed = read_stored(Path(tables) / SPEED, SPEED_COLUMNS)
    pictures = read_gallery(figures)
    separability, tunings = read_separability(home), read_tunings(experiment, home, missing=missing)
    facts = run_facts(network_runs(experiment, trained_only=True), home, missing)
    collapsed = count_collapses(facts)
    judged = judged_claims(experiment, summary, separability)
    numbers = Numbers(summary, comparison, by_attribute, separability, tunings, judged, collapsed, speed, missing)
    words = {
        "warning": warning(experiment, collapsed),
        "missing": find_missing(experiment, home).sentence,
        "tuning": tuning_sentence(tuning_frame(tunings, experiment) if tunings else None, experiment),
        "gaussian": gaussian_statement(separability, experiment),
        "evaluations": str(count_evaluations(read_evaluations(home.ledger))),
    }
    content = Content(
        summary=summary,
        tables=build_tables(experiment, numbers),
        pictures=pictures,
        figures=Path(figures),
        facts=facts,
        runs=run_lines(experiment, home),
        collapsed=collapsed,
        curves=read_curves(experiment, home),
        frames=Path(frames) if frames is not None else None,
        words=words,
    )
    write_text(Path(out), seal_page(render_page(experiment, content)))
