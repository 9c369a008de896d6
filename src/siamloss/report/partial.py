"""``siamloss report``: the whole report from what lies on disk, with missing and failed runs shown as missing.

The stages of the DAG stop where a run is missing: Snakemake promises that all of them are there, and a table that
quietly had fewer would pass for the whole one. This report promises nothing, so it goes to a folder of its own
(``results/<profile>/partial/``): what the DAG made is never replaced by it, and no rule reads it.
"""

import logging
from pathlib import Path

from tqdm import tqdm

from siamloss.config import Experiment
from siamloss.data.verified import open_verified
from siamloss.errors import MissingDataError
from siamloss.paths import Home
from siamloss.report.figures_job import write_figures
from siamloss.report.job import write_tables
from siamloss.report.missing import Missing, find_missing
from siamloss.report.page_job import write_page
from siamloss.report.recompute import recompute_metrics, recompute_separability
from siamloss.runs import compared


def write_partial(experiment: Experiment, out: Path) -> Missing:
    """Measure, and write tables, figures and page of the runs that are there.

    Parameters
    ----------
    experiment : the resolved configuration; its runs are looked for under its own results.
    out : folder for ``metrics/``, ``separability/``, ``tables/``, ``figures/`` and ``report/``; each appears whole.

    Returns
    -------
    What is missing.

    Raises
    ------
    MissingDataError : not one run was tracked.
    CorruptError : a product that is there and damaged; it is not taken for a missing one.
    """
    home, missing = Home(experiment, Path(out)), find_missing(experiment, Home(experiment))
    if missing.nothing(experiment):
        raise MissingDataError(
            f"no run of this profile was tracked yet ({home.root}); run 'snakemake' for this profile"
        )
    with tqdm(total=len(experiment.datasets.test) + 4, desc="report", unit="step", disable=None) as bar:
        for dataset in experiment.datasets.test:
            recompute_metrics(experiment, dataset, home, missing)
            bar.update()
        recompute_separability(experiment, home, missing)
        bar.update()
        write_tables(experiment, home, home.tables, missing)
        bar.update()
        write_figures(experiment, home, shown_sequences(experiment, home, missing), home.figures, missing)
        bar.update()
        write_page(experiment, home, home.tables, home.figures, home.page, missing=missing)
        bar.update()
    logging.info("report: %s", missing.sentence or "no run is missing")
    return missing


def shown_sequences(experiment: Experiment, home: Home, missing: Missing) -> dict:
    """Sequences of the benchmarks on which both compared runs were tracked; the others have no qualitative figure."""
    found = {}
    for dataset in experiment.datasets.test:
        if all(missing.has_records(*run, dataset.name) for run in compared(experiment)):
            found[dataset.name] = open_verified(experiment, dataset.name, home.manifest(dataset.name))
    return found
