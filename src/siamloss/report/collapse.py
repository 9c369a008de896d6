"""Runs whose scores fell to one value: named in every table, legend and verdict, and never left out of a mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from siamloss.config import Experiment
from siamloss.report.table import Table

DAGGER = "\u2020"
FOOTNOTE = (
    f"{DAGGER} Runs that collapsed end their training with nearly the same score everywhere. They are not left out: "
    "they count in the mean and in its interval."
)


@dataclass(frozen=True)
class Collapse:
    """How many runs of a variant collapsed, of how many."""

    collapsed: int
    runs: int

    @property
    def note(self) -> str:
        """What stands below the label of a table row."""
        return f"{DAGGER} {self.collapsed} of {count_runs(self.runs)} collapsed"


def count_collapses(facts: Iterable[Mapping[str, Any]]) -> dict[str, Collapse]:
    """Variants with at least one collapsed run, by name.

    Parameters
    ----------
    facts : ``run.json`` of every trained run, with ``variant`` and ``collapsed``.
    """
    counts: dict[str, list[int]] = {}
    for run in facts:
        count = counts.setdefault(run["variant"], [0, 0])
        count[0] += bool(run.get("collapsed", False))
        count[1] += 1
    return {name: Collapse(*count) for name, count in counts.items() if count[0]}


def mark_labels(experiment: Experiment, found: Mapping[str, Collapse]) -> Experiment:
    """The same experiment with a dagger after the label of every collapsed variant, for figures and their legends."""

    def mark(variants: tuple) -> tuple:
        return tuple(replace(v, label=f"{v.label} {DAGGER}") if v.name in found else v for v in variants)

    return replace(experiment, variants=mark(experiment.variants), grid_variants=mark(experiment.grid_variants))


def with_notes(table: Table, experiment: Experiment, found: Mapping[str, Collapse]) -> Table:
    """A table with a note below the label of every collapsed variant, and the footnote if there is one."""
    notes = {v.name: found[v.name].note for v in (*experiment.grid_variants, *experiment.variants) if v.name in found}
    rows = tuple(
        replace(row, note="; ".join(filter(None, (row.note, notes[row.variant])))) if row.variant in notes else row
        for row in table.rows
    )
    marked = any(row.variant in notes for row in rows)
    return replace(table, rows=rows, caption=f"{table.caption} {FOOTNOTE}" if marked else table.caption)


def warning(experiment: Experiment, found: Mapping[str, Collapse]) -> str:
    """A sentence for the verdict if ours or the baseline collapsed, else nothing."""
    pair = dict.fromkeys([experiment.report.ours, experiment.baseline])
    parts = [
        f"{found[name].collapsed} of {count_runs(found[name].runs)} of {experiment.variant(name).label}"
        for name in pair
        if name in found
    ]
    return f"{DAGGER} Collapsed: {' and '.join(parts)}; they count in these numbers." if parts else ""


def count_runs(runs: int) -> str:
    """``1 run``, ``2 runs``."""
    return f"{runs} run" if runs == 1 else f"{runs} runs"
