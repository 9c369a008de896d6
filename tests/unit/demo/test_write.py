"""A video file that is written comes back, or an error says why not."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from tests.unit.demo.conftest import drawn_frames, read_back

from siamloss.demo.write import MEASURED_FRAMES, VideoFile, measured_rate
from siamloss.errors import VideoWriteError


@pytest.mark.parametrize("fps", [119.9987, 239.997, 59.9405, 12.5])
def test_any_rate_of_a_video_can_be_written(tmp_path, fps):
    with VideoFile(tmp_path / "a.mp4", fps) as video:
        for level in (0, 90, 180):
            video.write(np.full((32, 48, 3), level, np.uint8))
    found = cv2.VideoCapture(str(tmp_path / "a.mp4"))
    assert found.get(cv2.CAP_PROP_FPS) == pytest.approx(fps, rel=2e-3)


@pytest.mark.parametrize(("width", "height"), [(160, 120), (161, 121)])
def test_frames_come_back(tmp_path, width, height):
    frames = drawn_frames(8, width, height)
    with VideoFile(tmp_path / "out.mp4", 12.5) as file:
        for image in frames:
            file.write(image)
    found, fps = read_back(tmp_path / "out.mp4")
    assert (len(found), fps) == (8, 12.5)
    assert found[0].shape == (120 + height % 2 * 2, 160 + width % 2 * 2, 3)
    for image, back in zip(frames, found, strict=True):
        # The code is lossy, and its colours have half the resolution; swapped channels differ by 50 and more.
        error = np.abs(back[:height, :width].astype(int) - image)
        assert np.median(error) <= 4
        assert error.mean() < 10


def test_rate_is_measured_where_it_is_not_known(tmp_path):
    for count in (MEASURED_FRAMES + 5, 4):
        with VideoFile(tmp_path / "out.mp4", None) as file:
            for frame, image in enumerate(drawn_frames(count)):
                file.write(image, 100.0 + frame / 8)
        found, fps = read_back(tmp_path / "out.mp4")
        assert (len(found), fps) == (count, 8.0)


def test_measured_rate_is_held_to_what_players_take():
    assert measured_rate([0.0, 0.001]) == 60.0
    assert measured_rate([0.0, 30.0]) == 1.0
    assert measured_rate([5.0]) == 25.0


def test_folder_that_does_not_exist(tmp_path, frames):
    with (
        pytest.raises(VideoWriteError, match="cannot write a 160x120 mp4 video"),
        VideoFile(tmp_path / "no" / "out.mp4", 25.0) as file,
    ):
        file.write(frames[0])


def test_what_does_not_arrive_is_an_error(tmp_path):
    # A limit on the size of files stands for a full disk; the encoder itself says nothing.
    code = f"""
import resource
from pathlib import Path
import numpy as np
from siamloss.demo.write import VideoFile
from siamloss.errors import VideoWriteError
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
rng = np.random.default_rng(0)
try:
    with VideoFile(Path({str(tmp_path / "out.mp4")!r}), 25.0) as file:
        for _ in range(20):
            file.write(rng.integers(0, 255, (240, 320, 3), np.uint8))
except VideoWriteError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "of 20 frames arrived in" in done.stdout
    assert "free some space" in done.stdout
