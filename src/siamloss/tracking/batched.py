"""Many plays in lock-step on one network: while it answers one half of them, threads work on the other half.

A play (a protocol over one sequence) decodes its frames, cuts its search windows and moves its box in a thread; only
the network's calls are shared. Each play gets the answers it would get alone: its records do not depend on the others.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pandas as pd

from siamloss.data.sequence import Sequence
from siamloss.tracking.feed import Feed
from siamloss.tracking.network import Network
from siamloss.tracking.steps import Ask, Play

STREAMS = {"cuda": 64, "cpu": 1}
"""Plays in work at the same time where nobody says how many; on a CPU the network gains nothing by more than one."""


@dataclass(frozen=True)
class Part:
    """One piece of work: a sequence, the protocol over it, and the direction of its frames (1 or -1)."""

    sequence: Sequence
    play: Callable[[Feed], Play]
    step: int = 1


def play_all(
    network: Network, parts: Iterable[Part], streams: int = 0, threads: int = 0
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Play all parts, ``streams`` of them at a time; one that ends makes room for the next.

    Parameters
    ----------
    network : answers the trackers of all parts.
    parts : what to do; taken one by one.
    streams : parts in work at the same time; 0 leaves it to the device.
    threads : threads that decode ahead, and as many that cut and move; 0 is one per stream, at most one per CPU.

    Yields
    ------
    Number of the part and its record table, in the order in which they end. With one stream ``seconds`` is the time of
    the tracker alone; with more it is a share of the time of all, decoding included.

    Raises
    ------
    SiamlossError : that of the first part that fails; what was yielded before is whole.
    """
    streams = streams or STREAMS[network.device.type]
    threads = threads or min(streams, len(os.sched_getaffinity(0)))
    decoders, workers = ThreadPoolExecutor(threads), ThreadPoolExecutor(threads)
    try:
        if streams == 1:
            for index, part in enumerate(parts):
                yield index, network.finish(part.play(Feed(part.sequence, decoders, part.step)))
        else:
            yield from _Lockstep(network, parts, streams, decoders, workers).run()
    finally:
        for pool in (decoders, workers):
            pool.shutdown(cancel_futures=True)


@dataclass(eq=False)
class _Stream:
    """A place in the batch: the play in it, its share of the time, and what it says next while a thread works on it."""

    index: int
    play: Play | None = None
    seconds: float = 0.0
    said: Future | None = None


def _go_on(play: Play, answer: Any) -> Ask | pd.DataFrame:
    """The next question of a play, or its record table."""
    try:
        return play.send(answer)
    except StopIteration as end:
        return end.value


class _Lockstep:
    def __init__(
        self, network: Network, parts: Iterable[Part], streams: int, decoders: Executor, workers: Executor
    ) -> None:
        self._network, self._decoders, self._workers = network, decoders, workers
        self._waiting = enumerate(parts)
        self._halves: list[list[_Stream]] = []
        for size in (streams - streams // 2, streams // 2):
            self._halves.append([stream for stream in (self._start_next() for _ in range(size)) if stream])

    def run(self) -> Iterator[tuple[int, pd.DataFrame]]:
        """Tables as they end; each turn waits for the threads of one half and lets the network answer it."""
        last = time.perf_counter()
        while any(self._halves):
            for half in self._halves:
                asking: list[tuple[_Stream, Ask]] = []
                for stream in half:
                    current: _Stream | None = stream
                    while current is not None:
                        try:
                            said = current.said.result()
                        except Exception:
                            yield from self._ended(current)
                            raise
                        if isinstance(said, Ask):
                            asking.append((current, said))
                            break
                        yield current.index, said
                        current.said = None
                        current = self._start_next()
                answers = self._network.answer([ask for _, ask in asking])
                half[:] = [stream for stream, _ in asking]
                last = self._charge(last)
                for stream, answer in zip(half, answers, strict=True):
                    stream.said = self._workers.submit(_go_on, stream.play, answer)

    def _ended(self, failed: _Stream) -> Iterator[tuple[int, pd.DataFrame]]:
        """Tables of the plays that end in the same turn as one that fails."""
        for stream in (stream for half in self._halves for stream in half if stream is not failed):
            told = stream.said is None
            if told or stream.said.exception() is not None or isinstance(stream.said.result(), Ask):
                continue
            yield stream.index, stream.said.result()

    def _charge(self, last: float) -> float:
        """Divide the time since ``last`` among all streams; returns the time now."""
        now = time.perf_counter()
        streams = [stream for half in self._halves for stream in half]
        for stream in streams:
            stream.seconds += (now - last) / len(streams)
        return now

    def _start_next(self) -> _Stream | None:
        """The next part, with a thread already at work on it; None when there is none left."""
        found = next(self._waiting, None)
        if found is None:
            return None
        index, part = found
        stream = _Stream(index)
        stream.play = part.play(Feed(part.sequence, self._decoders, part.step, lambda: stream.seconds))
        stream.said = self._workers.submit(_go_on, stream.play, None)
        return stream
