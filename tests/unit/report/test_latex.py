"""LaTeX: tables that are too wide or too high for a page, and names that LaTeX would take for commands; compiled."""

import re
import shutil
import subprocess

import pytest

from siamloss.report.job import write_tables
from siamloss.report.latex import PAGE_LINES, PAGE_PT, to_latex
from siamloss.report.latex_width import width_of
from siamloss.report.table import Cell, Column, Row, Table

HOSTILE = r"\input{x} & 50% $a_b^2$ #1 ~{}<|>"
PAPER = r"""\documentclass[twocolumn,10pt]{article}
\usepackage[letterpaper,textwidth=%.1fpt,textheight=9.3in]{geometry}
\usepackage[utf8]{inputenc}
\usepackage{booktabs}
\begin{document}
%s
\end{document}
"""


SIMPLE = Cell(".500", ("[.400, .600]", "Δ +.100*"), rank=1)


def table(columns=3, rows=2, label="GSL", cell=SIMPLE, group=2):
    heads = tuple(Column(f"benchmark {index // group}", f"metric {index}") for index in range(columns))
    lines = tuple(Row(f"{label} {index}", (cell,) * columns) for index in range(rows))
    return Table("wide", "Caption.", heads, (*lines, Row("oracle", (cell,) * columns, block="control")))


def floats(text):
    return re.findall(r"\\begin\{table\*\}.*?\\end\{table\*\}", text, re.DOTALL)


def test_a_table_that_fits_is_one_float():
    (one,) = floats(to_latex(table()))
    assert "continued" not in one


def test_a_table_that_is_too_wide_is_broken_between_groups_and_numbered_once():
    parts = floats(to_latex(table(columns=16)))
    assert len(parts) > 1
    assert sum(part.count(r"\multicolumn{2}{c}{benchmark") for part in parts) == 8, "no group is torn apart"
    assert [r"\addtocounter{table}{-1}" in part for part in parts] == [False] + [True] * (len(parts) - 1)
    assert sum(r"\label{tab:wide}" in part for part in parts) == 1
    for part in parts:
        assert "GSL 0" in part
        assert "oracle" in part


def test_a_group_that_is_too_wide_by_itself_is_broken():
    parts = floats(to_latex(table(columns=16, group=16)))
    assert len(parts) > 1
    assert sum(int(n) for part in parts for n in re.findall(r"multicolumn\{(\d+)\}\{c\}\{benchmark", part)) == 16


def test_a_table_that_is_too_high_goes_on_in_the_next_float():
    parts = floats(to_latex(table(rows=40)))
    assert len(parts) > 1
    names = re.findall(r"^\{\}(GSL \d+|oracle)", "\n".join(parts), re.MULTILINE)
    assert names == [*(f"GSL {index}" for index in range(40)), "oracle"]
    assert max(part.count(r"\\") for part in parts) <= PAGE_LINES + 3
    assert sum(part.count("Controls") for part in parts) == 1


def test_words_in_cells_are_broken_into_lines_where_the_page_is_too_narrow():
    words = Cell("consistent", ("a reason that takes a good many words " * 4,))
    text = to_latex(table(columns=6, cell=words, group=1))
    assert max(len(cell) for line in text.splitlines() if line.startswith("{}") for cell in line.split(" & ")) < 90
    assert text.count("reason") == 4 * 6 * 3


def test_hostile_names_are_escaped():
    text = to_latex(table(label=HOSTILE))
    assert r"\input" not in text
    assert r"\textbackslash{}input\{x\}" in text.replace("\n", " ")
    assert r"\$a\_b\textasciicircum{}2\$" in text


@pytest.mark.slow
def test_every_table_compiles_and_fits_the_page(experiment, home, tmp_path):
    """Real LaTeX, at the width of the narrowest template: nothing sticks out, nothing is too high."""
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex here; on Debian: apt-get install texlive-latex-recommended")
    write_tables(experiment, home, tmp_path / "tables")
    paths = sorted((tmp_path / "tables").glob("*.tex"))
    assert len(paths) >= 10
    for name, made in (("wide", table(columns=16, label=HOSTILE)), ("high", table(rows=40))):
        paths.append(tmp_path / f"{name}.tex")
        paths[-1].write_text(to_latex(made), encoding="utf-8")
    body = "\n".join(rf"\input{{{path}}}\clearpage" for path in paths)
    (tmp_path / "paper.tex").write_text(PAPER % (PAGE_PT, body), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=300)
    log = (tmp_path / "paper.log").read_text(encoding="utf-8", errors="replace")
    assert result.returncode == 0, log[-2000:]
    assert not re.findall(r"^Overfull .*|.*Float too large.*", log, re.MULTILINE)


def test_widths_are_near_those_of_the_font():
    assert width_of("[.541, .612]", 7.5) == pytest.approx(38, abs=4), "measured with TeX: 36 pt at 7 pt"
