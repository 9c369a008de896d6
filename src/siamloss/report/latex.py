"""A table as LaTeX; needs the package booktabs and nothing else.

A table that is wider or higher than the page of a two-column paper becomes several floats of one number.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from siamloss.report.latex_width import FOOTNOTE_PT, SCRIPT_PT, width_of
from siamloss.report.table import Cell, Row, Table
from siamloss.report.text import latex

LABEL_WIDTH = HEADING_WIDTH = 22
CELL_WIDTHS = (64, 44, 28, 16)
"""Characters at which text is broken into lines; in cells the first with which all columns fit, or the last."""
PAGE_PT = 490.0
"""Width of a float over two columns in the narrowest of the common templates."""
PAGE_LINES = 58
"""Lines of a float, caption included, that fit on its page."""
CAPTION_CHARACTERS = 125
GAP_PT = 4.0

Lines = list[str]


@dataclass(frozen=True)
class _Block:
    """Rows of one kind: physical lines of each, by column; ``head`` is a line above them."""

    head: str
    rows: list[list[Lines]]


def to_latex(table: Table) -> str:
    r"""Write a table as ``table*`` floats: a line for the values of a variant and one for each kind of detail."""
    floats: Lines = []
    wrap = next((wrap for wrap in CELL_WIDTHS if sum(_widths(table, wrap)) <= _room(table)), CELL_WIDTHS[-1])
    room = PAGE_LINES - 5 - len(table.caption) // CAPTION_CHARACTERS
    for columns in _columns(table, wrap):
        for rows in _rows(table, columns, room, wrap):
            floats += _float(table, columns, rows, continued=bool(floats))
    return "\n".join([r"% \usepackage{booktabs}", *floats, ""])


def _room(table: Table) -> float:
    """What the labels of the rows leave of the width, pt."""
    return PAGE_PT - max((width_of(line) for row in table.rows for line in _names(row)), default=0.0)


def _columns(table: Table, wrap: int) -> Iterator[range]:
    """Columns of each float: as many as fit; a group is broken only where it is too wide by itself."""
    widths, room = _widths(table, wrap), _room(table)
    first = start = 0
    used = 0.0
    for _, count in table.groups:
        group = sum(widths[start : start + count])
        if used and used + group > room:
            yield range(first, start)
            first, used = start, 0.0
        for index in range(start, start + count):
            if index > first and used + widths[index] > room:
                yield range(first, index)
                first, used = index, 0.0
            used += widths[index]
        start += count
    yield range(first, len(table.columns))


def _widths(table: Table, wrap: int) -> list[float]:
    return [_width(table, index, wrap) for index in range(len(table.columns))]


def _width(table: Table, index: int, wrap: int) -> float:
    """Estimated width of a column, pt; one that is alone below its group heading is as wide as that."""
    column = table.columns[index]
    texts = _wrap(column.name, HEADING_WIDTH)
    alone = sum(other.group == column.group for other in table.columns) == 1
    sizes = [width_of(text) for text in (*texts, *(_wrap(column.group, HEADING_WIDTH) if alone else ()))]
    for row in table.rows:
        cell = row.cells[index]
        sizes += [width_of(text, FOOTNOTE_PT * (1.15 if cell.rank == 1 else 1)) for text in _wrap(cell.value, wrap)]
        sizes += [width_of(text, SCRIPT_PT) for text in _details(cell, wrap)]
    return max(sizes, default=0.0) + GAP_PT


def _rows(table: Table, columns: range, room: int, wrap: int) -> Iterator[list[_Block]]:
    """Blocks of rows of each float: as many rows as fit on a page."""
    blocks: list[_Block] = []
    used = 0
    for name in ("trained", "control"):
        head = rf"\multicolumn{{{len(columns) + 1}}}{{@{{}}l}}{{\emph{{Controls}}}} \\" if name == "control" else ""
        begun = False
        for row in table.block(name):
            lines = _row(row, columns, wrap)
            height = len(lines[0])
            if blocks and used + height > room:
                yield blocks
                blocks, used, begun = [], 0, False
            if not begun:
                blocks.append(_Block(head, []))
                begun = True
            blocks[-1].rows.append(lines)
            used += height
    yield blocks


def _float(table: Table, columns: range, blocks: list[_Block], continued: bool) -> Lines:
    again = [r"\addtocounter{table}{-1}", r"\caption{(continued)}"]
    own = [rf"\caption{{{latex(table.caption)}}}", rf"\label{{tab:{table.name}}}"]
    lines = [
        r"\begin{table*}",
        r"\centering\footnotesize\setlength{\tabcolsep}{2pt}",
        *(again if continued else own),
        r"\smallskip",
        rf"\begin{{tabular}}{{@{{}}l*{{{len(columns)}}}{{c}}@{{}}}}",
        r"\toprule",
        *_heads(table, columns),
    ]
    for block in blocks:
        lines += [r"\midrule", *([block.head] if block.head else [])]
        for index, row in enumerate(block.rows):
            lines += [r"\addlinespace[3pt]"] if index else []
            # An empty group keeps a cell that opens with a bracket from being read as an argument of \\.
            lines += ["{}" + " & ".join(line) + r" \\" for line in zip(*row, strict=True)]
    return [*lines, r"\bottomrule", r"\end{tabular}", r"\end{table*}"]


def _heads(table: Table, columns: range) -> Lines:
    """Groups with a rule below each, then the columns; long headings take several lines, the last one at the bottom."""
    groups: list[tuple[str, int]] = []
    for index in columns:
        group = table.columns[index].group
        if groups and groups[-1][0] == group:
            groups[-1] = (group, groups[-1][1] + 1)
        else:
            groups.append((group, 1))
    heads = _bottom([[""], *(_wrap(group, HEADING_WIDTH) if width == 1 else [group] for group, width in groups)])
    lines = []
    for parts in heads:
        cells = [
            rf"\multicolumn{{{width}}}{{c}}{{{latex(part)}}}"
            for part, (_, width) in zip(parts[1:], groups, strict=True)
        ]
        lines.append(" & ".join(["", *cells]) + r" \\")
    rules, first = [], 2
    for _, width in groups:
        rules.append(rf"\cmidrule(lr){{{first}-{first + width - 1}}}")
        first += width
    names = _bottom([[table.stub], *(_wrap(table.columns[index].name, HEADING_WIDTH) for index in columns)])
    return [*lines, "".join(rules), *(" & ".join(map(latex, line)) + r" \\" for line in names)]


def _bottom(columns: list[Lines]) -> list[tuple[str, ...]]:
    """Physical lines of headings of different heights, which all end on the last one."""
    depth = max(map(len, columns))
    return list(zip(*([""] * (depth - len(lines)) + lines for lines in columns), strict=True))


def _row(row: Row, columns: range, wrap: int) -> list[Lines]:
    """Physical lines of one row, by column, all of one length."""
    notes = _wrap(row.note, LABEL_WIDTH) if row.note else []
    name = [latex(line) for line in _names(row)] + [_script(line) for line in notes]
    cells = [_cell(row.cells[index], wrap) for index in columns]
    depth = max(map(len, (name, *cells)))
    return [lines + [""] * (depth - len(lines)) for lines in (name, *cells)]


def _names(row: Row) -> Lines:
    return _wrap(row.label + (f" ({row.role})" if row.role else ""), LABEL_WIDTH)


def _cell(cell: Cell, wrap: int) -> Lines:
    mark = {1: r"\textbf{%s}", 2: r"\underline{%s}"}.get(cell.rank, "%s")
    return [mark % latex(line) for line in _wrap(cell.value, wrap)] + [_script(line) for line in _details(cell, wrap)]


def _details(cell: Cell, wrap: int) -> Lines:
    return [line for detail in cell.details for line in _wrap(detail, wrap)]


def _script(text: str) -> str:
    return rf"{{\scriptsize {latex(text)}}}"


def _wrap(text: str, width: int) -> Lines:
    return textwrap.wrap(text, width) or [""]
