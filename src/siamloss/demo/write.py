"""Writing an mp4 file frame by frame, and seeing that it arrived."""

from pathlib import Path
from types import TracebackType

import cv2
import numpy as np

from siamloss.errors import VideoWriteError

CODEC = "mp4v"
"""MPEG-4 part 2: the wheel of OpenCV has no H.264 encoder, and its VP9 takes 40 times as long."""

FINE_RATE = 65.0
"""Up to here a rate is written with its decimals; the codec's time base has no room for those of higher ones."""

MEASURED_FRAMES = 10
"""A rate that is not known is measured over this many frames."""


class VideoFile:
    """An mp4 file, opened with the first frame, whose size all others have.

    Parameters
    ----------
    path : ending in ``.mp4``.
    fps : frames per second; None measures it from the times of the first frames, which are held back until then.

    Raises
    ------
    VideoWriteError : it cannot be opened, or what arrived on the disk are not the frames that were written.
    """

    def __init__(self, path: Path, fps: float | None) -> None:
        self._path, self._fps = path, fps
        self._held: list[tuple[np.ndarray, float]] = []
        self._writer: cv2.VideoWriter | None = None
        self._written = 0

    def __enter__(self) -> "VideoFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        elif self._writer is not None:
            self._writer.release()

    def write(self, image: np.ndarray, time_s: float = 0.0) -> None:
        """Append an RGB uint8 ``(H, W, 3)`` frame; an odd side gets one more row or column of its last one.

        Parameters
        ----------
        time_s : when the frame was taken; only used where the rate is to be measured.
        """
        height, width = image.shape[:2]
        # An encoder drops the last row or column of an odd size without a word.
        padded = cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        self._held.append((cv2.cvtColor(padded, cv2.COLOR_RGB2BGR), time_s))
        if self._fps is not None or len(self._held) >= MEASURED_FRAMES:
            self._flush()

    def close(self) -> None:
        """Finish the file and check it."""
        if self._held:
            self._flush()
        if self._writer is None:
            return
        self._writer.release()
        found = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        count = int(found.get(cv2.CAP_PROP_FRAME_COUNT)) if found.isOpened() else 0
        found.release()
        if count != self._written:
            raise VideoWriteError(
                f"{count} of {self._written} frames arrived in {self._path.parent}; free some space and try again"
            )

    def _flush(self) -> None:
        if self._writer is None:
            self._fps = self._fps or measured_rate([time_s for _, time_s in self._held])
            if self._fps > FINE_RATE:
                self._fps = float(round(self._fps))
            height, width = self._held[0][0].shape[:2]
            fourcc = cv2.VideoWriter_fourcc(*CODEC)
            self._writer = cv2.VideoWriter(str(self._path), cv2.CAP_FFMPEG, fourcc, self._fps, (width, height))
            if not self._writer.isOpened():
                raise VideoWriteError(
                    f"cannot write a {width}x{height} mp4 video in {self._path.parent}; "
                    "check that the folder can be written to and that OpenCV has its FFmpeg part"
                )
        for frame, _ in self._held:
            self._writer.write(frame)
        self._written += len(self._held)
        self._held = []


def measured_rate(times_s: list[float]) -> float:
    """Frames per second of these times, held to 1..60."""
    span = times_s[-1] - times_s[0]
    return float(np.clip((len(times_s) - 1) / span, 1.0, 60.0)) if span > 0 else 25.0
