"""The verb that writes a run for other runtimes."""

from pathlib import Path
from typing import Annotated

import typer

from siamloss.cli_options import Run

app = typer.Typer()


@app.command()
def export(
    run: Run,
    out: Annotated[Path, typer.Option(help="Folder to write; appears whole or not at all.")],
    opset: Annotated[int, typer.Option(help="ONNX operator set, 13 to 23.")] = 17,
) -> None:
    """Write a run as ONNX models with its tracker's constants, checked against PyTorch in onnxruntime."""
    from siamloss.export.job import export_run

    found = export_run(run, out, opset)
    typer.echo(f"{out}: score maps of onnxruntime within {found:.1e} of PyTorch's, as a share of their range")
