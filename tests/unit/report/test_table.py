"""Ranks, and golden Markdown and LaTeX of a small table."""

import math
from dataclasses import replace

from siamloss.report.latex import to_latex
from siamloss.report.markdown import to_markdown
from siamloss.report.table import Cell, Column, Row, Table, ranks, with_ranks

TABLE = Table(
    name="small",
    caption="5% of a_b.",
    columns=(Column("otb", "AUC\u00a0\u2191"), Column("vot", "Rob.\u00a0\u2193")),
    rows=(
        Row("A & <b>", (Cell(".500", ("[.400, .600]",), rank=2), Cell("1.00", rank=1)), role="baseline"),
        Row("B", (Cell(".600", ("[.500, .700]", "\u0394 +.100"), rank=1), Cell("2.00", rank=2))),
        Row("oracle", (Cell("1.000"), Cell(".00")), block="control"),
    ),
)


def test_ranks_follow_the_direction():
    assert ranks([0.3, 0.1, 0.2], higher_is_better=True) == [1, 0, 2]
    assert ranks([0.3, 0.1, 0.2], higher_is_better=False) == [0, 1, 2]


def test_equal_values_share_a_rank_and_nan_has_none():
    assert ranks([0.3, math.nan, 0.3, 0.2, 0.1], higher_is_better=True) == [1, 0, 1, 2, 0]


def test_nothing_is_marked_that_no_value_is_worse_than():
    assert ranks([0.5, 0.5], higher_is_better=True) == [0, 0]
    assert ranks([0.5, 0.4, 0.4], higher_is_better=True) == [1, 0, 0]


def test_controls_take_no_rank():
    cells = with_ranks([Cell("a"), Cell("b"), Cell("c")], [0.5, 0.4, 0.9], [True, True, False], higher=True)
    assert [cell.rank for cell in cells] == [1, 0, 0]


def test_groups_merge_neighbours_only():
    columns = (Column("a", "1"), Column("a", "2"), Column("b", "1"), Column("a", "3"))
    assert Table("t", "", columns, ()).groups == [("a", 2), ("b", 1), ("a", 1)]


def test_a_note_stands_below_the_label():
    noted = replace(TABLE, rows=(replace(TABLE.rows[1], note="\u2020 1 of 2 runs collapsed"),))
    assert to_markdown(noted).splitlines()[2].startswith("| B<br>\u2020 1 of 2 runs collapsed | **.600**")
    lines = to_latex(noted).splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("{}B &"))
    assert lines[first + 1].startswith(r"{}{\scriptsize \dag{} 1 of 2 runs} & {\scriptsize [.500, .700]}")
    assert lines[first + 2].startswith(r"{}{\scriptsize collapsed} & {\scriptsize $\Delta$ +.100}")


def test_markdown_golden():
    assert to_markdown(TABLE) == (
        "| variant | otb<br>AUC \u2191 | vot<br>Rob. \u2193 |\n"
        "| :--- | ---: | ---: |\n"
        r"| A &amp; &lt;b&gt; (baseline) | <u>.500</u><br>\[.400, .600\] | **1.00** |" + "\n"
        r"| B | **.600**<br>\[.500, .700\]<br>" + "\u0394 +.100 | <u>2.00</u> |\n"
        "| *controls* |  |  |\n"
        "| oracle | 1.000 | .00 |\n"
        "\n"
        r"5% of a\_b." + "\n"
    )


def test_latex_golden():
    assert to_latex(TABLE) == "\n".join(
        [
            r"% \usepackage{booktabs}",
            r"\begin{table*}",
            r"\centering\footnotesize\setlength{\tabcolsep}{2pt}",
            r"\caption{5\% of a\_b.}",
            r"\label{tab:small}",
            r"\smallskip",
            r"\begin{tabular}{@{}l*{2}{c}@{}}",
            r"\toprule",
            r" & \multicolumn{1}{c}{otb} & \multicolumn{1}{c}{vot} \\",
            r"\cmidrule(lr){2-2}\cmidrule(lr){3-3}",
            r"variant & AUC~$\uparrow$ & Rob.~$\downarrow$ \\",
            r"\midrule",
            r"{}A \& \textless{}b\textgreater{} (baseline) & \underline{.500} & \textbf{1.00} \\",
            r"{} & {\scriptsize [.400, .600]} &  \\",
            r"\addlinespace[3pt]",
            r"{}B & \textbf{.600} & \underline{2.00} \\",
            r"{} & {\scriptsize [.500, .700]} &  \\",
            r"{} & {\scriptsize $\Delta$ +.100} &  \\",
            r"\midrule",
            r"\multicolumn{3}{@{}l}{\emph{Controls}} \\",
            r"{}oracle & 1.000 & .00 \\",
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table*}",
            "",
        ]
    )


def test_latex_wraps_a_long_name_over_the_lines_of_its_row():
    row = Row("a very long name of a variant, in many words", (Cell(".5", ("[.4, .6]",)),))
    lines = to_latex(Table("t", "", (Column("g", "c"),), (row,))).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("{}a very"))
    assert [line.split(" & ")[0] for line in lines[start : start + 2]] == [
        "{}a very long name of a",
        "{}variant, in many words",
    ]
    assert lines[start + 1].endswith(r"& {\scriptsize [.4, .6]} \\")
