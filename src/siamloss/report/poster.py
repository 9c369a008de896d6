"""The verbs ``siamloss poster fig1`` and ``siamloss poster qualitative``: from folders and names to figures."""

from collections.abc import Sequence as Seq
from pathlib import Path

from matplotlib.figure import Figure

from siamloss.errors import ConfigError
from siamloss.report import style
from siamloss.report.animation import read_films, write_animation
from siamloss.report.moment import require_target
from siamloss.report.poster_fig1 import draw_moment
from siamloss.report.poster_source import find_footage, open_eyes, run_labels, scores_of, spec_of
from siamloss.report.qualitative import Row, draw_qualitative
from siamloss.tracking.watched import follow_watched

DPI = 300
NARROWEST_IN, WIDEST_IN = 2.5, 40.0
SEARCHES = ("tracked", "truth")


def runs_of(run: Path, compare: Path | None) -> list[Path]:
    """The baseline first, then ours."""
    return [run] if compare is None else [compare, run]


def parse_width(text: str) -> float:
    """Inches of ``column``, ``page`` or a number.

    Raises
    ------
    ConfigError : none of these, or too narrow or wide to draw.
    """
    try:
        width = style.WIDTHS.get(text) or float(text)
    except ValueError:
        width = 0.0
    if not NARROWEST_IN <= width <= WIDEST_IN:
        raise ConfigError(
            f"width '{text}' is no width; write column, page or inches from {NARROWEST_IN:g} to {WIDEST_IN:g}"
        )
    return width


def parse_frames(text: str) -> list[int]:
    """0-based frames of numbers such as ``10,40``, which count from 1 as the benchmarks do.

    Raises
    ------
    ConfigError : not a list of whole numbers.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise ConfigError(f"frames '{text}' are no list of frame numbers; write for example 10,40,80")
    return [int(part) - 1 for part in parts]


def make_fig1(
    run: Path,
    sequence: str,
    frame: int,
    compare: Path | None = None,
    spec: Path | None = None,
    layout: str = "",
    search: str = "tracked",
    width: str = "page",
    pairs: bool = True,
    threads: int = 0,
    device: str = "auto",
) -> Figure:
    """The poster's Fig. 1 for a frame of a sequence.

    Parameters
    ----------
    run, compare : run directories; the second is the baseline, drawn in the first row.
    sequence, spec, layout : see :func:`siamloss.report.poster_source.find_footage`.
    frame : number from 1.
    search : ``tracked`` shows what the tracker saw when it got there, ``truth`` a search image about the true target.
    width : ``column``, ``page`` or inches.
    pairs : also the scores of the run's validation pairs, where they are known.

    Raises
    ------
    ConfigError, UnknownNameError, MissingDataError, CorruptError : what is asked for is not there; named in one line.
    """
    if search not in SEARCHES:
        raise ConfigError(f"unknown search '{search}'; choose one of: {', '.join(SEARCHES)}")
    width_in, runs = parse_width(width), runs_of(run, compare)
    experiment = spec_of(run, spec)
    footage = find_footage(sequence, experiment, layout)
    require_target(footage.sequence, frame - 1)
    eyes = open_eyes(runs, experiment, threads, device)
    if search == "tracked":
        moments = [eye.tracked(footage.sequence, footage.layout, frame - 1) for eye in eyes]
    else:
        moments = [eye.centred(footage.sequence, frame - 1) for eye in eyes]
    pooled = [scores_of(folder) if pairs else None for folder in runs]
    title = f"{footage.title}, frame {frame}"
    return draw_moment(moments, [eye.label for eye in eyes], pooled, title, width_in)


def make_qualitative(
    run: Path,
    sequence: str,
    frames: str,
    compare: Path | None = None,
    spec: Path | None = None,
    layout: str = "",
    width: str = "page",
    threads: int = 0,
    device: str = "auto",
) -> Figure:
    """Frames of a sequence with the boxes of one run, or of two to compare; they are tracked now.

    Raises
    ------
    ConfigError, UnknownNameError, MissingDataError, CorruptError : as :func:`make_fig1`.
    """
    width_in, runs, wanted = parse_width(width), runs_of(run, compare), parse_frames(frames)
    experiment = spec_of(run, spec)
    footage = find_footage(sequence, experiment, layout)
    count = len(footage.sequence)
    outside = [frame + 1 for frame in wanted if not 0 <= frame < count]
    if outside:
        raise ConfigError(f"'{footage.sequence.name}' has no frame {outside[0]}; choose frames from 1 to {count}")
    eyes = open_eyes(runs, experiment, threads, device)
    colors = [style.OURS] if compare is None else [style.BASELINE, style.OURS]
    rows = [
        Row(eye.label, follow_watched(eye.tracker, footage.layout, footage.sequence)[0], color)
        for eye, color in zip(eyes, colors, strict=True)
    ]
    return draw_qualitative(footage.sequence, rows, wanted, footage.title, width_in)


def make_animation(
    run: Path, out: Path, compare: Path | None = None, spec: Path | None = None, pair: int = 1
) -> list[Path]:
    """The training of one run, or of two to compare, as a film; see :func:`siamloss.report.animation.write_animation`.

    Parameters
    ----------
    pair : number of the validation pair that is shown, from 1.

    Raises
    ------
    ConfigError, MissingDataError, CorruptError, DivergedError : what is asked for is not there.
    """
    runs = runs_of(run, compare)
    names = run_labels(runs, spec_of(run, spec))
    return write_animation(read_films(runs, names, [scores_of(folder) for folder in runs], pair - 1), out)


def save_poster(figure: Figure, out: Path) -> Seq[Path]:
    """Save at 300 dpi: one file where the name ends in a format, else PNG, PDF and SVG."""
    if out.suffix[1:].lower() in style.FORMATS:
        return [style.save_as(figure, out, DPI)]
    return style.save(figure, out, DPI)
