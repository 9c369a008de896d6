"""The ledger of test evaluations: one JSON line for every time that a run was looked at on a test benchmark.

It is only ever appended to, by any number of processes, and outlives the results it counts. Beside it lies its seal:
the sha256 that it has, and while a line is being written, the one that it will have.
"""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from siamloss.errors import CorruptError
from siamloss.provenance.atomic import named_disk_errors
from siamloss.provenance.hashing import sha256_bytes
from siamloss.provenance.lock import wait_lock
from siamloss.provenance.sealed import read_json, write_json


def append_evaluation(path: Path, entry: dict[str, Any]) -> None:
    """Append one entry and see it onto the disk; a write that fails leaves the ledger as it was.

    A ledger that is damaged gets the entry too, and its seal stays: the next reader finds the damage.

    Parameters
    ----------
    entry : plain values: ``time`` (UTC, ISO 8601), ``variant``, ``seed``, ``benchmark``, ``frames``, ``run`` (sha256 of
        the run's manifest, "" without a run) and ``settings`` (short hash).

    Raises
    ------
    DiskFullError : no space left.
    ConfigError : the file system has no locks.
    """
    line = json.dumps(entry, sort_keys=True, allow_nan=False).encode() + b"\n"
    with named_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            wait_lock(descriptor, path)
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                line = b"\n" + line  # a torn line stays one damaged line and does not take this one with it
            data = path.read_bytes()
            states = [sha256_bytes(data), sha256_bytes(data + line)] if _problem(path, data) is None else []
            if states:
                write_json(seal_of(path), {"states": states})
            try:
                _write_whole(descriptor, line)
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
            if states:
                write_json(seal_of(path), {"states": states[1:]})
        finally:
            os.close(descriptor)


def seal_of(path: Path) -> Path:
    """Where the seal of a ledger lies."""
    return path.with_name(f"{path.name}.seal")


def _problem(path: Path, data: bytes) -> str | None:
    """What is wrong with a ledger by its seal; one without a seal is of an older version."""
    seal = seal_of(path)
    try:
        if sha256_bytes(data) in read_json(seal)["states"]:
            return None
        what = f"{path} is not as it was written"
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        what = f"{seal} is damaged"
    return f"{what}; restore it from a copy, or delete {seal} to accept the ledger as it is"


def _write_whole(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _read_unwritten(path: Path) -> tuple[bytes, str | None]:
    """The bytes of a ledger and what is wrong with them by its seal, both read while nobody writes."""
    try:
        with open(path, "rb") as file:
            wait_lock(file, path, fcntl.LOCK_SH)
            data = file.read()
            return data, _problem(path, data)
    except FileNotFoundError:
        problem = _problem(path, b"")
    if problem is not None and path.exists():  # its first line was written meanwhile
        return _read_unwritten(path)
    return b"", problem


def read_evaluations(path: Path) -> list[dict[str, Any]]:
    """All entries in the order they were made; none where there is no ledger yet.

    Raises
    ------
    CorruptError : a line is not an entry; names the line, counted from 1. Or the ledger is not as it was written.
    """
    path = Path(path)
    data, problem = _read_unwritten(path)
    lines = data.split(b"\n")
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
    if problem is not None:
        raise CorruptError(problem)
    return entries
