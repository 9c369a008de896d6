"""Unfinished work of a job: a folder that is cleared when the job is done, or kept until the whole workflow is.

Whoever sends a job again may have thrown its product away, as Snakemake does with the jobs of a group of which one
failed, and with what a job made after Snakemake itself was killed. With its work kept, it makes the product at once.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from siamloss.provenance.lock import exclusive, if_free, lock_of

DONE = "done"
"""File in a kept folder: its job has made its product."""


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """Be the only one at a job's folder, which is not done for as long as somebody is at it; waits as
    :func:`~siamloss.provenance.lock.exclusive` does."""
    with exclusive(lock_of(folder)):
        (folder / DONE).unlink(missing_ok=True)
        yield


def leave(folder: Path, keep: bool) -> None:
    """End of a job: clear its folder, or mark it as done."""
    if keep:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DONE).touch()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def clear_done(root: Path) -> None:
    """Clear all folders below ``root`` whose job is done and at which no process is any more."""
    for mark in filter(Path.is_file, sorted(root.glob(f"**/{DONE}"))):
        with if_free(lock_of(mark.parent)) as alone:
            if alone and mark.is_file():
                shutil.rmtree(mark.parent, ignore_errors=True)
