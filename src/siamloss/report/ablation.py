"""The report on the ablation grids: tables, heat maps or lines of each grid, and a page with all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from siamloss.config import Experiment, Grid, Variant
from siamloss.paths import Home
from siamloss.provenance.atomic import write_text
from siamloss.provenance.manifest import listed_folder
from siamloss.provenance.sealed import seal_page
from siamloss.records.ledger import read_evaluations
from siamloss.report.ablation_figures import draw_grid
from siamloss.report.ablation_page import GridPart, render_ablation
from siamloss.report.collapse import Collapse, count_collapses, mark_labels, with_notes
from siamloss.report.evaluations import count_evaluations
from siamloss.report.gallery import Gallery
from siamloss.report.grids import benchmark_measures, grid_view
from siamloss.report.inputs import read_metrics, read_separability, read_tunings, run_facts, training_curves
from siamloss.report.saving import save_tables
from siamloss.report.table import Table
from siamloss.report.tables import summary_table
from siamloss.report.training import Epochs
from siamloss.report.tuning import standing_for, tuning_frame, tuning_sentence, tuning_table
from siamloss.report.validation import validation_frame, validation_measures, validation_table
from siamloss.runs import fixed_names, network_runs
from siamloss.stats.summary import summarise


@dataclass(frozen=True)
class Inputs:
    """What was measured of all runs of the grids and of the baseline."""

    metrics: pd.DataFrame
    curves: Mapping[str, Mapping[int, Epochs]]
    separability: pd.DataFrame
    facts: list[dict[str, Any]]
    collapsed: Mapping[str, Collapse]


def write_ablation(experiment: Experiment, home: Home, out: Path) -> None:
    """Write the folder of the ablation: for each grid its tables and figures, and ``index.html`` with all of them.

    Parameters
    ----------
    experiment : the resolved configuration, with at least one grid.
    home : where metrics, training curves, separability, tuning and the facts of the grids' runs are.
    out : folder to make; it appears whole or not at all.

    Raises
    ------
    MissingDataError : a run of a grid, or the baseline, has no metrics or no facts, or another input is missing.
    """
    trained = network_runs(experiment, trained_only=True, ablation=True)
    facts = run_facts(trained, home)
    inputs = Inputs(
        read_metrics(experiment, home, ablation=True),
        training_curves(trained, home),
        read_separability(home, ablation=True),
        facts,
        count_collapses(facts),
    )
    every = _all_variants(experiment)
    tunings = read_tunings(experiment, home, ablation=True)
    once = replace(every, variants=tuple(standing_for(name, every) for name in tunings))
    tuned = tuning_frame(tunings, once) if tunings else None
    with listed_folder(out) as folder:
        gallery = Gallery(folder)
        tables = {grid.name: write_grid(experiment, grid, inputs, gallery) for grid in experiment.grids}
        gallery.close()
        extra = []
        if tuned is not None:
            extra = [tuning_table(tuned, once)]
            save_tables(folder, [(extra[0], tuned)])
        parts = [
            GridPart(grid, tables[grid.name], [p for p in gallery.pictures if p.section == grid.name])
            for grid in experiment.grids
        ]
        words = {
            "tuning": tuning_sentence(tuned, once),
            "evaluations": str(count_evaluations(read_evaluations(home.ledger))),
        }
        write_text(folder / "index.html", seal_page(render_ablation(every, parts, extra, folder, facts, words)))


def write_grid(experiment: Experiment, grid: Grid, inputs: Inputs, gallery: Gallery) -> list[Table]:
    """Write the tables of one grid beside the gallery's pictures, add its pictures, and return its tables."""
    view, folder = grid_view(experiment, grid), gallery.folder
    names = [variant.name for variant in view.variants]
    reference = grid.reference or None
    summary = summarise(inputs.metrics, names, view.baseline, view.stats, fixed_names(view))
    against = summarise(inputs.metrics, list(grid.variants), reference, view.stats) if reference else None
    validation = validation_frame(inputs.curves, inputs.separability, view)
    tables = [
        summary_table(grid.name, f"{grid.label or grid.name}.", summary, _trained_first(view), view),
        validation_table(f"{grid.name}-validation", validation, view, experiment.datasets.val.name),
    ]
    tables = [with_notes(table, view, inputs.collapsed) for table in tables]
    save_tables(folder, zip(tables, (summary, validation), strict=True))
    draw_grid(
        gallery,
        mark_labels(view, inputs.collapsed),
        grid,
        summary,
        benchmark_measures(summary, against, view),
        validation_measures(validation, reference),
        inputs.collapsed,
    )
    return tables


def _trained_first(view: Experiment) -> list[Variant]:
    return sorted(view.variants, key=lambda variant: bool(variant.control))


def _all_variants(experiment: Experiment) -> Experiment:
    """The experiment as if its main list were the baseline and all grids, each variant once."""
    names = dict.fromkeys([experiment.baseline, *(name for grid in experiment.grids for name in grid.variants)])
    return replace(
        experiment, variants=tuple(experiment.variant(name) for name in names), seeds=experiment.ablation_seeds
    )
