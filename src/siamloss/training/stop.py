"""Stopping at the next step where a signal asks for it, so that the state can be saved first."""

import signal
import threading
from types import FrameType

from siamloss.errors import StoppedError


class StopRequest:
    """Within the block, SIGTERM and Ctrl-C only set a flag; the second Ctrl-C acts at once.

    Further SIGTERMs change nothing: launchers pass one on to processes that got it already.

    Outside the main thread nothing is caught.
    """

    def __init__(self) -> None:
        self.number = 0
        self._before: dict[int, object] = {}

    def __enter__(self) -> "StopRequest":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        self._restore()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.number = self.number or number
        if number == signal.SIGINT:
            signal.signal(number, self._before.pop(number))

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def leave(self, title: str, step: int) -> None:
        """Stop as the signal wants it.

        Raises
        ------
        KeyboardInterrupt : it was Ctrl-C.
        StoppedError : it was SIGTERM, or another process of the group was asked to stop.
        """
        if self.number == signal.SIGINT:
            raise KeyboardInterrupt
        raise StoppedError(f"{title}: stopped after step {step} and saved; run the same command again to continue")
