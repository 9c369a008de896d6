"""The page of the ablation: every grid with its pictures and tables, self-contained like the main page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siamloss.config import Experiment, Grid
from siamloss.report.evaluations import MEANING
from siamloss.report.facts import split_facts
from siamloss.report.gallery import Picture
from siamloss.report.grids import setting
from siamloss.report.page import about
from siamloss.report.page_view import About, view_table
from siamloss.report.table import Table
from siamloss.report.templates import template
from siamloss.report.verdict import count_seeds


@dataclass(frozen=True)
class GridPart:
    """A section of the page."""

    grid: Grid
    tables: Sequence[Table]
    pictures: Sequence[Picture]

    @property
    def label(self) -> str:
        """Heading."""
        return self.grid.label or self.grid.name

    @property
    def intro(self) -> str:
        """What was varied."""
        if not self.grid.axes:
            return f"{len(self.grid.variants)} variants side by side."
        axes = [f"{name}: {', '.join(map(setting, values))}" for name, values in self.grid.axes.items()]
        base = self.grid.variants[0].partition("[")[0]
        return f"{base} with {'; '.join(axes)}. What the cells do not set is as in {base}, or as tuned."


def render_ablation(
    view: Experiment,
    parts: Sequence[GridPart],
    tuning: Sequence[Table],
    folder: Path,
    facts: Sequence[Mapping[str, Any]],
    words: Mapping[str, str],
) -> str:
    """Fill the template of the ablation.

    Parameters
    ----------
    view : the experiment with all variants of the grids as its main list.
    parts : one per grid.
    tuning : the table of what was chosen; empty where nothing was tuned.
    folder : where the pictures are.
    facts : ``run.json`` of every run.
    words : sentences by name: ``tuning`` (how learning rates were chosen), ``evaluations`` (how many test evaluations).
    """
    shared, columns, rows = split_facts(facts) if facts else ({}, [], [])
    return template("ablation.html.j2", folder).render(
        experiment=view,
        baseline=view.variant(view.baseline).label,
        grids=[
            {
                "label": part.label,
                "intro": part.intro,
                "tables": [view_table(table, view, []) for table in part.tables],
                "pictures": [(picture, About()) for picture in part.pictures],
            }
            for part in parts
        ],
        tuning=[view_table(table, view, []) for table in tuning],
        variants=len({name for part in parts for name in part.grid.variants}),
        seeds=count_seeds(len(view.seeds)),
        words=words,
        meaning=MEANING,
        facts={"Profile": view.profile, **about(view, facts), **shared},
        run_columns=columns,
        run_rows=rows,
    )
