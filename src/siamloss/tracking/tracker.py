"""What a tracker must offer, and the two controls that need no network."""

from typing import Protocol

import numpy as np

from siamloss.data.sequence import Sequence


class Tracker(Protocol):
    """A model-free single-object tracker; images are RGB uint8 ``(H, W, 3)``, boxes float64 ``(4,)`` x, y, w, h, px."""

    def init(self, image: np.ndarray, box: np.ndarray) -> None:
        """Start on the target that ``box`` encloses in ``image``."""

    def update(self, image: np.ndarray) -> tuple[np.ndarray, float]:
        """Box and score in the next frame."""


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
        self._frame = 0

    def seek(self, frame: int) -> None:
        """Say which frame comes next; a supervised run skips frames after a failure."""
        self._frame = frame

    def init(self, image: np.ndarray, box: np.ndarray) -> None:
        """Nothing to learn."""

    def update(self, image: np.ndarray) -> tuple[np.ndarray, float]:
        self._frame += 1
        return self._boxes[self._frame].copy(), 1.0
