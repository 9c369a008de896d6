"""A table as LaTeX; needs the package booktabs and nothing else."""

import textwrap

from siamloss.report.table import Row, Table
from siamloss.report.text import latex

LABEL_WIDTH = 22


def to_latex(table: Table) -> str:
    r"""Write a table as a ``table*`` float: a line for the values of a variant and one for each kind of detail."""
    count = len(table.columns)
    head = ["", *(rf"\multicolumn{{{width}}}{{c}}{{{latex(group)}}}" for group, width in table.groups)]
    lines = [
        r"% \usepackage{booktabs}",
        r"\begin{table*}",
        r"\centering\footnotesize\setlength{\tabcolsep}{2pt}",
        rf"\caption{{{latex(table.caption)}}}",
        rf"\label{{tab:{table.name}}}",
        r"\smallskip",
        rf"\begin{{tabular}}{{@{{}}l*{{{count}}}{{c}}@{{}}}}",
        r"\toprule",
        " & ".join(head) + r" \\",
        *_rules(table),
        " & ".join([latex(table.stub), *(latex(column.name) for column in table.columns)]) + r" \\",
        r"\midrule",
        *_block(table.block("trained")),
    ]
    controls = table.block("control")
    if controls:
        lines += [r"\midrule", rf"\multicolumn{{{count + 1}}}{{@{{}}l}}{{\emph{{Controls}}}} \\", *_block(controls)]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table*}", ""])


def _rules(table: Table) -> list[str]:
    rules, first = [], 2
    for _, width in table.groups:
        rules.append(rf"\cmidrule(lr){{{first}-{first + width - 1}}}")
        first += width
    return ["".join(rules)]


def _block(rows: list[Row]) -> list[str]:
    lines: list[str] = []
    for index, row in enumerate(rows):
        lines += ([r"\addlinespace[3pt]"] if index else []) + _row(row)
    return lines


def _row(row: Row) -> list[str]:
    """Physical lines of one variant; a long name takes as many as it needs."""
    wrapped = textwrap.wrap(row.label + (f" ({row.role})" if row.role else ""), LABEL_WIDTH)
    notes = textwrap.wrap(row.note, LABEL_WIDTH)
    name = [latex(line) for line in wrapped] + [rf"{{\scriptsize {latex(line)}}}" for line in notes]
    depth = max(len(name), 1 + max((len(cell.details) for cell in row.cells), default=0))
    name += [""] * (depth - len(name))
    lines = []
    for level, label in enumerate(name):
        cells = []
        for cell in row.cells:
            if level == 0:
                value = latex(cell.value)
                cells.append({1: rf"\textbf{{{value}}}", 2: rf"\underline{{{value}}}"}.get(cell.rank, value))
            else:
                detail = cell.details[level - 1] if level <= len(cell.details) else ""
                cells.append(rf"{{\scriptsize {latex(detail)}}}" if detail else "")
        # An empty group keeps a cell that opens with a bracket from being read as an argument of \\.
        lines.append(" & ".join(["{}" + label, *cells]) + r" \\")
    return lines
