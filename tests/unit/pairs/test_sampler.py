"""Sampling of pairs."""

import numpy as np
import pytest

from siamloss.config import PairsConfig
from siamloss.crops.store import CropStore
from siamloss.pairs.sampler import sample_pairs


@pytest.fixture
def store():
    """Three videos with 50, 2 and 300 frames; frames of the last are 3 apart."""
    frames = np.concatenate([np.arange(50), [0, 500], 3 * np.arange(300)]).astype(np.int32)
    return CropStore(np.zeros((len(frames), 1, 1, 3), np.uint8), np.array([0, 50, 52, 352]), frames, ("a", "b", "c"))


def video(store, crops):
    return np.searchsorted(store.first, crops, side="right") - 1


def test_pair_is_a_function_of_its_number(store):
    config = PairsConfig()
    whole = sample_pairs(store, config, 0, 1, np.arange(64))
    parts = [sample_pairs(store, config, 0, 1, np.arange(64)[::-1][i : i + 5]) for i in range(0, 64, 5)]
    for name in ("crop", "shift", "stretch", "gray"):
        joined = np.concatenate([getattr(part, name) for part in parts])[::-1]
        np.testing.assert_array_equal(getattr(whole, name), joined)


def test_seed_and_epoch_change_the_pairs(store):
    draws = {sample_pairs(store, PairsConfig(), s, e, np.arange(32)).crop.tobytes() for s in (0, 1) for e in (1, 2)}
    assert len(draws) == 4


def test_both_crops_are_of_one_video_and_near_in_time(store):
    crops = sample_pairs(store, PairsConfig(max_frame_distance=30), 0, 1, np.arange(600)).crop
    assert (video(store, crops[:, 0]) == video(store, crops[:, 1])).all()
    distance = np.abs(store.frames[crops[:, 0]] - store.frames[crops[:, 1]])
    assert distance.max() == 30
    lonely = video(store, crops[:, 0]) == 1
    assert (distance[~lonely] > 0).all(), "the search image is another frame"
    assert (distance[lonely] == 0).all(), "a frame without a near one is its own partner"


def test_videos_come_without_replacement(store):
    videos = video(store, sample_pairs(store, PairsConfig(), 0, 1, np.arange(30)).crop[:, 0])
    assert all(sorted(group) == [0, 1, 2] for group in videos.reshape(10, 3).tolist())


def test_search_frames_lie_on_both_sides(store):
    crops = sample_pairs(store, PairsConfig(), 0, 1, np.arange(600)).crop
    sign = np.sign(store.frames[crops[:, 1]] - store.frames[crops[:, 0]])
    assert 0.4 < (sign > 0).mean() / (sign != 0).mean() < 0.6


def test_augmentation_stays_in_its_range(store):
    batch = sample_pairs(store, PairsConfig(stretch=0.05, gray_probability=0.25), 0, 1, np.arange(2000))
    assert np.abs(batch.shift).max() <= 1
    assert 0.95 <= batch.stretch.min() < 0.951
    assert 1.049 < batch.stretch.max() <= 1.05
    assert 0.22 < batch.gray.mean() < 0.28
