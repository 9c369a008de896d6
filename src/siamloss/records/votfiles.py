"""Supervised VOT results in text: one region or one code per line.

A line holds 1 (initialised here), 2 (failed here), 0 (skipped until the next start), a rectangle x, y, w, h, or a
polygon of four corners x1, y1, ..., x4, y4.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from siamloss.errors import RecordError
from siamloss.records.boxfiles import SEPARATOR, Rule, read_box_files
from siamloss.records.table import Status

_CODE = re.compile(rb"^[ \t]*([012])(?:\.0*)?[ \t]*$", re.MULTILINE)
_STATUS = {0: Status.SKIPPED, 1: Status.INIT, 2: Status.FAILURE}


@dataclass(frozen=True)
class VotRun:
    """One run on one sequence.

    Attributes
    ----------
    regions : float64 ``(T, 4)`` boxes or ``(T, 8)`` polygons, px; 0 where the status is not TRACKED.
    status : int8 ``(T,)``, :class:`~siamloss.records.Status`.
    """

    regions: np.ndarray
    status: np.ndarray


def read_vot_files(paths: Sequence[str | Path], problems: dict[str | Path, str] | None = None) -> list[VotRun | None]:
    """Read many files; ``problems`` as in :func:`siamloss.records.boxfiles.read_box_files`.

    Raises
    ------
    RecordError : a line that is neither a code nor a region, a first line that is not 1, a start or a failure out of
        turn; with file and line.
    """
    widths = [_columns(path) for path in paths]
    runs: dict[str | Path, VotRun | None] = {}
    for columns in sorted(set(widths)):
        chosen = [path for path, width in zip(paths, widths, strict=True) if width == columns]
        rule = Rule(columns=columns, finite=False, sized=False, prepare=partial(_widen, columns=columns))
        for path, table in zip(chosen, read_box_files(chosen, rule, problems), strict=True):
            try:
                runs[path] = None if table is None else _to_run(path, table)
            except RecordError as error:
                if problems is None:
                    raise
                problems[path], runs[path] = str(error), None
    return [runs[path] for path in paths]


def _columns(path: str | Path) -> int:
    """8 where the first region of a file is a polygon, else 4."""
    try:
        with open(path, "rb") as file:
            head = file.read(4096).decode("utf-8", errors="replace").splitlines()
    except OSError:
        return 4  # reading the file says what is wrong
    counts = (len([part for part in SEPARATOR.split(line) if part]) for line in head)
    return 8 if next((count for count in counts if count > 1), 4) == 8 else 4


def _widen(text: bytes, columns: int) -> bytes:
    """Fill the lines of codes up with -inf, so that all lines have the same number of columns."""
    return _CODE.sub(rb"\1" + b",-inf" * (columns - 1), text.replace(b"\r\n", b"\n"))


def _to_run(path: str | Path, table: np.ndarray) -> VotRun:
    coded = np.isneginf(table[:, 1:]).all(axis=1)
    bad = np.flatnonzero(~coded & ~np.isfinite(table).all(axis=1))
    if bad.size:
        raise RecordError(f"{path}, line {bad[0] + 1}: NaN or infinity; correct the results file or leave it out")
    if table.shape[1] == 4:
        bad = np.flatnonzero(~coded & (table[:, 2:] < 0).any(axis=1))
        if bad.size:
            raise RecordError(f"{path}, line {bad[0] + 1}: a negative size; correct the results file or leave it out")
    status = np.full(len(table), int(Status.TRACKED), dtype=np.int8)
    for code, meaning in _STATUS.items():
        status[coded & (table[:, 0] == code)] = meaning
    _check_order(path, status)
    return VotRun(np.where(coded[:, None], 0.0, table), status)


def _check_order(path: str | Path, status: np.ndarray) -> None:
    """Refuse what no supervised run can be: it starts with 1, fails only while tracking, and then starts anew."""
    tracking = False
    for line, kind in enumerate(status.tolist(), start=1):
        if line == 1 and kind != Status.INIT:
            problem = "the first line is not 1, an initialisation"
        elif kind == Status.INIT and tracking:
            problem = "an initialisation (1) without a failure (2) before it"
        elif kind in (Status.FAILURE, Status.TRACKED) and not tracking:
            problem = "a region or a failure (2) before the tracker was initialised (1)"
        else:
            tracking = kind == Status.INIT or (tracking and kind != Status.FAILURE)
            continue
        raise RecordError(f"{path}, line {line}: {problem}; give the results of the supervised protocol")
