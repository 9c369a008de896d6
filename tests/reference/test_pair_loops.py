"""Vectorised pairs against plain loops."""

import numpy as np
import pytest
import torch
from tests.reference.pairs import cut, sample_pair

from siamloss.config import PairsConfig
from siamloss.crops.store import CropStore
from siamloss.pairs.augment import cut_batch
from siamloss.pairs.sampler import sample_pairs


def ragged_store(seed):
    """Videos of 2 to 60 crops with gaps of 1 to 90 frames."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(2, 61, 17)
    frames = np.concatenate([rng.integers(0, 500) + np.cumsum(rng.integers(1, 91, count)) for count in counts])
    first = np.concatenate([[0], np.cumsum(counts)])
    names = tuple(f"video{i}" for i in range(len(counts)))
    return CropStore(np.zeros((len(frames), 1, 1, 3), np.uint8), first, frames.astype(np.int32), names)


@pytest.mark.parametrize("distance", [1, 30, 100, 10**6])
def test_sampled_rows_are_those_of_the_loop(distance):
    store, config = ragged_store(distance), PairsConfig(max_frame_distance=distance)
    for seed, epoch in ((0, 1), (3, 7)):
        indices = np.random.default_rng(seed).integers(0, 10**6, 150)
        crops = sample_pairs(store, config, seed, epoch, indices).crop
        assert crops.tolist() == [list(sample_pair(store, config, seed, epoch, int(i))) for i in indices]


def test_cut_is_the_bilinear_sum_of_four_pixels():
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 256, (3, 31, 31, 3), dtype=np.uint8)
    shift, stretch = rng.uniform(-3, 3, (3, 2)).astype(np.float32), rng.uniform(0.9, 1.2, (3, 2)).astype(np.float32)
    found = cut_batch(torch.from_numpy(crops), 23, torch.from_numpy(shift), torch.from_numpy(stretch))
    expected = np.stack([cut(*each) for each in zip(crops, [23] * 3, shift, stretch, strict=True)])
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=1e-3)
