"""The SiamFC-3s tracker."""

from collections.abc import Iterable
from functools import partial

import numpy as np
import torch

from siamloss.config import TrackConfig
from siamloss.crops.cut import cut_patch, mean_color
from siamloss.errors import AnnotationError, UnreadableImageError
from siamloss.geometry import box_center, context_size
from siamloss.geometry.network import InputGeometry
from siamloss.tracking.network import Network
from siamloss.tracking.steps import Ask, Found, Steps

LARGEST_START = 10
"""A start box may be so many times as large as the image."""


class SiamFCTarget:
    """One target: correlates its first frame's exemplar with scaled search windows around its last position.

    :meth:`init` and :meth:`update` are generators that ask a :class:`~siamloss.tracking.network.Network` and are sent
    its answers, so that many targets can share its calls.

    Attributes
    ----------
    score_map : float32 ``(H, H)``, raw scores of the chosen scale in the last update.
    search_center, search_side : float64 ``(2,)`` and number, px: the square of the last image that the map was made of.

    Source
    ------
    Bertinetto et al. 2016, section 3; bertinetto/siamese-fc, tracker.m and run_tracker.m for constants and order.
    """

    def __init__(self, config: TrackConfig, geometry: InputGeometry, context: float = 0.5) -> None:
        self._config, self._geometry, self._context = config, geometry, context
        self._scales = config.scale_step ** (np.arange(config.scales) - config.scales // 2)
        self.score_map = np.zeros((geometry.score_cells, geometry.score_cells), dtype=np.float32)

    def init(self, image: np.ndarray, box: np.ndarray) -> Steps:
        """Start on a target; box and score are those given and 0.

        Raises
        ------
        AnnotationError : the box is not finite, has no area, lies outside the image, or is far larger.
        UnreadableImageError : the image is not uint8 ``(H, W, 3)``.
        """
        check_image(image)
        box = check_start(box, image)
        self._center, self._size = box_center(box), box[2:].copy()
        self._fill = mean_color(image)
        side = float(context_size(self._size, self._context))
        self._search_side = side * self._geometry.search_px / self._geometry.exemplar_px
        self._side_limits = np.array([self._config.size_min, self._config.size_max]) * self._search_side
        self.search_center, self.search_side = self._center, self._search_side
        patch = cut_patch(image, self._center, side, self._geometry.exemplar_px, self._fill)
        self._exemplar = yield Ask(patch[None])
        return box, 0.0

    def update(self, image: np.ndarray) -> Steps:
        """Box float64 ``(4,)`` and raw peak score in the next frame, whose size may differ from the last one's.

        Raises
        ------
        UnreadableImageError : the image is not uint8 ``(H, W, 3)``.
        """
        check_image(image)
        sides = self._search_side * self._scales
        if self._config.scale_search == "all":
            found = yield Ask(self._cut(image, sides, self._geometry.search_px), self._exemplar)
            chosen = found.scale
            self._move(found, sides[chosen])
        else:
            found = yield Ask(self._cut(image, [self._search_side], self._geometry.search_px), self._exemplar)
            self._move(found, self._search_side)
            exemplar_px = self._geometry.exemplar_px
            patches = self._cut(image, sides * exemplar_px / self._geometry.search_px, exemplar_px)
            chosen = (yield Ask(patches, self._exemplar, found.floor)).scale
        self._resize(sides[chosen])
        box = np.concatenate([self._center - (self._size - 1.0) / 2.0, self._size])
        return box, float(found.peaks[found.scale])

    def _cut(self, image: np.ndarray, sides: Iterable[float], out_px: int) -> np.ndarray:
        """Squares around the target's centre, uint8 ``(S, P, P, 3)``."""
        return np.stack([cut_patch(image, self._center, side, out_px, self._fill) for side in sides])

    def _move(self, found: Found, side: float) -> None:
        """Go to the peak of the map of a square of this side."""
        self.score_map, self.search_center, self.search_side = found.score_map, self._center, side
        self._center = self._center + found.cells * self._geometry.stride_px * side / self._geometry.search_px

    def seek(self, frame: int) -> None:
        """The number of the frame is not used."""

    def _resize(self, chosen_side: float) -> None:
        """Follow the chosen scale, damped and within limits."""
        old, rate = self._search_side, self._config.scale_lr
        self._search_side = float(np.clip((1.0 - rate) * old + rate * chosen_side, *self._side_limits))
        self._size = self._size * self._search_side / old


class SiamFCTracker:
    """One target and a network of its own: a :class:`~siamloss.tracking.tracker.Tracker`.

    Parameters
    ----------
    model : network in evaluation mode, on its device.
    config : the tracker's constants.
    geometry : image sizes of the network.
    context : share of (w + h) added around the target.

    Attributes
    ----------
    network : answers its own target, and any other.
    new_target : makes another target of the same constants.
    """

    def __init__(
        self, model: torch.nn.Module, config: TrackConfig, geometry: InputGeometry, context: float = 0.5
    ) -> None:
        self.network = Network(model, config)
        self.new_target = partial(SiamFCTarget, config, geometry, context)
        self._target = self.new_target()

    def init(self, image: np.ndarray, box: np.ndarray) -> None:
        """Start on a target; errors as :meth:`SiamFCTarget.init`."""
        self.network.finish(self._target.init(image, box))

    def update(self, image: np.ndarray) -> tuple[np.ndarray, float]:
        """Box float64 ``(4,)`` and raw peak score in the next frame; errors as :meth:`SiamFCTarget.update`."""
        return self.network.finish(self._target.update(image))

    @property
    def score_map(self) -> np.ndarray:
        """Raw scores float32 ``(H, H)`` of the chosen scale in the last update."""
        return self._target.score_map

    @property
    def search_center(self) -> np.ndarray:
        """Centre ``(2,)`` x, y of the square that :attr:`score_map` was made of, px of the last image."""
        return self._target.search_center

    @property
    def search_side(self) -> float:
        """Side of that square, px."""
        return float(self._target.search_side)


def check_image(image: np.ndarray) -> None:
    """Refuse what is no RGB image of 8 bits; files of other kinds are converted when they are read."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise UnreadableImageError(
            f"cannot track in an image of shape {image.shape} and type {image.dtype}; "
            "convert it to RGB, uint8, (height, width, 3)"
        )


def check_start(box: np.ndarray, image: np.ndarray) -> np.ndarray:
    """The box as float64; :class:`~siamloss.errors.AnnotationError` where no tracking can start on it."""
    box = np.asarray(box, dtype=np.float64)
    height, width = image.shape[:2]
    usable = box.shape == (4,) and np.isfinite(box).all() and (box[2:] > 0).all()
    usable = usable and box[2:].max() <= LARGEST_START * max(width, height)
    if not usable or box[0] >= width or box[1] >= height or box[0] + box[2] <= 0 or box[1] + box[3] <= 0:
        raise AnnotationError(
            f"cannot start on box {box.tolist()} in a {width}x{height} image; give a box with area inside it"
        )
    return box
