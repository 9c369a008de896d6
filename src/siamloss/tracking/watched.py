"""Track a sequence by its protocol and keep what the tracker saw of each frame: score map and searched square."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from siamloss.data.sequence import Sequence
from siamloss.geometry.network import InputGeometry
from siamloss.tracking.feed import Feed
from siamloss.tracking.protocols import PLAYS, one_pass_play
from siamloss.tracking.siamfc import SiamFCTarget, SiamFCTracker
from siamloss.tracking.steps import Steps


@dataclass(frozen=True)
class Seen:
    """What a tracker saw of one frame.

    Attributes
    ----------
    score_map : float32 ``(H, H)``, raw scores of the chosen scale.
    center : ``(2,)`` x, y of the searched square, px, pixel centres at whole numbers.
    side : its side, px of the image.
    """

    score_map: np.ndarray
    center: np.ndarray
    side: float

    def window(self, geometry: InputGeometry) -> np.ndarray:
        """Square x, y, w, h that the cells of the map cover, px, 0-based corner as boxes have it."""
        return square(self.center, self.side * len(self.score_map) * geometry.stride_px / geometry.search_px)


def square(center: np.ndarray, side: float) -> np.ndarray:
    """Box x, y, w, h of a square by its centre (pixel centres at whole numbers) and side, px."""
    return np.array([*(np.asarray(center, dtype=np.float64) - (side - 1.0) / 2.0), side, side])


class Watched:
    """A target of a protocol that keeps what it sees, by frame."""

    def __init__(self, target: SiamFCTarget) -> None:
        self._target, self._frame = target, 0
        self.seen: dict[int, Seen] = {}

    def init(self, image: np.ndarray, box: np.ndarray) -> Steps:
        return (yield from self._target.init(image, box))

    def update(self, image: np.ndarray) -> Steps:
        found = yield from self._target.update(image)
        target = self._target
        self.seen[self._frame] = Seen(target.score_map, target.search_center, float(target.search_side))
        return found

    def seek(self, frame: int) -> None:
        self._frame = frame
        self._target.seek(frame)


def follow_watched(tracker: SiamFCTracker, layout: str, sequence: Sequence) -> tuple[pd.DataFrame, dict[int, Seen]]:
    """Track a sequence as ``siamloss track`` does, by the protocol of its layout, and keep what was seen."""
    watched = Watched(tracker.new_target())
    play = PLAYS.get(layout, one_pass_play)
    return tracker.network.finish(play(watched, sequence, Feed(sequence))), watched.seen
