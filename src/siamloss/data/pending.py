"""Sequences that are still to be read: each reader says how, so that a check can read them one by one."""

from collections.abc import Callable
from pathlib import Path

from siamloss.data.sequence import Sequence
from siamloss.data.text import require_all

Pending = dict[str, Callable[[], Sequence]]
"""How to read each sequence, by name, in the order of the list."""


def read_all(pending: Pending) -> list[Sequence]:
    """Read every sequence; the first that cannot be read raises its error."""
    return [read() for read in pending.values()]


def read_folders(root: Path, pending: Pending) -> list[Sequence]:
    """Read every sequence of a dataset that has one folder per name.

    Raises
    ------
    MissingDataError : folders are missing; one error names them all.
    """
    require_all([name for name in pending if not (root / name).is_dir()], len(pending), root)
    return read_all(pending)
