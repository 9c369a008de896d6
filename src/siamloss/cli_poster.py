"""The poster's figures of any run, sequence and frame, and the training as a film."""

from pathlib import Path
from typing import Annotated

import typer

from siamloss.cli_options import Threads

app = typer.Typer(help=__doc__, no_args_is_help=True)

Run = Annotated[Path, typer.Option(help="Run directory, e.g. results/demo/train/gsl/seed00.")]
Compare = Annotated[Path | None, typer.Option(help="Run directory of a baseline, drawn in the first row.")]
Spec = Annotated[
    Path | None,
    typer.Option(envvar="SIAMLOSS_SPEC", help="Resolved configuration; without it that of the results of the run."),
]
Name = Annotated[str, typer.Option(help="Sequence: its name, DATASET/NAME, or a folder of frames with its annotation.")]
Layout = Annotated[str, typer.Option("--format", help="Layout of such a folder; without it guessed from its files.")]
Width = Annotated[str, typer.Option(help="column, page or inches.")]
Out = Annotated[Path, typer.Option(help="File ending in png, pdf or svg; without an ending all three are written.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]


@app.command()
def fig1(
    run: Run,
    sequence: Name,
    frame: Annotated[int, typer.Option(help="Frame number; the first frame, the exemplar's, is 1.")],
    out: Out,
    compare: Compare = None,
    spec: Spec = None,
    format: Layout = "",
    search: Annotated[
        str, typer.Option(help="tracked: what the tracker saw; truth: a search image around the true target.")
    ] = "tracked",
    width: Width = "page",
    pairs: Annotated[bool, typer.Option(help="Also the scores of all validation pairs of the run.")] = True,
    threads: Threads = 0,
    device: Device = "auto",
) -> None:
    """Exemplar and search branch, score map, and the Gaussians of its scores, for one frame."""
    from siamloss.lease import hold_device
    from siamloss.report.poster import make_fig1, save_poster

    hold_device(device, "poster")
    figure = make_fig1(run, sequence, frame, compare, spec, format, search, width, pairs, threads, device)
    typer.echo(" ".join(map(str, save_poster(figure, out))))


@app.command()
def animate(
    run: Run,
    out: Annotated[Path, typer.Option(help="File ending in mp4, gif or png (a still); without an ending all three.")],
    compare: Compare = None,
    spec: Spec = None,
    pair: Annotated[int, typer.Option(help="Validation pair that is shown, from 1.")] = 1,
) -> None:
    """The training as a film: a score map and both Gaussians after every epoch, d' and overlap drawn along."""
    from siamloss.report.poster import make_animation

    typer.echo(" ".join(map(str, make_animation(run, out, compare, spec, pair))))


@app.command()
def qualitative(
    run: Run,
    sequence: Name,
    frames: Annotated[str, typer.Option(help="Frame numbers, e.g. 10,40,80; the first frame is 1.")],
    out: Out,
    compare: Compare = None,
    spec: Spec = None,
    format: Layout = "",
    width: Width = "page",
    threads: Threads = 0,
    device: Device = "auto",
) -> None:
    """Frames of a sequence with the boxes of one run, or of a baseline above it."""
    from siamloss.lease import hold_device
    from siamloss.report.poster import make_qualitative, save_poster

    hold_device(device, "poster")
    figure = make_qualitative(run, sequence, frames, compare, spec, format, width, threads, device)
    typer.echo(" ".join(map(str, save_poster(figure, out))))
