"""Tables as files."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from siamloss.provenance.atomic import write_text
from siamloss.report.latex import to_latex
from siamloss.report.markdown import to_markdown
from siamloss.report.table import Table

FORMS: dict[str, Callable[[Table, pd.DataFrame], str]] = {
    "csv": lambda table, data: data.to_csv(index=False, lineterminator="\n"),
    "markdown": lambda table, data: to_markdown(table),
    "latex": lambda table, data: to_latex(table),
}
SUFFIXES = {"csv": "csv", "markdown": "md", "latex": "tex"}


def save_tables(folder: Path, tables: Iterable[tuple[Table, pd.DataFrame]]) -> None:
    """Write each table, given with the numbers behind it, as CSV (every digit), Markdown and LaTeX."""
    for table, data in tables:
        for form, write in FORMS.items():
            write_text(folder / f"{table.name}.{SUFFIXES[form]}", write(table, data))
