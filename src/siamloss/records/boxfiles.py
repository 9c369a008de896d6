"""Per-frame boxes in text files, thousands of rows at a time: one fast pass, and a strict one where that objects.

Accepted: one row of numbers per line, between them comma, tab, semicolon or space, as the toolkits of OTB, GOT-10k,
pysot and VOT write. The fast pass joins all files and parses them in one go; whenever its result could be anything but
clean numbers of the right shape, every file is read again line by line, which names the file and the line.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from siamloss.errors import MissingDataError, RecordError, SiamlossError

SEPARATOR = re.compile(r"[,;\s]+")
_TO_COMMA = bytes.maketrans(b"\t ;", b",,,")


@dataclass(frozen=True)
class Rule:
    """What a file of boxes must hold.

    Attributes
    ----------
    what : how to call the file in an error.
    columns : numbers per line.
    finite : NaN and infinity are errors.
    sized : a negative third or fourth number (width, height) is an error.
    error : class of the error.
    prepare : applied to the bytes of a file first; must keep the number of lines.
    """

    what: str = "results file"
    columns: int = 4
    finite: bool = True
    sized: bool = True
    error: type[SiamlossError] = RecordError
    prepare: Callable[[bytes], bytes] | None = None


RESULTS = Rule()


def read_box_files(
    paths: Sequence[str | Path], rule: Rule = RESULTS, problems: dict[str | Path, str] | None = None
) -> list[np.ndarray | None]:
    """Read many files of boxes.

    Parameters
    ----------
    paths : files to read, any number.
    rule : what they must hold.
    problems : None makes the first bad file an error. A dict instead collects path -> message of every bad file.

    Returns
    -------
    One float64 ``(T, columns)`` per file, in order; None for a file that went into ``problems``.

    Raises
    ------
    RecordError (or ``rule.error``), MissingDataError : the first bad file and line, unless ``problems`` is given.
    """
    texts = []
    for path in paths:
        try:
            with open(path, "rb", buffering=0) as file:
                texts.append(file.read() if rule.prepare is None else rule.prepare(file.read()))
        except OSError as error:
            raise MissingDataError(f"{rule.what} {path} cannot be read ({error.strerror}); restore it") from error
    fast = _read_fast(texts, rule)
    if fast is not None:
        return fast
    tables: list[np.ndarray | None] = []
    for path, text in zip(paths, texts, strict=True):
        try:
            tables.append(_read_strict(path, text, rule))
        except SiamlossError as error:
            if problems is None:
                raise
            problems[path] = str(error)
            tables.append(None)
    return tables


def _read_fast(texts: list[bytes], rule: Rule) -> list[np.ndarray] | None:
    """All tables, or None when anything at all looks unusual."""
    texts = [text if text.endswith(b"\n") else text + b"\n" for text in texts]
    counts = [text.count(b"\n") for text in texts]
    whole = b"".join(texts)
    if not whole or b"\x00" in whole:
        return None
    if b"\r" in whole:
        whole = whole.replace(b"\r\n", b"\n")
        if b"\r" in whole:
            return None
    if any(separator in whole for separator in (b"\t", b" ", b";")):
        whole = whole.replace(b", ", b",").translate(_TO_COMMA)
    names = [f"c{index}" for index in range(rule.columns)]
    try:
        table = pyarrow.csv.read_csv(
            pa.py_buffer(whole),
            read_options=pyarrow.csv.ReadOptions(column_names=names, use_threads=False, block_size=1 << 25),
            parse_options=pyarrow.csv.ParseOptions(quote_char=False),
            convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.float64()), null_values=[]),
        )
    except pa.ArrowInvalid:
        return None
    if len(table) != sum(counts):
        return None
    values = np.empty((rule.columns, len(table))).T  # by columns, as they come and as they are used
    for index in range(rule.columns):
        values[:, index] = table.column(index).to_numpy()
    # One sum is NaN or infinite as soon as one value is.
    if (rule.finite and not np.isfinite(values.sum())) or (rule.sized and not (values[:, 2:4] >= 0).all()):
        return None
    ends = list(accumulate(counts))
    return [values[end - count : end] for end, count in zip(ends, counts, strict=True)]


def _read_strict(path: str | Path, text: bytes, rule: Rule) -> np.ndarray:
    """One table, line by line; raises with file and line."""

    def fail(line: int, problem: str) -> SiamlossError:
        return rule.error(f"{path}, line {line}: {problem}; correct the {rule.what} or leave it out")

    try:
        lines = text.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise fail(line, "not text, perhaps a binary file") from error
    rows: list[list[float]] = []
    for number, line in enumerate(lines, start=1):
        parts = [part for part in SEPARATOR.split(line) if part]
        if not parts:
            if any(rest.strip() for rest in lines[number:]):
                raise fail(number, "an empty line between rows")
            break
        try:
            row = [float(part.replace("_", "?")) for part in parts]  # float() takes 1_000
        except ValueError as error:
            what = "a header" if number == 1 else "text"
            shown = "".join(char if char.isprintable() else "?" for char in line[:40])
            raise fail(number, f"'{shown}' is {what}, not a row of numbers") from error
        if len(row) != rule.columns:
            raise fail(number, f"{len(row)} numbers instead of {rule.columns}")
        if rule.finite and not np.isfinite(row).all():
            raise fail(number, "NaN or infinity")
        if rule.sized and min(row[2:4]) < 0:
            raise fail(number, f"a negative size, {row[2]:g} x {row[3]:g}")
        rows.append(row)
    if not rows:
        raise fail(1, "the file is empty")
    return np.array(rows, dtype=np.float64)
