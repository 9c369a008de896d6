"""What a tracker must offer, and the two controls that need no network."""

from collections.abc import Generator
from typing import Any, Protocol

import numpy as np

from siamloss.data.sequence import Sequence


class Tracker(Protocol):
    """A model-free single-object tracker; images are RGB uint8 ``(H, W, 3)``, boxes float64 ``(4,)`` x, y, w, h, px."""

    def init(self, image: np.ndarray, box: np.ndarray) -> None:
        """Start on the target that ``box`` encloses in ``image``."""

    def update(self, image: np.ndarray) -> tuple[np.ndarray, float]:
        """Box and score in the next frame."""


class SteppedTracker(Protocol):
    """A tracker whose steps are generators: they ask a network, are sent its answers, and return box and score."""

    def init(self, image: np.ndarray, box: np.ndarray) -> Generator[Any, Any, tuple[np.ndarray, float]]:
        """Start on the target that ``box`` encloses in ``image``."""

    def update(self, image: np.ndarray) -> Generator[Any, Any, tuple[np.ndarray, float]]:
        """Box and score in the next frame."""

    def seek(self, frame: int) -> None:
        """Say that the next image is this frame of its sequence; only the oracle needs to know."""


class NeverMoves:
    """Returns the first box for ever: what a benchmark gives for doing nothing."""

    def init(self, image: np.ndarray, box: np.ndarray) -> None:
        self._box = np.array(box, dtype=np.float64)

    def update(self, image: np.ndarray) -> tuple[np.ndarray, float]:
        return self._box.copy(), 0.0


class Oracle:
    """Returns the ground truth: the most that an axis-aligned box can reach on a benchmark.

    On rotated ground truth (VOT) this is below 1, because the box is axis-aligned, with about the same area.
    """

    def __init__(self, sequence: Sequence) -> None:
        self._boxes = sequence.boxes
        self._next = 0

    def seek(self, frame: int) -> None:
        """Say which frame comes next; a supervised run skips some, a multi-start run may go backward."""
        self._next = frame

    def init(self, image: np.ndarray, box: np.ndarray) -> None:
        self._next += 1

    def update(self, image: np.ndarray) -> tuple[np.ndarray, float]:
        self._next += 1
        return self._boxes[self._next - 1].copy(), 1.0
