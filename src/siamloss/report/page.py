"""The page: everything on one sheet of HTML that needs no network."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

import siamloss
from siamloss.config import Experiment
from siamloss.provenance.hashing import short_hash
from siamloss.report.evaluations import MEANING
from siamloss.report.facts import duration, split_facts
from siamloss.report.gallery import Picture, data_uri
from siamloss.report.significance import count_tests, explain
from siamloss.report.table import Table
from siamloss.report.verdict import count_seeds, tally, verdicts


def render_page(
    experiment: Experiment,
    summary: pd.DataFrame,
    tables: Mapping[str, Table],
    pictures: Sequence[Picture],
    figures: Path,
    facts: Sequence[Mapping[str, Any]],
    words: Mapping[str, str],
) -> str:
    """Fill the template.

    Parameters
    ----------
    experiment : names, labels, seeds.
    summary : rows of :func:`siamloss.stats.summarise`, for the verdicts.
    tables : ``main``, ``comparison`` and, where there is something to show, ``further``, ``terms``, ``tuning``,
        those by attribute and those about separability.
    pictures, figures : the catalogue and the folder it refers to; images are taken into the page.
    facts : ``run.json`` of every trained run.
    words : sentences by name: ``warning`` (of collapsed runs; may be empty), ``tuning`` (how learning rates were
        chosen), ``gaussian`` (how well a Gaussian fits the scores), ``evaluations`` (how many test evaluations).

    Returns
    -------
    HTML without a single address outside itself, the same for the same input.
    """
    sections = by_section(pictures)
    ours, baseline = (experiment.variant(name).label for name in (experiment.report.ours, experiment.baseline))
    found = verdicts(summary, experiment)
    shared, columns, rows = split_facts(facts) if facts else ({}, [], [])
    return template("index.html.j2", figures).render(
        experiment=experiment,
        ours=ours,
        baseline=baseline,
        verdicts=found,
        tally=tally(found, ours, baseline),
        level=f"{100 * experiment.stats.level:g} %",
        seeds=count_seeds(len(experiment.seeds)),
        note_on_tests=explain(len(experiment.seeds), count_tests(summary)),
        tables=tables,
        attributes=[table for name, table in tables.items() if name.startswith("attributes-")],
        sections=sections,
        facts={"Profile": experiment.profile, **about(experiment, facts), **shared},
        words=words,
        meaning=MEANING,
        run_columns=columns,
        run_rows=rows,
    )


def template(name: str, figures: Path) -> Template:
    """A template of this package, with everything escaped and pictures taken from the folder ``figures``."""
    environment = Environment(
        loader=PackageLoader("siamloss.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data_uri"] = lambda picture: data_uri(Path(figures) / f"{picture.path}.png")
    return environment.get_template(name)


def by_section(pictures: Sequence[Picture]) -> dict[str, list[Picture]]:
    """Pictures by the section they belong to, in their order."""
    sections: dict[str, list[Picture]] = {}
    for picture in pictures:
        sections.setdefault(picture.section, []).append(picture)
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
