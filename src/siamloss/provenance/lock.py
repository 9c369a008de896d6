"""A lock that a crash releases: only one process works on a job's unfinished files at a time."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from siamloss.provenance.atomic import named_disk_errors


def lock_of(folder: Path) -> Path:
    """Lock file of a folder of unfinished work, beside it."""
    return folder.with_name(f"{folder.name}.lock")


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; waits, saying so, while another process holds it."""
    with named_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "w")  # noqa: SIM115 (held for the whole block)
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another process that is at the same job ({path})", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
