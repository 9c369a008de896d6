"""Tables as files."""

from collections.abc import Iterable
from pathlib import Path

from siamloss.provenance.atomic import write_text
from siamloss.report.latex import to_latex
from siamloss.report.markdown import to_markdown
from siamloss.report.table import Table


def save_tables(folder: Path, tables: Iterable[Table]) -> None:
    """Write tables as Markdown and LaTeX."""
    for table in tables:
        write_text(folder / f"{table.name}.md", to_markdown(table))
        write_text(folder / f"{table.name}.tex", to_latex(table))
