"""The ledger of test evaluations: one JSON line for every time that a run was looked at on a test benchmark.

It is only ever appended to, by any number of processes, and outlives the results it counts.
"""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from siamloss.errors import CorruptError
from siamloss.provenance.atomic import named_disk_errors


def append_evaluation(path: Path, entry: dict[str, Any]) -> None:
    """Append one entry and see it onto the disk; a write that fails leaves the ledger as it was.

    Parameters
    ----------
    entry : plain values: ``time`` (UTC, ISO 8601), ``variant``, ``seed``, ``benchmark``, ``frames``, ``run`` (sha256 of
        the run's manifest, "" without a run) and ``settings`` (short hash).

    Raises
    ------
    DiskFullError : no space left.
    """
    line = json.dumps(entry, sort_keys=True, allow_nan=False).encode() + b"\n"
    with named_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                line = b"\n" + line  # a torn line stays one damaged line and does not take this one with it
            try:
                _write_whole(descriptor, line)
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)


def _write_whole(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def read_evaluations(path: Path) -> list[dict[str, Any]]:
    """All entries in the order they were made; none where there is no ledger yet.

    Raises
    ------
    CorruptError : a line is not an entry; names the line, counted from 1.
    """
    try:
        lines = Path(path).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    if lines[-1] == b"":
        lines.pop()
    entries = []
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            raise CorruptError(f"{path} line {number} is damaged; correct or remove that line by hand")
        entries.append(entry)
    return entries
