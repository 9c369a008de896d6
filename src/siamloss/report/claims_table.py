"""The judged claims as a table: for people, and with every digit."""

from collections.abc import Sequence
from dataclasses import asdict, fields

import pandas as pd

from siamloss.report import text
from siamloss.report.claims import ABOVE_ZERO, Judged
from siamloss.report.table import Cell, Column, Row, Table

COLUMNS = (
    *(Column("claimed", "measure"), Column("claimed", "value")),
    *(Column("ours", "value"), Column("ours", "verdict")),
)


def claims_frame(rows: Sequence[Judged]) -> pd.DataFrame:
    """The rows as a table with a column per attribute of :class:`Judged`, every digit kept."""
    return pd.DataFrame([asdict(row) for row in rows], columns=[item.name for item in fields(Judged)])


def claims_table(rows: Sequence[Judged], level: float) -> Table:
    """The rows for people: one per measure, the words of a claim repeated.

    Parameters
    ----------
    rows : from :func:`judge_claims`. level : of the intervals, for the caption.
    """
    shown = []
    for row in rows:
        signed = row.published == ABOVE_ZERO or row.published[:1] in ("+", text.MINUS)
        interval = text.interval(row.low, row.high, signed=signed)
        ours = Cell(text.number(row.ours, signed=signed), (interval,) if interval else ())
        cells = (Cell(row.measure, (row.source,)), Cell(row.published), ours, Cell(row.verdict, (row.reason,)))
        shown.append(Row(row.claim, cells))
    words = (
        "Claims of others against our runs. A claim in words is turned into an effect that it says is above 0: "
        "consistent if the whole interval is, lower if it is below, undecided if it holds 0. A published number is "
        "consistent if our interval holds it, and is compared only where nothing but the training differs; otherwise "
        f"the reason is given. Brackets: {100 * level:g} % intervals, over seeds for the separation of scores, over "
        "seeds and sequences for metrics; not corrected for the number of claims."
    )
    return Table("claims", words, COLUMNS, tuple(shown), stub="claim")
