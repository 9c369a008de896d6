"""The film of a training as mp4 and GIF, and its last picture as a still."""

import io
from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Seq
from dataclasses import replace
from pathlib import Path

import numpy as np

from siamloss.config import Experiment
from siamloss.demo.write import VideoFile
from siamloss.errors import ConfigError, MissingDataError
from siamloss.metrics.scores_file import Scores, read_scores
from siamloss.paths import Home
from siamloss.provenance.atomic import atomic_path, write_bytes
from siamloss.report import style
from siamloss.report.training_film import MAPS, Film, read_epoch_maps, read_film
from siamloss.report.training_screen import WIDTH_IN, Screen
from siamloss.runs import compared

FPS = 20
FILM_PX, GIF_PX = 960, (800, 720, 640, 560, 480, 400)
MOST_BYTES = 5_000_000
STILL_DPI = 300
MOVING = 60
"""Pictures between epochs in the whole film, about; each epoch itself is one more."""

REST_S, END_S = 0.35, 2.0
"""How long an epoch stands still, and the last one."""

FILMS, STILL = (".mp4", ".gif"), ".png"


def animate_compared(experiment: Experiment, home: Home, folder: Path) -> list[Path]:
    """The film of the baseline and of ours, first seed, as mp4 and GIF; nothing where one kept no maps by epoch."""
    names = [name for name, _ in compared(experiment)]
    runs = [home.run(*run) for run in compared(experiment)]
    files = [home.scores(*run) for run in compared(experiment)]
    if not all(path.is_file() for path in (*files, *(run / MAPS for run in runs))):
        return []
    scores = [read_scores(path) for path in files]
    if not all(read_epoch_maps(run, found.labels) for run, found in zip(runs, scores, strict=True)):
        return []
    films = read_films(runs, [experiment.variant(name).label for name in names], scores)
    out = folder / f"training-film-{names[0]}-and-{names[1]}"
    return _write(films, {kind: style.beside(out, kind) for kind in FILMS})


def read_films(runs: Seq[Path], labels: Seq[str], scores: Seq[Scores | None], pair: int = 0) -> list[Film]:
    """Films of the same epochs, those that all runs kept.

    Raises
    ------
    MissingDataError : a run without a file of score maps, whose images are shown.
    ConfigError : the runs kept no epoch in common.
    Others : see :func:`siamloss.report.training_film.read_film`.
    """
    films = []
    for run, label, found in zip(runs, labels, scores, strict=True):
        if found is None:
            raise MissingDataError(
                f"the images that belong to {run} are missing; run snakemake for its profile, which writes scores/"
            )
        films.append(read_film(run, label, found, pair))
    common = [epoch for epoch in films[0].epochs if all(epoch in film.epochs for film in films)]
    if not common:
        raise ConfigError(f"{runs[0]} and {runs[-1]} kept no epoch in common; choose runs of one profile")
    return [_of_epochs(film, common) for film in films]


def _of_epochs(film: Film, epochs: Seq[int]) -> Film:
    """The film with these epochs only."""
    kept = [film.epochs.index(epoch) for epoch in epochs]
    names = ("maps", "moments", "heights", "overlap", "dprime")
    return replace(film, epochs=tuple(epochs), **{name: getattr(film, name)[kept] for name in names})


def positions(count: int) -> list[tuple[float, float]]:
    """Position and seconds of every picture of a film of so many epochs.

    Between two epochs the movement starts and ends gently; many epochs have nothing between them.
    """
    between = round(MOVING / max(count - 1, 1))
    steps = (np.arange(between) + 1) / (between + 1)
    gentle = steps * steps * (3 - 2 * steps)
    rest = REST_S if between > 1 else 2 / FPS
    shown: list[tuple[float, float]] = []
    for epoch in range(count):
        shown.append((float(epoch), END_S if epoch == count - 1 else rest))
        if epoch < count - 1:
            shown += [(epoch + float(share), 1 / FPS) for share in gentle]
    return shown


def write_animation(films: Seq[Film], out: Path) -> list[Path]:
    """Write the film: one file where the name ends in mp4, gif or png, else all three.

    Parameters
    ----------
    films : the baseline first, then ours, of the same epochs.
    out : file, or name without an ending.

    Raises
    ------
    VideoWriteError : the mp4 file cannot be written.
    """
    ending = out.suffix.lower()
    kinds = [ending] if ending in (*FILMS, STILL) else [*FILMS, STILL]
    targets = {kind: out if kind == ending else style.beside(out, kind) for kind in kinds}
    return _write(films, targets)


def _write(films: Seq[Film], targets: Mapping[str, Path]) -> list[Path]:
    """The film in these formats; its pictures are drawn once."""
    screen = Screen(films)
    shown = positions(len(films[0].epochs))
    if set(targets) & set(FILMS):
        pictures = list(_pictures(screen, shown))
        seconds = [each for _, each in shown]
        if ".mp4" in targets:
            _write_mp4(targets[".mp4"], pictures, seconds)
        if ".gif" in targets:
            write_bytes(targets[".gif"], encode_gif(pictures, seconds))
    if STILL in targets:
        screen.show(shown[-1][0])
        style.save_as(screen.figure, targets[STILL], STILL_DPI)
    return list(targets.values())


def _pictures(screen: Screen, shown: Seq[tuple[float, float]]) -> Iterator[np.ndarray]:
    for position, _ in shown:
        screen.show(position)
        yield screen.picture(round(FILM_PX / WIDTH_IN))


def _write_mp4(path: Path, pictures: Seq[np.ndarray], seconds: Seq[float]) -> None:
    with atomic_path(path) as temporary, VideoFile(temporary, float(FPS)) as video:
        for picture, duration in zip(pictures, seconds, strict=True):
            for _ in range(round(duration * FPS)):
                video.write(picture)


def encode_gif(pictures: Seq[np.ndarray], seconds: Seq[float], most: int = MOST_BYTES) -> bytes:
    """A GIF that is played for ever, as large as its bytes allow.

    Parameters
    ----------
    most : bytes; the pictures are made smaller until they fit, the smallest size is taken in any case.
    """
    data = b""
    for width in GIF_PX:
        data = _encode(pictures, seconds, width)
        if len(data) <= most:
            break
    return data


def _encode(pictures: Seq[np.ndarray], seconds: Seq[float], width: int) -> bytes:
    """One palette for all pictures, made of some of them, so that nothing flickers."""
    from PIL import Image

    height = round(len(pictures[0]) * width / len(pictures[0][0]))
    images = [Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS) for picture in pictures]
    some = np.unique(np.linspace(0, len(images) - 1, 6).round().astype(int))
    sheet = Image.fromarray(np.concatenate([np.asarray(images[index]) for index in some]))
    palette = sheet.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    frames = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    durations = [round(1000 * each) for each in seconds]
    buffer = io.BytesIO()
    frames[0].save(
        buffer, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0, disposal=1, optimize=False
    )
    return buffer.getvalue()
