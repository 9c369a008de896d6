"""Numbers and escaping."""

import math
import re

import pytest

from siamloss.report import text
from siamloss.report.text import interval, latex, markdown, number, probability


@pytest.mark.parametrize(
    ("value", "digits", "signed", "expected"),
    [
        (0.5821, 3, False, ".582"),
        (-0.0214, 3, True, "\u2212.021"),
        (0.0214, 3, True, "+.021"),
        (1.0, 3, False, "1.000"),
        (0.9999, 3, False, "1.000"),
        (12.345, 2, True, "+12.35"),
        (0.0, 3, True, ".000"),
        (-0.0001, 3, True, ".000"),
        (-10.0, 2, False, "\u221210.00"),
        (math.nan, 3, True, "\u2013"),
        (math.inf, 3, False, "\u221e"),
        (-math.inf, 3, True, "\u2212\u221e"),
    ],
)
def test_number(value, digits, signed, expected):
    assert number(value, digits, signed) == expected


def test_interval_is_empty_without_bounds():
    assert interval(-0.05, 0.01, signed=True) == "[\u2212.050, +.010]"
    assert interval(math.nan, 0.01) == ""


def test_probability_is_a_bound_when_small_and_empty_without_a_test():
    assert [probability(p) for p in (0.03125, 0.0002, math.nan)] == ["p = .031", "p < .001", ""]


def test_latex_escapes_every_special_character():
    assert latex(r"a_b & 50% $x$ #1 {y} ~^\ <s>") == (
        r"a\_b \& 50\% \$x\$ \#1 \{y\} \textasciitilde{}\textasciicircum{}\textbackslash{} \textless{}s\textgreater{}"
    )
    assert latex("\u2212.021\u00a0\u2193") == r"$-$.021~$\downarrow$"


def test_markdown_escapes_markup_html_and_cell_borders():
    assert markdown("<script> a|b *c* [d] & `e`\n_f_") == (r"&lt;script&gt; a\|b \*c\* \[d\] &amp; \`e\` \_f\_")


@pytest.mark.parametrize("name", ["gsl", "gsl[eta=0.5]", "<script>", "a b", "a-b", "a-62_", 'x"y', "\u00e9"])
def test_a_slug_fits_into_an_address_and_keeps_names_apart(name):
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text.slug(name))
    others = ["gsl", "gsl[eta=0.5]", "<script>", "a b", "a-b", "ab", "a-62_", 'x"y', "xy", "\u00e9"]
    assert sum(text.slug(other) == text.slug(name) for other in others) == 1
