"""Names from data in Markdown, LaTeX, HTML and the shell: they are text there, whatever they hold."""

import html
import re
import shlex
import subprocess

import pytest

from siamloss.report.latex import to_latex
from siamloss.report.markdown import to_markdown
from siamloss.report.table import Cell, Column, Row, Table
from siamloss.report.text import latex, markdown, slug

NAMES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></table><h1>x</h1>",
    "[x](javascript:alert(1))",
    "a|b|c\n|---|",
    "\\input{/etc/passwd}",
    "\\write18{touch canary}",
    "$x$ % comment",
    "}{\\end{document}",
    "{{7*7}}{% for x in y %}",
    "`touch canary`$(touch canary);touch canary",
    '"><svg onload=alert(1)>',
    "&lt;b&gt;",
]


def table(name):
    """A table with a name in every place that takes text."""
    columns = (Column(name, name),)
    return Table("t", name, columns, (Row(name, (Cell(name),)),))


@pytest.mark.parametrize("name", NAMES)
def test_markdown_holds_no_markup_and_no_cell_more(name):
    text = markdown(name)
    assert not re.search(r"[<>\n]|(?<!\\)[|`\[\]*_]", text)
    lines = [line for line in to_markdown(table(name)).splitlines() if line.startswith("|")]
    assert lines
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}
    assert not re.search(r"<(script|img|svg|h1|/td)", to_markdown(table(name)))


@pytest.mark.parametrize("name", NAMES)
def test_latex_holds_no_command_of_theirs(name):
    text = latex(name)
    commands = set(re.findall(r"\\([a-zA-Z]+)", text))
    assert commands <= {
        "textbackslash",
        "textasciicircum",
        "textasciitilde",
        "textless",
        "textgreater",
        "textbar",
        "dag",
    }
    assert not re.search(r"(?<!\\)[%&#_$]", text)
    whole = to_latex(table(name))
    for word in ("\\input", "\\write", "\\end{document}"):
        assert word not in whole


@pytest.mark.parametrize("name", NAMES)
def test_slugs_hold_nothing_but_letters_digits_and_two_signs(name):
    assert re.fullmatch(r"[A-Za-z0-9_-]+", slug(name))


@pytest.mark.parametrize("name", NAMES)
def test_templates_escape(name, tmp_path):
    from siamloss.report.templates import template

    environment = template("index.html.j2", tmp_path).environment
    shown = environment.from_string('<p title="{{ name }}">{{ name }}</p>').render(name=name)
    assert html.unescape(shown[shown.index(">") + 1 : -4]) == name
    assert shown.count("<") == 2


@pytest.mark.parametrize("name", [name for name in NAMES if "\n" not in name])
def test_a_quoted_name_reaches_the_command_whole(tmp_path, name):
    done = subprocess.run(["sh", "-c", f"printf %s {shlex.quote(name)}"], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == name
    assert not list(tmp_path.iterdir())
