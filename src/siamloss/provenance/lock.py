"""A lock that a crash releases: only one process works on a job's unfinished files at a time."""

import errno
import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from siamloss.errors import ConfigError
from siamloss.provenance.atomic import named_disk_errors


def lock_of(folder: Path) -> Path:
    """Lock file of a folder of unfinished work, beside it."""
    return folder.with_name(f"{folder.name}.lock")


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; waits, saying so, while another process holds it.

    Raises
    ------
    ConfigError : there cannot be a file, such as below a file or in a folder that may not be written.
    """
    with named_disk_errors(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = open(path, "w")  # noqa: SIM115 (held for the whole block)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            reason = error.strerror or type(error).__name__
            raise ConfigError(f"cannot write in {path.parent} ({reason}); give another folder") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another process that is at the same job ({path})", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def free(path: Path) -> bool:
    """Whether no process holds the lock file at this moment."""
    if not path.exists():
        return True
    with open(path, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
