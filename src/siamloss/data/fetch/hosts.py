"""At most so many connections to one host at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock


class Hosts:
    """A semaphore per host, shared by downloads that run side by side."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._slots: dict[str, BoundedSemaphore] = {}

    @contextmanager
    def slot(self, host: str, limit: int) -> Iterator[None]:
        """Wait for one of ``limit`` connections to ``host`` and hold it."""
        with self._lock:
            semaphore = self._slots.setdefault(host, BoundedSemaphore(limit))
        with semaphore:
            yield
