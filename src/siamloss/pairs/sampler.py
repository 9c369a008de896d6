"""Which crops make a pair, and how each is augmented: a pure function of (seed, epoch, index)."""

from dataclasses import dataclass

import numpy as np

from siamloss.config import PairsConfig
from siamloss.crops.store import CropStore
from siamloss.pairs.counter import permutation, uniform

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
    exemplar = low + np.floor(uniform(seed, epoch, indices, _FIRST) * (high - low)).astype(np.int64)
    search = np.empty_like(exemplar)
    draw = uniform(seed, epoch, indices, _SECOND)
    for row, (crop, start, end) in enumerate(zip(exemplar, low, high, strict=True)):
        near = store.frames[start:end]
        distance = config.max_frame_distance
        first = start + np.searchsorted(near, store.frames[crop] - distance, side="left")
        last = start + np.searchsorted(near, store.frames[crop] + distance, side="right")
        others = last - first - 1
        if others <= 0:
            search[row] = crop
            continue
        search[row] = first + int(draw[row] * others)
        search[row] += search[row] >= crop
    axes = np.arange(4).reshape(2, 2)
    column = indices[:, None, None]
    return PairBatch(
        crop=np.stack([exemplar, search], axis=1),
        shift=2.0 * uniform(seed, epoch, column, _SHIFT, axes) - 1.0,
        stretch=1.0 + config.stretch * (2.0 * uniform(seed, epoch, column, _STRETCH, axes) - 1.0),
        gray=uniform(seed, epoch, indices, _GRAY) < config.gray_probability,
    )


def _videos(count: int, seed: int, epoch: int, indices: np.ndarray) -> np.ndarray:
    """Video of each pair: rounds over all videos, each round in its own order."""
    rounds = indices // count
    videos = np.empty_like(indices)
    for number in np.unique(rounds):
        order = permutation(count, seed, epoch, int(number), _VIDEO)
        chosen = rounds == number
        videos[chosen] = order[indices[chosen] % count]
    return videos
