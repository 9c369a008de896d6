"""Which crops make a pair, and how each is augmented: a pure function of (seed, epoch, index)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from siamloss.config import PairsConfig
from siamloss.crops.store import CropStore
from siamloss.pairs.counter import permutation, random_bits, uniform

_VIDEO, _FIRST, _SECOND, _SHIFT, _STRETCH, _GRAY = range(6)


@dataclass(frozen=True)
class PairBatch:
    """B sampled pairs; row 0 of every last axis is the exemplar, row 1 the search image.

    Attributes
    ----------
    crop : int64 ``(B, 2)`` rows of the store.
    shift : float64 ``(B, 2, 2)`` translation x, y in [-1, 1] of the configured maximum.
    stretch : float64 ``(B, 2, 2)`` factor of the cut window's width and height.
    gray : bool ``(B,)``; both images lose their colour.
    """

    crop: np.ndarray
    shift: np.ndarray
    stretch: np.ndarray
    gray: np.ndarray

    def part(self, start: int, stop: int) -> "PairBatch":
        """The pairs ``start`` to ``stop`` of the batch."""
        chosen = slice(start, stop)
        return PairBatch(self.crop[chosen], self.shift[chosen], self.stretch[chosen], self.gray[chosen])


def sample_pairs(store: CropStore, config: PairsConfig, seed: int, epoch: int, indices: np.ndarray) -> PairBatch:
    """Sample pairs by their numbers.

    Videos are visited in a fresh random order, each once before any comes again; the exemplar is a random crop of the
    video, the search image another of its crops at most ``max_frame_distance`` frames away, before or after.

    Parameters
    ----------
    indices : int ``(B,)`` pair numbers within the epoch.

    Source
    ------
    bertinetto/siamese-fc, vid_get_random_batch.m: same video, |dt| <= 100, any order.
    """
    indices = np.asarray(indices, dtype=np.int64)
    videos = _videos(len(store.first) - 1, seed, epoch, indices)
    low, high = store.first[videos], store.first[videos + 1]
    state_B = random_bits(seed, epoch, indices)
    first_B, second_B, gray_B = uniform([[_FIRST], [_SECOND], [_GRAY]], start=state_B)
    exemplar = low + np.floor(first_B * (high - low)).astype(np.int64)
    first, last = _near(store, videos, exemplar, config.max_frame_distance)
    others = last - first - 1
    search = first + (second_B * others).astype(np.int64)
    search = np.where(others > 0, search + (search >= exemplar), exemplar)
    kind, axes = np.array([_SHIFT, _STRETCH]).reshape(2, 1, 1, 1), np.arange(4).reshape(2, 2)
    shift_B22, stretch_B22 = 2.0 * uniform(kind, axes, start=state_B[:, None, None]) - 1.0
    return PairBatch(
        crop=np.stack([exemplar, search], axis=1),
        shift=shift_B22,
        stretch=1.0 + config.stretch * stretch_B22,
        gray=gray_B < config.gray_probability,
    )


def _near(store: CropStore, videos: np.ndarray, crops: np.ndarray, distance: int) -> tuple[np.ndarray, np.ndarray]:
    """Range of the crops of the same video at most ``distance`` frames away; the second bound is exclusive."""
    frames = store.frames[crops].astype(np.int64)
    start = videos * store.span
    first = np.searchsorted(store.keys, start + np.maximum(frames - distance, 0), side="left")
    last = np.searchsorted(store.keys, start + np.minimum(frames + distance, store.span - 1), side="right")
    return first, last


def _videos(count: int, seed: int, epoch: int, indices: np.ndarray) -> np.ndarray:
    """Video of each pair: rounds over all videos, each round in its own order."""
    rounds = indices // count
    videos = np.empty_like(indices)
    for number in np.unique(rounds):
        chosen = rounds == number
        videos[chosen] = _order(count, seed, epoch, int(number))[indices[chosen] % count]
    return videos


@lru_cache(maxsize=16)
def _order(count: int, seed: int, epoch: int, number: int) -> np.ndarray:
    """Order of the videos in one round; kept, as many batches fall into the same round."""
    return permutation(count, seed, epoch, number, _VIDEO)
