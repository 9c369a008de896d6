"""Tables and pictures as the page shows them: which variant and benchmark each part is about, and where it leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siamloss.config import Experiment
from siamloss.report.attributes import attribute_rows
from siamloss.report.gallery import Picture
from siamloss.report.page_looks import Shown
from siamloss.report.table import Cell, Row, Table

BY_BENCHMARK = ("curves", "attributes", "qualitative")
"""Sections with a picture per benchmark."""


@dataclass(frozen=True)
class About:
    """What a part of the page is about: a variant, a benchmark, both or, where a name is "", neither."""

    variant: str = ""
    benchmark: str = ""


@dataclass(frozen=True)
class TableView:
    """A table with what it, its columns and its rows are about; ``variants`` holds the looks by name."""

    table: Table
    about: About
    columns: tuple[About, ...]
    variants: Mapping[str, Shown]

    @property
    def groups(self) -> list[tuple[str, int, About]]:
        """Group headings with the number of their columns and what all of these are about."""
        found, start = [], 0
        for group, width in self.table.groups:
            first = self.columns[start]
            found.append((group, width, About(benchmark=first.benchmark)))
            start += width
        return found

    def cells(self, row: Row) -> list[tuple[Cell, About, str]]:
        """Cells of a row: what each is about, and the place of the runs behind it ("" where it rests on none)."""
        places = []
        for cell, column in zip(row.cells, self.columns, strict=True):
            shown = self.variants.get(row.variant or column.variant)
            places.append((cell, column, shown.runs if shown else ""))
        return places


def view_table(table: Table, experiment: Experiment, variants: Sequence[Shown]) -> TableView:
    """See what a table is about: groups of columns named as a benchmark, or columns that are variants."""
    tests = [dataset.name for dataset in experiment.datasets.test]
    columns = tuple(About(benchmark=column.group if column.group in tests else "") for column in table.columns)
    about = About()
    if table.name.startswith("attributes-"):
        about = About(benchmark=_named(tests, table.name))
        trained = attribute_rows(experiment)
        columns = tuple(About(variant=variant.name) for variant in trained)
    return TableView(table, about, columns, {variant.name: variant for variant in variants})


def about_picture(picture: Picture, experiment: Experiment) -> About:
    """What a picture is about, told by its section and by the name that its path holds."""
    if picture.section in BY_BENCHMARK:
        return About(benchmark=_named([dataset.name for dataset in experiment.datasets.test], picture.path))
    if picture.section == "scores":
        return About(variant=_named([variant.name for variant in experiment.variants], picture.path))
    return About()


def _named(names: Sequence[str], path: str) -> str:
    """The longest of the names that stands in ``path`` at its end, or between two marks; "" if none."""
    marked = f"/{path}-"
    found = [name for name in names if any(f"{mark}{name}-" in marked for mark in "-/")]
    return max(found, key=len, default="")
