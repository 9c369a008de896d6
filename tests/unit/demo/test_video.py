"""Frames of files, folders and cameras, and what is wrong with some of them."""

import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from tests.unit.demo.conftest import drawn_frames, write_file, write_folder

from siamloss.data.text import natural_key
from siamloss.demo.video import _decode, _grab, open_video
from siamloss.errors import (
    DeviceError,
    EmptySequenceError,
    MissingDataError,
    UnreadableImageError,
    UnreadableVideoError,
)


def test_folder_is_read_in_natural_order(tmp_path):
    frames = drawn_frames(11)
    video = open_video(str(write_folder(tmp_path / "clip", frames)))
    assert (video.name, video.count, video.fps, video.live) == ("clip", 11, 25.0, False)
    np.testing.assert_array_equal(list(video.frames), frames)


def test_natural_key_compares_numbers():
    names = ["img10.png", "img9.png", "img009b.png", "a2.png"]
    assert sorted(names, key=natural_key) == ["a2.png", "img9.png", "img009b.png", "img10.png"]


@pytest.mark.parametrize("inner", ["img", "color"])
def test_sequence_folders_of_otb_and_vot(tmp_path, frames, inner):
    write_folder(tmp_path / "Deer" / inner, frames)
    (tmp_path / "Deer" / "groundtruth_rect.txt").write_text("1,1,2,2\n")
    video = open_video(str(tmp_path / "Deer"))
    assert (video.name, video.count) == ("Deer", len(frames))
    np.testing.assert_array_equal(next(video.frames), frames[0])


def test_gray_16_bit_and_transparent_images(tmp_path):
    color = drawn_frames(1)[0]
    gray, alpha = color[..., 0], np.full((*color.shape[:2], 1), 7, np.uint8)
    cv2.imwrite(str(tmp_path / "1.png"), gray)
    cv2.imwrite(str(tmp_path / "2.png"), color[..., ::-1].astype(np.uint16) * 256 + 255)
    cv2.imwrite(str(tmp_path / "3.png"), np.concatenate([color[..., ::-1], alpha], axis=2))
    read = list(open_video(str(tmp_path)).frames)
    np.testing.assert_array_equal(read[0], np.repeat(gray[..., None], 3, axis=2))
    np.testing.assert_array_equal(read[1], color)
    np.testing.assert_array_equal(read[2], color)


def test_file_without_loss_comes_back_exactly(tmp_path, frames):
    video = open_video(str(write_file(tmp_path / "clip.avi", frames, "PNG ", fps=12.5)))
    assert (video.name, video.count, video.fps) == ("clip", len(frames), 12.5)
    np.testing.assert_array_equal(list(video.frames), frames)


def test_what_is_no_video(tmp_path):
    with pytest.raises(MissingDataError, match=r"nowhere.*; give a video file"):
        open_video(str(tmp_path / "nowhere.mp4"))
    for name, content in (("text.mp4", b"hello\n" * 99), ("empty.mp4", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableVideoError, match=rf"{name} cannot be read as a video; restore"):
            open_video(str(tmp_path / name))
    (tmp_path / "folder").mkdir()
    with pytest.raises(EmptySequenceError, match="folder holds no image"):
        open_video(str(tmp_path / "folder"))
    with pytest.raises(DeviceError, match="there is no camera 61"):
        open_video("61")


def test_video_without_frames(tmp_path, frames):
    path = tmp_path / "none.avi"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"MJPG"), 25, (64, 64))
    writer.release()
    with pytest.raises(EmptySequenceError, match=r"none.avi holds no frame"):
        next(open_video(str(path)).frames)


def test_video_that_ends_early_gives_what_it_has(tmp_path):
    path = write_file(tmp_path / "cut.avi", drawn_frames(30), "MJPG")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, read = open_video(str(path)).frames, []
    with pytest.raises(UnreadableVideoError, match=r"cut.avi ends after \d+ of its 30 frames"):
        read.extend(frames)  # keeps what came before the error
    assert 5 < len(read) < 28


@pytest.mark.parametrize(("claimed", "early"), [(None, False), (10, False), (11, True)])
def test_a_count_may_be_two_too_high(tmp_path, frames, claimed, early):
    path = write_file(tmp_path / "clip.avi", frames, "MJPG")
    given = _decode(cv2.VideoCapture(str(path), cv2.CAP_FFMPEG), path, claimed)
    for _ in frames:
        next(given)
    with pytest.raises(UnreadableVideoError if early else StopIteration):
        next(given)


def test_unreadable_image_in_the_middle_is_named(tmp_path, frames):
    folder = write_folder(tmp_path / "clip", frames)
    (folder / "3.png").write_bytes(b"no image")
    video = open_video(str(folder))
    np.testing.assert_array_equal([next(video.frames) for _ in range(2)], frames[:2])
    with pytest.raises(UnreadableImageError, match=r"3.png is not a readable image"):
        next(video.frames)


def test_camera_that_stops(tmp_path, frames):
    # No camera here: a file behind the same interface of OpenCV.
    path = write_file(tmp_path / "clip.avi", frames, "PNG ")
    given = _grab(cv2.VideoCapture(str(path), cv2.CAP_FFMPEG), 2)
    np.testing.assert_array_equal([next(given) for _ in frames], frames)
    with pytest.raises(DeviceError, match="camera 2 gives no frame; check"):
        next(given)


def test_decoders_are_silent(tmp_path, frames):
    cut = write_file(tmp_path / "cut.mp4", frames, "mp4v")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    clean = {name: value for name, value in os.environ.items() if name != "OPENCV_FFMPEG_LOGLEVEL"}
    said = {}
    for before in ("", "silence_decoders();"):
        code = f"from siamloss.demo.video import *; {before} open_video({str(cut)!r})"
        done = subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True, timeout=60)
        said[before], _, ours = done.stderr.partition("Traceback")
        assert "cut.mp4 cannot be read as a video" in ours
    assert "moov atom not found" in said[""]
    assert said["silence_decoders();"] == ""
