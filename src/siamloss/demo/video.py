"""Frames of a video file, of a folder of images, or of a camera, behind one iterator."""

import math
import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from siamloss.data.sequence import read_image
from siamloss.data.text import list_frames
from siamloss.errors import DeviceError, EmptySequenceError, MissingDataError, UnreadableVideoError

DEFAULT_FPS = 25.0
"""For folders, and for files that do not say it."""

INNER_FOLDERS = ("img", "color")
"""Where OTB and VOT keep the images of a sequence."""

Frames = Generator[np.ndarray, None, None]


@dataclass(frozen=True)
class Video:
    """Frames in time order, and what is known of them before they are read.

    Attributes
    ----------
    name : of the file without its ending, of the folder, or ``camera<N>``.
    frames : RGB uint8 ``(H, W, 3)``; the sizes may differ. Closing it frees the file or the camera.
    count : number of frames; None where it is not known.
    fps : frames per second; None for a camera, whose rate is that of whoever reads it.
    path : file or folder; None for a camera.
    """

    name: str
    frames: Frames
    count: int | None
    fps: float | None
    path: Path | None

    @property
    def live(self) -> bool:
        """A camera: it has no end of its own."""
        return self.path is None


def open_video(source: str) -> Video:
    """Open a video file, a folder of images, or a camera.

    Parameters
    ----------
    source : path of a file; path of a folder with images in it, or in its ``img/`` or ``color/``, in natural order (2
        before 10); a bare integer, the index of a camera (a folder of that name is ``./0``).

    Notes
    -----
    Gray images become three equal channels, of 16 bits the upper eight are kept, transparency is dropped.

    Raises
    ------
    MissingDataError : there is no such file or folder.
    EmptySequenceError : a folder without images; a video without frames, when it is read.
    UnreadableVideoError : the file is no video; one that ends early, when it is read.
    UnreadableImageError : an image cannot be decoded, when it is read.
    DeviceError : there is no such camera, or it stops giving frames.
    """
    if source.isdecimal():
        return _open_camera(int(source))
    path = Path(source)
    if path.is_dir():
        return _open_folder(path)
    if not path.exists():
        raise MissingDataError(f"there is no {path}; give a video file, a folder of images or the index of a camera")
    return _open_file(path)


def silence_decoders() -> None:
    """Keep OpenCV and FFmpeg from writing to the screen: what goes wrong is said in one line of our own."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def _open_folder(folder: Path) -> Video:
    inner = (folder / name for name in INNER_FOLDERS)
    for place in (folder, *(path for path in inner if path.is_dir())):
        paths = list_frames(place, natural=True)
        if paths:
            frames = (read_image(path) for path in paths)
            return Video(folder.resolve().name, frames, len(paths), DEFAULT_FPS, folder)
    raise EmptySequenceError(f"{folder} holds no image (jpg, png or bmp); give the folder of one video's images")


def _open_file(path: Path) -> Video:
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise UnreadableVideoError(
            f"{path} cannot be read as a video; restore it, convert it to mp4, or give a folder of its images"
        )
    count, fps = capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)
    known = int(count) if math.isfinite(count) and count > 0 else None
    usable = math.isfinite(fps) and 1 <= fps <= 240
    return Video(path.stem, _decode(capture, path, known), known, fps if usable else DEFAULT_FPS, path)


def _decode(capture: cv2.VideoCapture, path: Path, count: int | None) -> Frames:
    """Frames of a file.

    Containers state their count, some a frame or two too high: a video ends early where more than 2 and more than 1 %
    are missing.
    """
    read = 0
    try:
        while True:
            found, image = capture.read()
            if not found:
                break
            read += 1
            yield cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    finally:
        capture.release()
    if not read:
        raise EmptySequenceError(f"{path} holds no frame; restore it from its source")
    if count is not None and count - read > max(2, count / 100):
        raise UnreadableVideoError(f"{path} ends after {read} of its {count} frames; restore it from its source")


def _open_camera(index: int) -> Video:
    capture = cv2.VideoCapture(index)
    if not capture.isOpened():
        raise DeviceError(f"there is no camera {index}; plug one in, or give a video file or a folder of images")
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest frame, not one that waited while the last was tracked
    return Video(f"camera{index}", _grab(capture, index), None, None, None)


def _grab(capture: cv2.VideoCapture, index: int) -> Frames:
    try:
        while True:
            found, image = capture.read()
            if not found:
                raise DeviceError(f"camera {index} gives no frame; check its cable and whether another program uses it")
            yield cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    finally:
        capture.release()
