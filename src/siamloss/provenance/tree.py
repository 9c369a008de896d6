"""The files of a folder, hashed in parallel, and compared with a list of them."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from siamloss.provenance.hashing import sha256_file

THREADS = 8
"""Most threads that hash where no number is given."""
TASK_FILES, TASK_BYTES = 64, 2**24
"""What one thread takes at a time: so many files, or fewer with so many bytes."""
AHEAD = 4
"""Tasks per thread that may be done before they are asked for."""

Entry = dict[str, Any]
"""``{"bytes": size, "sha256": hexadecimal}`` of one file."""


@dataclass(frozen=True)
class Difference:
    """A file that is not as it is listed."""

    name: str
    kind: Literal["changed", "missing", "added"]
    message: str


def default_threads() -> int:
    """CPUs this process may use, at most :data:`THREADS`."""
    return min(THREADS, len(os.sched_getaffinity(0)))


def file_names(root: Path, top: str = "", deep: bool = True) -> Iterator[str]:
    """Names of all files under ``root/top`` relative to ``root``, hidden ones left out; links are followed.

    Parameters
    ----------
    deep : also the files in its folders.
    """
    start = os.path.join(root, top) if top else os.fspath(root)
    if not os.path.isdir(start):
        yield from [top] if os.path.isfile(start) else []
        return
    waiting = [(start, top, frozenset())]
    while waiting:
        folder, name, above = waiting.pop()
        here = os.stat(folder)
        if (here.st_dev, here.st_ino) in above:  # a link back to a folder above
            continue
        for item in os.scandir(folder):
            if item.name.startswith("."):
                continue
            inner = f"{name}/{item.name}" if name else item.name
            if item.is_file():
                yield inner
            elif deep and item.is_dir():
                waiting.append((item.path, inner, above | {(here.st_dev, here.st_ino)}))


def hash_files(root: Path, names: Iterable[str], threads: int | None = None) -> Iterator[tuple[str, Entry]]:
    """Name and entry of each file, in the given order."""
    return _in_parallel(partial(_entry, os.fspath(root)), _tasks(root, names), threads)


def find_differences(
    root: Path, entries: dict[str, Entry], added: Iterable[str] = (), threads: int | None = None
) -> Iterator[tuple[str, Difference | None]]:
    """Re-read every listed file, in the order of the names: each with its difference, or None.

    Parameters
    ----------
    added : names of files that are there and not listed; they take their places in the order.
    """
    merged: dict[str, Entry | None] = {**dict.fromkeys(added), **entries}
    examine = partial(_compare, os.fspath(root), merged)
    return _in_parallel(examine, _tasks(root, sorted(merged), merged), threads)


def _entry(root: str, name: str) -> tuple[str, Entry]:
    path = os.path.join(root, name)
    return name, {"bytes": os.stat(path).st_size, "sha256": sha256_file(path)}


def _compare(root: str, entries: dict[str, Entry | None], name: str) -> tuple[str, Difference | None]:
    entry, path = entries[name], os.path.join(root, name)
    if entry is None:
        return name, Difference(name, "added", f"{path} is not in the manifest: it was added after that was written")
    try:
        size = os.stat(path).st_size if os.path.isfile(path) else None
        if size is None:
            return name, Difference(name, "missing", f"{path} is missing")
        if size != entry["bytes"]:
            return name, Difference(name, "changed", f"{path} has {size} bytes instead of {entry['bytes']}")
        if sha256_file(path) != entry["sha256"]:
            return name, Difference(name, "changed", f"{path} was changed after it was written (sha256 differs)")
    except OSError as error:
        return name, Difference(name, "changed", f"{path} cannot be read ({error.strerror})")
    return name, None


def _tasks(root: Path, names: Iterable[str], entries: dict[str, Entry | None] | None = None) -> Iterator[list[str]]:
    """The names in groups of about equal work, by the listed sizes, else by those on the disk."""
    task: list[str] = []
    size = 0
    for name in names:
        task.append(name)
        size += ((entries[name] or {}).get("bytes", 0)) if entries else os.stat(os.path.join(root, name)).st_size
        if len(task) >= TASK_FILES or size >= TASK_BYTES:
            yield task
            task, size = [], 0
    if task:
        yield task


def _in_parallel(work, tasks: Iterator[list[str]], threads: int | None) -> Iterator:
    """``work(name)`` of every name, in order; a consumer that stops, or is interrupted, leaves no thread at work.

    One task alone is done here: a thread would cost more than it saves.
    """
    first = list(islice(tasks, 2))
    threads = default_threads() if threads is None else threads
    if len(first) < 2 or threads < 2:
        for task in chain(first, tasks):
            yield from map(work, task)
        return
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future] = deque()
    queue = (pool.submit(lambda task: [work(name) for name in task], task) for task in chain(first, tasks))
    try:
        waiting.extend(islice(queue, AHEAD * threads))
        while waiting:
            done = waiting.popleft().result()
            waiting.extend(islice(queue, 1))
            yield from done
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
