"""A table as GitHub-flavoured Markdown."""

from siamloss.report.table import Cell, Row, Table
from siamloss.report.text import markdown


def to_markdown(table: Table) -> str:
    """Write a table as Markdown; groups are named in every column heading, because Markdown has no spanning cells."""
    names = [f"{markdown(column.group)}<br>{markdown(column.name)}" for column in table.columns]
    lines = [_line([table.stub, *names]), _line([":---", *["---:"] * len(names)])]
    lines += [_row(row) for row in table.block("trained")]
    controls = table.block("control")
    if controls:
        lines.append(_line(["*controls*", *[""] * len(names)]))
        lines += [_row(row) for row in controls]
    return "\n".join([*lines, "", markdown(table.caption), ""])


def _row(row: Row) -> str:
    role = f" ({row.role})" if row.role else ""
    note = f"<br>{markdown(row.note)}" if row.note else ""
    return _line([markdown(row.label) + role + note, *(_cell(cell) for cell in row.cells)])


def _cell(cell: Cell) -> str:
    value = markdown(cell.value)
    value = {1: f"**{value}**", 2: f"<u>{value}</u>"}.get(cell.rank, value)
    return "<br>".join([value, *(markdown(detail) for detail in cell.details)])


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
