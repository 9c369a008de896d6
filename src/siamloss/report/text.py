"""Numbers and names as text, and their escaping for Markdown and LaTeX (HTML is escaped by the template engine)."""

import math
import re

MINUS, MISSING = "\u2212", "\u2013"
ABSENT = "missing"
"""What stands in a cell that no run is behind."""

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    MINUS: r"$-$",
    MISSING: r"--",
    "\u00a0": "~",
    "\u0394": r"$\Delta$",
    "\u2191": r"$\uparrow$",
    "\u2193": r"$\downarrow$",
    "\u221e": r"$\infty$",
    "\u2026": r"\ldots{}",
    "\u2032": r"$'$",
    "\u2020": r"\dag{}",
    "\u2021": r"\ddag{}",
    "\u201c": "``",
    "\u201d": "''",
    "\u00d7": r"$\times$",
}


def number(value: float, digits: int = 3, signed: bool = False) -> str:
    """A number for a table: no zero before the point, a true minus, an en dash for NaN.

    Example
    -------
    >>> number(0.5821), number(-0.0214, signed=True), number(1.5, 2), number(float("nan"))
    ('.582', '\u2212.021', '1.50', '\u2013')
    """
    if math.isnan(value):
        return MISSING
    body = "\u221e" if math.isinf(value) else f"{abs(value):.{digits}f}"
    body = body[1:] if body.startswith("0.") else body
    zero = not body.strip(".0")
    sign = MINUS if value < 0 and not zero else "+" if signed and not zero else ""
    return sign + body


def interval(low: float, high: float, digits: int = 3, signed: bool = False) -> str:
    """``[low, high]``, or an empty text where there is none."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"[{number(low, digits, signed)}, {number(high, digits, signed)}]"


def probability(p: float) -> str:
    """``p = .031``; small values as a bound; empty for NaN, which means that no test was made."""
    if math.isnan(p):
        return ""
    return "p < .001" if p < 0.001 else f"p = {number(p)}"


def slug(name: str) -> str:
    """A name as part of an address within a page: letters, digits, ``-`` and ``_``; different names stay different.

    Example
    -------
    >>> slug("gsl"), slug("gsl[eta=0.5]")
    ('gsl', 'gsl-5b_eta-3d_0-2e_5-5d_')
    """
    return "".join(c if c.isascii() and c.isalnum() else f"-{ord(c):x}_" for c in name)


def latex(text: str) -> str:
    """Escape text for LaTeX."""
    return "".join(_LATEX.get(character, character) for character in text)


def markdown(text: str) -> str:
    """Escape text for a cell of a Markdown table, HTML included."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|$~])", r"\\\1", " ".join(text.split()))


def count_of(seeds: int, wanted: int) -> str:
    """``2 seeds``, or ``1 of 2 seeds`` where some are missing."""
    found = f"{seeds} of {wanted}" if seeds != wanted else f"{wanted}"
    return f"{found} seed{'s' if wanted != 1 else ''}"
