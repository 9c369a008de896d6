"""The page: everything on one sheet of HTML that needs no network."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

import siamloss
from siamloss.config import Experiment
from siamloss.provenance.hashing import short_hash
from siamloss.report.facts import duration, split_facts
from siamloss.report.gallery import Picture, data_uri
from siamloss.report.table import Table
from siamloss.report.verdict import count_seeds, note_on_tests, tally, verdicts

TEMPLATE = "index.html.j2"


def render_page(
    experiment: Experiment,
    summary: pd.DataFrame,
    tables: Mapping[str, Table],
    pictures: Sequence[Picture],
    figures: Path,
    facts: Sequence[Mapping[str, Any]],
) -> str:
    """Fill the template.

    Parameters
    ----------
    experiment : names, labels, seeds.
    summary : rows of :func:`siamloss.stats.summarise`, for the verdicts.
    tables : ``main``, ``separability`` and, where the profile lists terms, ``terms``.
    pictures, figures : the catalogue and the folder it refers to; images are taken into the page.
    facts : ``run.json`` of every trained run.

    Returns
    -------
    HTML without a single address outside itself, the same for the same input.
    """
    environment = Environment(
        loader=PackageLoader("siamloss.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data_uri"] = lambda picture: data_uri(Path(figures) / f"{picture.path}.png")
    sections: dict[str, list[Picture]] = {}
    for picture in pictures:
        sections.setdefault(picture.section, []).append(picture)
    ours, baseline = (experiment.variant(name).label for name in (experiment.report.ours, experiment.baseline))
    found = verdicts(summary, experiment)
    shared, columns, rows = split_facts(facts) if facts else ({}, [], [])
    return environment.get_template(TEMPLATE).render(
        experiment=experiment,
        ours=ours,
        baseline=baseline,
        verdicts=found,
        tally=tally(found, ours, baseline),
        level=f"{100 * experiment.stats.level:g} %",
        seeds=count_seeds(len(experiment.seeds)),
        note_on_tests=note_on_tests(len(experiment.seeds)),
        tables=tables,
        sections=sections,
        facts={"Profile": experiment.profile, **_about(experiment, facts), **shared},
        run_columns=columns,
        run_rows=rows,
    )


def _about(experiment: Experiment, facts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
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
