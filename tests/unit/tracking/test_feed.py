"""Frames of a sequence, decoded ahead."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from siamloss.data.open import open_dataset
from siamloss.errors import UnreadableImageError
from siamloss.tracking.feed import Feed


class Decoders(ThreadPoolExecutor):
    """Remembers the frames it was asked for."""

    def __init__(self):
        super().__init__(1)
        self.frames = []

    def submit(self, work, frame):
        self.frames.append(frame)
        return super().submit(work, frame)


@pytest.fixture(scope="module")
def sequence(tiny):
    return open_dataset(tiny, tiny.datasets.test[0])[0]


@pytest.fixture
def decoders():
    with Decoders() as pool:
        yield pool


@pytest.mark.parametrize(
    ("step", "asked", "ahead"),
    [(1, [0, 1, 2], [1, 2, 3]), (-1, [2, 1, 0], [1, 0]), (1, [0, 1, 6, 7], [1, 2, 7, 8])],
    ids=["forward", "backward", "after a reset"],
)
def test_the_next_frame_is_decoded_while_the_last_one_is_tracked(sequence, decoders, step, asked, ahead):
    feed = Feed(sequence, decoders, step)
    for frame in asked:
        np.testing.assert_array_equal(feed.image(frame), sequence.image(frame))
    assert decoders.frames == ahead


def test_the_end_is_not_read_over(sequence, decoders):
    Feed(sequence, decoders).image(len(sequence) - 1)
    assert decoders.frames == []


def test_without_threads_frames_are_decoded_when_asked_for(sequence):
    feed = Feed(sequence)
    np.testing.assert_array_equal(feed.image(3), sequence.image(3))
    assert 0 < feed.seconds() < 60


def test_an_unreadable_frame_is_an_error_when_its_turn_comes(sequence, decoders, tmp_path):
    paths = list(sequence.frame_paths)
    paths[1] = tmp_path / "missing.jpg"
    feed = Feed(replace(sequence, frame_paths=tuple(paths)), decoders)
    feed.image(0)
    with pytest.raises(UnreadableImageError, match=r"cannot read .*missing\.jpg"):
        feed.image(1)
