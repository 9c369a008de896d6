"""A lock that a crash releases: only one process works on a job's unfinished files at a time."""

import errno
import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

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
        if not try_lock(file, path):
            print(f"waiting for another process that is at the same job ({path})", file=sys.stderr, flush=True)
            wait_lock(file, path)
        yield


@contextmanager
def if_free(path: Path) -> Iterator[bool]:
    """Hold the lock file ``path`` where no other process does; yields whether."""
    with open(path, "a") as file:
        yield try_lock(file, path)


def try_lock(file: IO | int, path: Path) -> bool:
    """Lock an open file until it is closed; False where another process holds it.

    Raises
    ------
    ConfigError : its file system has no locks.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise _no_locks(path, error) from error
    return True


def wait_lock(file: IO | int, path: Path, how: int = fcntl.LOCK_EX) -> None:
    """The same, as soon as no other process holds it; with ``LOCK_SH`` readers may hold it together."""
    try:
        fcntl.flock(file, how)
    except OSError as error:
        raise _no_locks(path, error) from error


def _no_locks(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"cannot lock {path} ({error.strerror}); mount its file system with locks (Lustre: -o flock), or use another"
    )
