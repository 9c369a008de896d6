"""Verbs that exchange weights with siamfc-pytorch."""

from pathlib import Path
from typing import Annotated

import typer

from siamloss.cli_options import Out, Run

app = typer.Typer()


@app.command(name="import-weights")
def import_weights(
    file: Annotated[Path, typer.Argument(help="State dict of siamfc-pytorch: a .pth or .safetensors file.")],
    out: Annotated[Path, typer.Option(help="Run directory to write; appears whole or not at all.")],
    name: Annotated[str, typer.Option(help="What to call it in run.json, as the variant.")] = "imported",
) -> None:
    """Make a run directory of published weights in siamfc-pytorch's layout."""
    from siamloss.training.imported import import_weights

    import_weights(file, out, name)
    typer.echo(f"{out}: weights of {file.name} as run '{name}'; try: siamloss demo VIDEO --run {out}")


@app.command(name="export-weights")
def export_weights(run: Run, out: Out) -> None:
    """Write a run's weights as a .pth file that siamfc-pytorch loads."""
    from siamloss.training.imported import export_weights

    lost = export_weights(run, out)
    typer.echo("; ".join([f"{out}: weights of {run} for siamfc-pytorch", *lost]))
