"""The page: everything on one sheet of HTML that needs no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import siamloss
from siamloss.config import Experiment
from siamloss.provenance.hashing import short_hash
from siamloss.report.collapse import Collapse, mark_labels
from siamloss.report.evaluations import MEANING
from siamloss.report.facts import duration, split_facts
from siamloss.report.gallery import Picture
from siamloss.report.page_data import curve_data, frame_data, to_json, variant_data
from siamloss.report.page_looks import shown_variants
from siamloss.report.page_runs import run_panels
from siamloss.report.page_verdict import cards
from siamloss.report.page_view import about_picture, view_table
from siamloss.report.runs import RunLine
from siamloss.report.significance import count_tests, explain, paired_seeds
from siamloss.report.table import Table
from siamloss.report.templates import template
from siamloss.report.verdict import paired_in_words, tally, verdicts


@dataclass(frozen=True)
class Content:
    """What the page shows.

    Attributes
    ----------
    summary : rows of :func:`siamloss.stats.summarise`, for the verdicts.
    tables : ``main``, ``comparison``, ``speed`` and, where there is something to show, ``further``, ``terms``,
        ``tuning``, ``claims``, those by attribute and those about separability.
    pictures, figures : the catalogue and the folder it refers to; images are taken into the page.
    facts : ``run.json`` of every trained run.
    runs : a line per run, for the provenance of every number.
    collapsed : variants with collapsed runs.
    curves : rows as :func:`siamloss.report.inputs.read_curves` reads them.
    frames : folder of the sequences to step through; None where there is none.
    words : sentences by name: ``warning`` (of collapsed runs) and ``missing`` (of missing ones), both may be empty;
        ``tuning`` (how learning rates were chosen), ``gaussian`` (how well a Gaussian fits the scores),
        ``evaluations`` (how many test evaluations).
    """

    summary: pd.DataFrame
    tables: Mapping[str, Table]
    pictures: Sequence[Picture]
    figures: Path
    facts: Sequence[Mapping[str, Any]]
    runs: Sequence[RunLine]
    collapsed: Mapping[str, Collapse]
    curves: pd.DataFrame
    frames: Path | None
    words: Mapping[str, str]


def render_page(experiment: Experiment, content: Content) -> str:
    """Fill the template.

    Returns
    -------
    HTML without a single address outside itself, the same for the same input.
    """
    summary, tables = content.summary, content.tables
    ours, baseline = (experiment.variant(name).label for name in (experiment.report.ours, experiment.baseline))
    shown = shown_variants(mark_labels(experiment, content.collapsed))
    shared, _, _ = split_facts(content.facts) if content.facts else ({}, [], [])
    curves = curve_data(content.curves, shown)
    data = {"variants": variant_data(shown), "curves": curves}
    stepper = frame_data(content.frames) if content.frames is not None else {"sequences": []}
    return template("index.html.j2", content.figures).render(
        experiment=experiment,
        ours=ours,
        baseline=baseline,
        cards=cards(summary, experiment),
        tally=tally(verdicts(summary, experiment), ours, baseline),
        level=f"{100 * experiment.stats.level:g} %",
        seeds=paired_in_words(verdicts(summary, experiment), len(experiment.seeds)),
        note_on_tests=explain(paired_seeds(summary, experiment), count_tests(summary)),
        tables={name: view_table(table, experiment, shown) for name, table in tables.items()},
        sections=by_section(content.pictures, experiment),
        variants=shown,
        benchmarks=[dataset.name for dataset in experiment.datasets.test],
        curves=curves,
        stepper=stepper,
        facts={"Profile": experiment.profile, **about(experiment, content.facts), **shared},
        words=content.words,
        meaning=MEANING,
        panels=run_panels(content.runs, shown),
        data={"page-data": to_json(data), **({"frame-data": to_json(stepper)} if stepper["sequences"] else {})},
    )


def by_section(pictures: Sequence[Picture], experiment: Experiment) -> dict[str, list[tuple]]:
    """Pictures by the section they belong to, in their order, each with what it is about."""
    sections: dict[str, list[tuple]] = {}
    for picture in pictures:
        sections.setdefault(picture.section, []).append((picture, about_picture(picture, experiment)))
    return sections


def about(experiment: Experiment, facts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Facts that the configuration knows."""
    names = [f"{dataset.name} ({dataset.format}, {dataset.role})" for dataset in experiment.all_datasets]
    seconds = [float(run["seconds"]) for run in facts if "seconds" in run]
    about = {
        "spec hash": short_hash(experiment.to_dict()),
        "siamloss": siamloss.__version__,
        "seeds": ", ".join(map(str, experiment.seeds)),
        "datasets": ", ".join(names),
        "epochs": str(experiment.train.epochs),
        "bootstrap draws": str(experiment.stats.draws),
    }
    if seconds:
        about["training time"] = f"{duration(sum(seconds))} in {len(seconds)} runs"
    return about
