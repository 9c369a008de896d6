"""Where things are in an annotated frame: one row per tracker, the frame on the left, the score map on the right."""

from dataclasses import dataclass

import numpy as np

LIMIT_PX = 1280
"""An annotated video is at most so wide, and so high."""

FRAME_PX = 360
"""Smaller frames are enlarged to this height: text and boxes stay readable."""

LEAST_PX = 160
"""No frame or score map is drawn smaller than a square of this side."""

GAP_PX = 4


@dataclass(frozen=True)
class Layout:
    """Sizes in pixels of the drawn video.

    Attributes
    ----------
    frame : width and height that frames are fitted into.
    map_side : side of the square that score maps are fitted into.
    band : height of the line of text above each row.
    rows : number of trackers.
    """

    frame: tuple[int, int]
    map_side: int
    band: int
    rows: int

    @property
    def row_height(self) -> int:
        """Text and pictures of one tracker."""
        return self.band + self.frame[1]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole picture; both even, as video formats want it."""
        width = self.frame[0] + GAP_PX + self.map_side
        height = self.rows * self.row_height + (self.rows - 1) * GAP_PX
        return width + width % 2, height + height % 2


def make_layout(image: np.ndarray, rows: int) -> Layout:
    """The layout for a video whose first frame ``(H, W, 3)`` is this one."""
    height, width = image.shape[:2]
    room = LIMIT_PX - GAP_PX
    tallest = (LIMIT_PX - (rows - 1) * GAP_PX) / rows
    scale = min(
        max(1.0, FRAME_PX / height),
        room / (width + min(width, height)),
        (room - LEAST_PX) / width,
        # The band is at most 1/20 of the height.
        0.95 * tallest / height,
    )
    drawn = max(round(width * scale), LEAST_PX), max(round(height * scale), LEAST_PX)
    side = min(drawn)
    band = int(np.clip(min((drawn[0] + side) / 30, side / 8), 22, max(22, 0.05 * tallest)))
    return Layout(drawn, side, band, rows)


@dataclass(frozen=True)
class Fit:
    """An image scaled to fit into a larger picture, centred: ``scale * (point + 0.5) - 0.5 + offset``."""

    scale: float
    offset: tuple[int, int]
    size: tuple[int, int]

    def points(self, points: np.ndarray) -> np.ndarray:
        """Points ``(..., 2)`` of the image, 0-based with pixel centres at whole numbers, in the picture."""
        return (np.asarray(points, dtype=np.float64) + 0.5) * self.scale - 0.5 + self.offset


def fit(width: int, height: int, into: tuple[int, int]) -> Fit:
    """Fit an image into ``into`` (width, height) without changing its shape."""
    scale = min(into[0] / width, into[1] / height)
    size = max(1, min(into[0], round(width * scale))), max(1, min(into[1], round(height * scale)))
    return Fit(scale, ((into[0] - size[0]) // 2, (into[1] - size[1]) // 2), size)
