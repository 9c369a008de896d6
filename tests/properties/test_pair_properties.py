"""What holds for the pairs of every store, seed and batch split."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.pairs import sample_pair

from siamloss.config import PairsConfig
from siamloss.crops.store import CropStore
from siamloss.pairs.sampler import sample_pairs

VIDEOS = st.lists(st.lists(st.integers(1, 300), min_size=2, max_size=9), min_size=1, max_size=6)
INDICES = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


def store_of(gaps):
    frames = np.concatenate([np.cumsum(video) for video in gaps]).astype(np.int32)
    first = np.concatenate([[0], np.cumsum([len(video) for video in gaps])])
    return CropStore(np.zeros((len(frames), 1, 1, 3), np.uint8), first, frames, tuple(map(str, range(len(gaps)))))


@settings(max_examples=60, deadline=None)
@given(VIDEOS, INDICES, st.integers(1, 400), st.integers(0, 2**31), st.integers(0, 1000))
def test_rows_are_those_of_the_loop(gaps, indices, distance, seed, epoch):
    store, config = store_of(gaps), PairsConfig(max_frame_distance=distance)
    found = sample_pairs(store, config, seed, epoch, np.array(indices)).crop.tolist()
    assert found == [list(sample_pair(store, config, seed, epoch, index)) for index in indices]


@settings(max_examples=60, deadline=None)
@given(VIDEOS, INDICES, st.data())
def test_any_split_and_order_gives_the_same_pairs(gaps, indices, data):
    store, config = store_of(gaps), PairsConfig(gray_probability=0.5)
    whole = sample_pairs(store, config, 1, 2, np.array(indices))
    order = data.draw(st.permutations(range(len(indices))))
    cut = data.draw(st.integers(1, len(indices)))
    for start in range(0, len(order), cut):
        chosen = order[start : start + cut]
        part = sample_pairs(store, config, 1, 2, np.array(indices)[chosen])
        for name in ("crop", "shift", "stretch", "gray"):
            np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[chosen])
            window = whole.part(chosen[0], chosen[0] + 1)
            np.testing.assert_array_equal(getattr(window, name), getattr(part, name)[:1])
