"""What a protocol is fed with: the frames of a sequence, decoded ahead, and the time it is charged for."""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future

import numpy as np

from siamloss.data.sequence import Sequence


class Feed:
    """Frames of a sequence, the next one decoded while the last one is tracked, and the time each takes.

    Parameters
    ----------
    sequence : where the frames come from.
    decoders : threads that decode ahead; None decodes each frame when it is asked for.
    step : the direction, 1 forward or -1 backward.
    shared_clock : seconds charged so far, where many share the time: a frame is charged from the end of the last one
        on, decoding included. None charges the tracker's own time.
    """

    def __init__(
        self,
        sequence: Sequence,
        decoders: Executor | None = None,
        step: int = 1,
        shared_clock: Callable[[], float] | None = None,
    ) -> None:
        self._sequence, self._decoders, self._step, self._shared = sequence, decoders, step, shared_clock
        self._ahead: dict[int, Future] = {}
        self._since = 0.0

    def image(self, frame: int) -> np.ndarray:
        """RGB uint8 ``(H, W, 3)`` of one 0-based frame; an unreadable frame is an error now, not earlier."""
        waiting, self._ahead = self._ahead, {}
        image = waiting[frame].result() if frame in waiting else self._sequence.image(frame)
        following = frame + self._step
        if self._decoders is not None and 0 <= following < len(self._sequence):
            self._ahead = {following: self._decoders.submit(self._sequence.image, following)}
        if self._shared is None:
            self._since = time.perf_counter()
        return image

    def seconds(self) -> float:
        """What the frame of the last :meth:`image` is charged."""
        now = time.perf_counter() if self._shared is None else self._shared()
        since, self._since = self._since, now
        return now - since
