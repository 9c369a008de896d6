"""The first difference between a printed text and the same text made anew, named by row and column."""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")
FIGURES = 1e-10
"""Relative difference up to which two numbers of full precision are the same: machines round sums differently."""
LONG = 60
ABSENT = "nothing"
PICTURE = "data:image/"


@dataclass(frozen=True)
class Difference:
    """Where two texts differ first, what is printed there, and what it should be."""

    row: str
    column: str
    printed: str
    recomputed: str


def count_numbers(text: str) -> int:
    """How many numbers a text holds."""
    return len(NUMBER.findall(text))


def same_value(printed: str, recomputed: str) -> bool:
    """Equal texts, numbers that are equal to ten significant figures, or two pictures, which are not compared."""
    if printed == recomputed or (printed.startswith(PICTURE) and recomputed.startswith(PICTURE)):
        return True
    try:
        return math.isclose(float(printed), float(recomputed), rel_tol=FIGURES)
    except ValueError:
        return False


def cut(printed: str, recomputed: str) -> tuple[str, str]:
    """Both texts from the first word that differs on, if they are long; what is absent is called so."""
    if max(len(printed), len(recomputed)) > LONG:
        words = [printed.split(), recomputed.split()]
        same = next((at for at, (a, b) in enumerate(zip(*words, strict=False)) if a != b), min(map(len, words)))
        first = max(same - 1, 0)
        printed, recomputed = (" ".join(part[first : same + 3])[:LONG] for part in words)
    return printed or ABSENT, recomputed or ABSENT


def differ_csv(printed: str, recomputed: str) -> Difference | None:
    """Compare two CSV texts cell by cell; a row is called by its cells that are no numbers."""
    tables = [list(csv.reader(io.StringIO(text))) for text in (printed, recomputed)]
    head = tables[1][0] if tables[1] else []
    for number, (left, right) in enumerate(zip_longest(*tables, fillvalue=[])):
        for at, (old, new) in enumerate(zip_longest(left, right, fillvalue="")):
            if not same_value(old, new):
                names = [cell for cell in (right or left) if cell and not NUMBER.search(cell)]
                column = head[at] if at < len(head) else f"column {at + 1}"
                return Difference(" ".join(names) or f"line {number + 1}", column, *cut(old, new))
    return None


def differ_markdown(printed: str, recomputed: str) -> Difference | None:
    """Compare two Markdown texts; cells of a table are called by its first column and its heading."""
    split = re.compile(r"(?<!\\)\|")

    def cells(line: str) -> list[str]:
        return [cell.strip() for cell in split.split(line)[1:-1]] if line.startswith("|") else [line]

    return _differ_lines(printed, recomputed, cells, lambda found: len(found) > 1)


def differ_latex(printed: str, recomputed: str) -> Difference | None:
    """Compare two LaTeX tables; the heading is the line above ``\\midrule``."""
    split = re.compile(r"(?<!\\)&")

    def cells(line: str) -> list[str]:
        found = [cell.strip().removesuffix(r"\\").strip() for cell in split.split(line)]
        return [found[0].removeprefix("{}"), *found[1:]]

    return _differ_lines(printed, recomputed, cells, lambda found: len(found) > 1 and bool(found[0]))


def _differ_lines(
    printed: str, recomputed: str, cells: Callable[[str], list[str]], is_head: Callable[[list[str]], bool]
) -> Difference | None:
    head: list[str] = []
    row = ""
    for number, (left, right) in enumerate(zip_longest(printed.splitlines(), recomputed.splitlines(), fillvalue="")):
        old, new = cells(left), cells(right)
        if not head and is_head(new):
            head = new
        row = new[0] or row if len(new) > 1 else f"line {number + 1}"
        for at, (one, other) in enumerate(zip_longest(old, new, fillvalue="")):
            if one != other:
                column = head[at] if len(new) > 1 and at < len(head) else "text"
                return Difference(row.partition("<br>")[0], column.replace("<br>", " "), *cut(one, other))
    return None


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every plain value of parsed JSON with its path, such as ``variants.3.label``."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from leaves(item, f"{path}.{at}" if path else str(at))
    else:
        yield path, json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value


def differ_json(printed: str, recomputed: str) -> Difference | None:
    """Compare two JSON texts value by value; :class:`ValueError` if one is none."""
    pair = zip_longest(leaves(json.loads(printed)), leaves(json.loads(recomputed)), fillvalue=("", ""))
    for (where, old), (place, new) in pair:
        if where != place or not same_value(old, new):
            top, _, last = (place or where).rpartition(".")
            return Difference(top or "top", last, *cut(old, new))
    return None
