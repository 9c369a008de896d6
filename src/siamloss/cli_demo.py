"""The verb that shows tracking on a video of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from siamloss.cli_options import Threads

app = typer.Typer()


@app.command()
def demo(
    video: Annotated[str, typer.Argument(help="Video file, folder of images, or index of a camera.")],
    init: Annotated[
        str | None, typer.Option(help="Box in the first frame: x,y,w,h in pixels, 0-based. Without it you draw it.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="Run directory. Without it the newest in results/.")] = None,
    compare: Annotated[Path | None, typer.Option(help="Run directory of a baseline, drawn in the first row.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for tracked.mp4 and tracked.csv. Without it results/try/<name>.")
    ] = None,
    frames: Annotated[int, typer.Option(min=0, help="Stop after so many frames; 0 tracks all.")] = 0,
    threads: Threads = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Track a video and draw boxes and score maps; with --compare two runs, the baseline in the first row."""
    from siamloss.demo.run import run_demo
    from siamloss.lease import hold_device

    hold_device(device, "demo")
    done = run_demo(video, init, run, compare, out, frames, threads, device, say=typer.echo)
    typer.echo(f"{done.frames} frames: {done.video} {done.table}")
