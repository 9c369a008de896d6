"""Work done ahead in threads, handed out in order: bounded, and gone when the consumer stops."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice


def map_ahead(work: Callable, items: Iterable, threads: int, ahead: int) -> Iterator:
    """``work(item)`` of every item, in order, with at most ``ahead`` results made before they are asked for.

    An error in a thread is raised here, in its place in the order. When the consumer stops (or raises), what has not
    begun is dropped and what has is waited for, so that no thread is left.
    """
    items = iter(items)
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future] = deque()
    try:
        waiting.extend(pool.submit(work, item) for item in islice(items, ahead))
        while waiting:
            result = waiting.popleft().result()
            waiting.extend(pool.submit(work, item) for item in islice(items, 1))
            yield result
            del result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
