"""The verb ``siamloss demo``: runs by their folders, a video, a box."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from siamloss.demo.choose import choose_box, require_screen
from siamloss.demo.draw import BASELINE, OURS, Look
from siamloss.demo.follow import Choose, Entrant, Followed, follow
from siamloss.demo.video import open_video, silence_decoders
from siamloss.errors import ConfigError
from siamloss.geometry.network import GEOMETRY
from siamloss.tracking.load import newest_run, open_run
from siamloss.training.run import read_facts, read_network


def run_demo(
    source: str,
    init: str | None = None,
    run: Path | None = None,
    compare: Path | None = None,
    out: Path | None = None,
    frames: int = 0,
    threads: int = 0,
    device: str = "auto",
    results: Path = Path("results"),
    say: Callable[[str], None] = print,
) -> Followed:
    """Track a video with one run, or with two to compare, and draw what they do.

    Parameters
    ----------
    source : video file, folder of images, or index of a camera; see :func:`siamloss.demo.video.open_video`.
    init : ``x,y,w,h`` px, 0-based, in the first frame; None lets the user draw the box.
    run : run directory of the last row; None takes the newest in ``results``.
    compare : run directory of a first row, the baseline.
    out : folder to write to; None is ``<results>/try/<name of the video>``.
    frames : stop after so many; 0 tracks all.
    threads, device : see :func:`siamloss.tracking.load.open_run`.
    say : told which run is used, where none was given.

    Raises
    ------
    ConfigError : the box cannot be read or drawn; a run would be compared with itself.
    MissingDataError, CorruptError : there is no such run, or it is damaged.
    Others : see :func:`siamloss.demo.video.open_video` and :func:`siamloss.demo.follow.follow`.
    """
    box = parse_box(init) if init is not None else None
    silence_decoders()
    video = open_video(source)
    if run is None:
        run = newest_run(results)
        say(f"run {run}, the newest in {results}")
    runs = [run] if compare is None else [compare, run]
    names = labels(runs)
    if box is None:
        require_screen()
    looks = [OURS] if compare is None else [BASELINE, OURS]
    entrants = [
        _enter(folder, name, look, threads, device) for folder, name, look in zip(runs, names, looks, strict=True)
    ]
    choose: Choose = choose_box if box is None else lambda image: box
    return follow(video, choose, entrants, out or results / "try" / video.name, frames)


def parse_box(text: str) -> np.ndarray:
    """Box float64 ``(4,)`` of the text ``x,y,w,h``.

    Raises
    ------
    ConfigError : it is not four finite numbers with a width and a height above 0.
    """
    try:
        box = np.array([float(part) for part in text.split(",")], dtype=np.float64)
    except ValueError:
        box = np.zeros(0)
    if box.shape != (4,) or not np.isfinite(box).all() or (box[2:] <= 0).any():
        raise ConfigError(f"'{text}' is no box; write x,y,w,h in pixels, for example --init 120,80,64,48")
    return box


def labels(runs: list[Path]) -> list[str]:
    """Names for runs, all different: variant and seed; where these are the same with the profile, or the folders.

    Raises
    ------
    ConfigError : a run would be compared with itself.
    """
    if len({folder.resolve() for folder in runs}) < len(runs):
        raise ConfigError(f"{runs[0]} would be compared with itself; give another run with --run or --compare")
    facts = [read_facts(folder) for folder in runs]
    names = [f"{fact.get('variant', 'run')} seed {fact.get('seed', '?')}" for fact in facts]
    above = [[*folder.resolve().parents[:3]][-1].name for folder in runs]  # the profile, for runs of the DAG
    with_profile = [f"{name} of {folder}" for name, folder in zip(names, above, strict=True)]
    choices = (names, with_profile, list(map(str, runs)))
    return next(choice for choice in choices if len(set(choice)) == len(runs))


def _enter(folder: Path, name: str, look: Look, threads: int, device: str) -> Entrant:
    tracker = open_run(folder, threads=threads, device=device)
    return Entrant(name, tracker, GEOMETRY[read_network(folder)[0].backbone], look)
