"""Track one video with several trackers at once, and write what they did."""

import csv
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from siamloss.demo.draw import Look, View, draw_rows
from siamloss.demo.layout import make_layout
from siamloss.demo.video import Video
from siamloss.demo.write import VideoFile
from siamloss.errors import ConfigError, SiamlossError, StoppedError
from siamloss.geometry.network import InputGeometry
from siamloss.provenance.atomic import atomic_path
from siamloss.tracking.siamfc import SiamFCTracker
from siamloss.training.stop import StopRequest

VIDEO, TABLE = "tracked.mp4", "tracked.csv"
COLUMNS = ("tracker", "frame", "x", "y", "w", "h", "score", "seconds")
RECENT_FRAMES = 25
"""The rate that is drawn is the mean of so many frames."""

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}

Choose = Callable[[np.ndarray], np.ndarray]


@dataclass
class Entrant:
    """A tracker that takes part.

    Attributes
    ----------
    label : its name in the picture and in the table.
    geometry : image sizes of its network, which say how much of the search window its score map covers.
    """

    label: str
    tracker: SiamFCTracker
    geometry: InputGeometry
    look: Look
    recent_s: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT_FRAMES))

    def see(self, image: np.ndarray, start: np.ndarray | None) -> tuple[View, float]:
        """Start on a box, or track one frame further; what is to be drawn, and the seconds it took."""
        begun = time.perf_counter()
        if start is not None:
            self.tracker.init(image, start)
            box, score = start, 0.0
        else:
            box, score = self.tracker.update(image)
        seconds = time.perf_counter() - begun
        if start is None:
            self.recent_s.append(seconds)
        fps = len(self.recent_s) / sum(self.recent_s) if self.recent_s else 0.0
        side = self.tracker.search_side
        covered = side * self.geometry.score_cells * self.geometry.stride_px / self.geometry.search_px
        scores = None if start is not None else self.tracker.score_map
        view = View(self.label, self.look, box, score, fps, scores, self.tracker.search_center, side, covered)
        return view, seconds


@dataclass(frozen=True)
class Followed:
    """What came of it: number of frames, annotated video, table."""

    frames: int
    video: Path
    table: Path


def follow(video: Video, choose: Choose, entrants: list[Entrant], out: Path, frames: int = 0) -> Followed:
    """Track a video and write ``tracked.mp4`` and ``tracked.csv`` to a folder, both whole or not at all.

    Whatever ends the video early (Ctrl-C, an unreadable frame), the files hold the frames before it. A camera runs
    until Ctrl-C. A frame of another size is tracked in its own pixels and drawn in the place of the first.

    Parameters
    ----------
    choose : gives the box float64 ``(4,)``, px, in the first frame.
    entrants : the baseline first, then ours; their labels differ.
    frames : stop after so many; 0 tracks all.

    Raises
    ------
    ConfigError : the video that is to be written is the one that is read, or the folder cannot be written to.
    AnnotationError : no tracking can start on the box; nothing is written.
    EmptySequenceError, UnreadableImageError, DeviceError : the source; what is before it is written.
    StoppedError : Ctrl-C or SIGTERM before the end of a file; what is before it is written.
    VideoWriteError : the video cannot be written; nothing is.
    """
    target, table = out / VIDEO, out / TABLE
    if video.path is not None and target.exists() and target.samefile(video.path):
        raise ConfigError(f"{target} would replace the video that is read; give another folder with --out")
    with closing(video.frames):
        taken_s = time.perf_counter()
        first = next(video.frames)
        box = np.asarray(choose(first), dtype=np.float64)
        seen = [entrant.see(first, box) for entrant in entrants]
        layout = make_layout(first, len(entrants))
        _make_folder(out)
        with (
            StopRequest() as stop,
            atomic_path(target) as movie,
            atomic_path(table) as sheet,
            open(sheet, "w", newline="", encoding="utf-8") as file,
            VideoFile(movie, video.fps) as drawn,
            tqdm(total=frames or video.count, desc=f"track {video.name}", unit="frame", disable=None) as bar,
        ):
            writer = csv.writer(file)
            writer.writerow(COLUMNS)

            def record(frame: int, image: np.ndarray, seen: list[tuple[View, float]], taken_s: float) -> None:
                for view, seconds in seen:
                    values = [*view.box.tolist(), float(view.score), round(seconds, 6)]
                    writer.writerow([view.label, frame, *values])
                number = f"frame {frame} / {video.count - 1}" if video.count else f"frame {frame}"
                drawn.write(draw_rows(image, [view for view, _ in seen], number, layout), taken_s)
                bar.update()

            record(0, first, seen, taken_s)
            done, error = _track(entrants, video.frames, stop, frames, record)
    if error is not None:
        error.args = (f"{error}; frames 0 to {done - 1} are tracked in {out}",)
        raise error
    if stop.number and not video.live:
        raise _stopped(stop.number, done, out)
    return Followed(done, target, table)


def _track(
    entrants: list[Entrant], images: Iterator[np.ndarray], stop: StopRequest, frames: int, record: Callable[..., None]
) -> tuple[int, SiamlossError | None]:
    """Track what comes after the first frame; number of frames that are done, and the error that ended it early."""
    done = 1
    while not stop.number and done != frames:
        try:
            taken_s = time.perf_counter()
            image = next(images, None)
            if image is None:
                break
            seen = [entrant.see(image, None) for entrant in entrants]
        except KeyboardInterrupt:  # the second Ctrl-C, where a camera does not answer
            break
        except SiamlossError as error:
            return done, error
        record(done, image, seen, taken_s)
        done += 1
    return done, None


def _make_folder(out: Path) -> None:
    """The folder to write to; :class:`~siamloss.errors.ConfigError` where that cannot be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        writable = os.access(out, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise ConfigError(f"cannot write to the folder {out}; give another one with --out")


def _stopped(number: int, done: int, out: Path) -> StoppedError:
    name = signal.Signals(number).name
    error = StoppedError(f"{name}: frames 0 to {done - 1} are tracked in {out}; run the same command again for all")
    error.exit_code = EXIT_CODES[number]
    return error
