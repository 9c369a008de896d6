"""What is computed from fewer seeds than the profile asks for says so: in its row, in its file, in its caption."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.report.inputs import SEEDS
from siamloss.report.numbers import Numbers
from siamloss.report.table import Cell, Row, Table, role_of
from siamloss.report.text import ABSENT, count_of
from siamloss.runs import FIXED, network_runs

OF_SCORES = ("separability", "moments", "hard-samples", "overfitting")
"""Tables about separability."""
NOTE = (
    "Rows with a note lack seeds: their means are over the seeds that are there, their differences over those that "
    "both variants have."
)


def wanted_seeds(variant: Variant, experiment: Experiment) -> int:
    """Runs that the profile asks for; one of a control without randomness."""
    return 1 if variant.control in FIXED else len(experiment.seeds)


def summary_notes(summary: pd.DataFrame, experiment: Experiment) -> dict[str, str]:
    """Note of every variant that lacks seeds on a benchmark, or shares fewer than all with the baseline.

    Parameters
    ----------
    summary : rows of :func:`siamloss.stats.summarise` with ``n_seeds`` and ``n_paired``.
    experiment : seeds, baseline and benchmarks in order.
    """
    order = [dataset.name for dataset in experiment.datasets.test]
    notes = {}
    for name, rows in summary.groupby("variant", sort=False):
        counts = rows.drop_duplicates("benchmark").set_index("benchmark")
        told = {
            benchmark: _note(experiment.variant(name), counts.loc[benchmark], experiment)
            for benchmark in order
            if benchmark in counts.index
        }
        kinds = set(told.values())
        if kinds != {""}:
            each = (f"{benchmark}: {note}" for benchmark, note in told.items() if note)
            notes[name] = kinds.pop() if len(kinds) == 1 else "; ".join(each)
    return notes


def _note(variant: Variant, counts: pd.Series, experiment: Experiment) -> str:
    """Note of one variant on one benchmark; "" if nothing is missing."""
    seeds, paired, wanted = int(counts["n_seeds"]), int(counts["n_paired"]), wanted_seeds(variant, experiment)
    if seeds == 0:
        return "no run"
    parts = [count_of(seeds, wanted)] if seeds < wanted else []
    if variant.name != experiment.baseline and paired < (seeds if wanted > 1 else len(experiment.seeds)):
        parts.append(f"differences over {count_of(paired, len(experiment.seeds))}")
    return ", ".join(parts)


def run_notes(frame: pd.DataFrame, experiment: Experiment) -> dict[str, str]:
    """Note of every variant of a table of runs (columns ``variant``, ``seed``) that lacks seeds.

    With a column ``benchmark`` they may be missing on one and not on another.
    """
    found = frame if "benchmark" in frame else frame.assign(benchmark=experiment.datasets.test[0].name)
    counts = found.groupby(["benchmark", "variant"])["seed"].nunique().rename("n_seeds").reset_index()
    notes = summary_notes(counts.assign(n_paired=len(experiment.seeds)), experiment)
    return {name: note if "benchmark" in frame else note.rpartition(": ")[2] for name, note in notes.items()}


def with_seed_notes(table: Table, notes: Mapping[str, str]) -> Table:
    """A table with these notes in its rows, or in the headings of columns about one variant, and what they mean."""
    rows = tuple(replace(row, note=_joined(notes.get(row.variant, ""), row.note)) for row in table.rows)
    columns = tuple(
        replace(c, name=f"{c.name} ({notes[c.variant]})") if c.variant in notes else c for c in table.columns
    )
    noted = any(item.variant in notes for item in (*table.rows, *table.columns))
    return replace(table, rows=rows, columns=columns, caption=f"{table.caption} {NOTE}" if noted else table.caption)


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def with_gaps(tables: Mapping[str, Table], numbers: Numbers, experiment: Experiment) -> dict[str, Table]:
    """All tables with notes on fewer seeds, and with rows for variants that nothing is known of.

    Parameters
    ----------
    tables : by name. numbers : what they were made of, with gaps.
    """
    summary = summary_notes(numbers.summary, experiment)
    scored = run_notes(numbers.separability, experiment)
    tracked = run_notes(numbers.speed[numbers.speed["stage"] == "track"], experiment)
    networks = [experiment.variant(name) for name in dict.fromkeys(name for name, _ in network_runs(experiment))]
    trained = [variant for variant in networks if not variant.control]
    measured = set(numbers.separability["variant"])
    unscored = {
        True: [v for v in networks if v.name not in measured],
        False: [v for v in trained if v.name not in measured],
    }
    found = {}
    for name, table in tables.items():
        if name == "tuning":
            table = with_missing_rows(table, trained, experiment)
        elif name == "speed":
            table = with_seed_notes(table, tracked)
        elif name in OF_SCORES:
            table = with_seed_notes(with_missing_rows(table, unscored[name != "overfitting"], experiment), scored)
        else:
            table = with_seed_notes(table, summary)
        found[name] = table
    return found


def with_missing_rows(table: Table, wanted: Collection[Variant], experiment: Experiment) -> Table:
    """A table with a row of empty cells, called missing, for each variant that should be in it and is not."""
    there = {row.variant for row in table.rows}
    cells = (Cell(ABSENT),) * len(table.columns)
    rows = [
        Row(v.label, cells, "control" if v.control else "trained", role_of(v.name, experiment), "no run", v.name)
        for v in wanted
        if v.name not in there
    ]
    return replace(table, rows=(*table.rows, *rows)) if rows else table


def with_seeds(frame: pd.DataFrame, experiment: Experiment) -> pd.DataFrame:
    """A frame with the column :data:`SEEDS` after all others: ``2 of 2``, ``1 of 2``, or ``2 of 2, 1 paired``.

    One without a column ``n_seeds`` stays as it is.

    Parameters
    ----------
    frame : rows with ``variant``, ``n_seeds`` and, where there are differences to the baseline, ``n_paired``.
    experiment : how many there should be.
    """

    def told(row: Mapping) -> str:
        variant, seeds = experiment.variant(row["variant"]), int(row["n_seeds"])
        wanted = wanted_seeds(variant, experiment)
        paired = row.get("n_paired", len(experiment.seeds))
        fewer = variant.name != experiment.baseline and paired < (seeds if wanted > 1 else len(experiment.seeds))
        return f"{seeds} of {wanted}" + (f", {int(paired)} paired" if fewer else "")

    if "n_seeds" not in frame:
        return frame
    return frame.assign(**{SEEDS: [told(row) for row in frame.to_dict("records")]})
