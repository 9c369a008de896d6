"""The verb that writes a run for other runtimes."""

from pathlib import Path
from typing import Annotated

import typer

from siamloss.cli_options import Run, experiment_of

app = typer.Typer()


@app.command()
def export(
    run: Run,
    out: Annotated[Path, typer.Option(help="Folder to write; appears whole or not at all.")],
    spec: Annotated[Path | None, typer.Option(help="Take the tracker's constants of it; else SiamFC-3s.")] = None,
    opset: Annotated[int, typer.Option(help="ONNX operator set, 13 to 23.")] = 17,
) -> None:
    """Write a run as ONNX models with its tracker's constants, checked against PyTorch in onnxruntime."""
    from siamloss.export.job import export_run

    track = None if spec is None else experiment_of(spec).track
    found = export_run(run, out, opset, track)
    typer.echo(f"{out}: score maps of onnxruntime within {found:.1e} of PyTorch's, as a share of their range")
