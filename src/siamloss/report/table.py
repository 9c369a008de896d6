"""A table for people, independent of how it is written: columns in groups, rows in blocks, cells with details."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from siamloss.config import Experiment


@dataclass(frozen=True)
class Column:
    """Heading of a column; neighbours of one group share a heading above; ``variant`` where it is about one."""

    group: str
    name: str
    variant: str = ""


@dataclass(frozen=True)
class Cell:
    """What a cell shows: its value, lines of detail below, and its rank (1 best, 2 second, 0 neither)."""

    value: str
    details: tuple[str, ...] = ()
    rank: int = 0


@dataclass(frozen=True)
class Row:
    """One line of a table, most often a variant.

    ``block`` is "trained" or "control"; ``role`` is "", "baseline" or "ours"; ``note`` is a warning; ``variant`` is the
    name of the variant whose runs the numbers come from, "" where the row is about none.
    """

    label: str
    cells: tuple[Cell, ...]
    block: str = "trained"
    role: str = ""
    note: str = ""
    variant: str = ""


@dataclass(frozen=True)
class Table:
    """Name (stem of its files), caption, columns and rows; controls come last; ``stub`` says what a row is."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    stub: str = "variant"

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Group headings in order, each with the number of its columns."""
        found: list[tuple[str, int]] = []
        for column in self.columns:
            if found and found[-1][0] == column.group:
                found[-1] = (column.group, found[-1][1] + 1)
            else:
                found.append((column.group, 1))
        return found

    def block(self, name: str) -> list[Row]:
        """Rows of a block, in order."""
        return [row for row in self.rows if row.block == name]


def ranks(values: Sequence[float], higher_is_better: bool) -> list[int]:
    """1 for the best of the values, 2 for the next one, else 0.

    Equal values share a rank, NaN has none, and nothing is marked that no other value is worse than.
    """
    values = np.asarray(values, dtype=np.float64)
    order = np.unique(values[~np.isnan(values)])
    marked = list((order[::-1] if higher_is_better else order)[: min(2, max(order.size - 1, 0))])
    return [marked.index(value) + 1 if value in marked else 0 for value in values]


def with_ranks(cells: Sequence[Cell], values: Sequence[float], eligible: Sequence[bool], higher: bool) -> list[Cell]:
    """Cells of one column with their ranks, taken among the eligible rows (the trained ones)."""
    shown = [value if ok else np.nan for value, ok in zip(values, eligible, strict=True)]
    return [replace(cell, rank=rank) for cell, rank in zip(cells, ranks(shown, higher), strict=True)]


def role_of(name: str, experiment: Experiment) -> str:
    """Role of a variant's row: "baseline", "ours" or nothing."""
    if name == experiment.baseline:
        return "baseline"
    return "ours" if name == experiment.report.ours else ""
