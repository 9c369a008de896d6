"""The verb that draws synthetic videos without a profile."""

from pathlib import Path
from typing import Annotated

import typer

from siamloss.errors import ConfigError

app = typer.Typer()


@app.command()
def draw(
    out: Annotated[Path, typer.Argument(help="Folder to write; must not exist.")],
    layout: Annotated[str, typer.Option("--format", help="otb, vot or got10k.")] = "otb",
    preset: Annotated[str, typer.Option(help="demo, ablation or stress.")] = "demo",
    knob: Annotated[
        list[str] | None, typer.Option(help="name=value, such as similarity=0.9; several times. See docs/synthetic.md.")
    ] = None,
    sequences: Annotated[int | None, typer.Option(help="Instead of the preset's.")] = None,
    frames: Annotated[int | None, typer.Option(help="Of each sequence, instead of the preset's.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws other videos.")] = 0,
    attributes: Annotated[str, typer.Option(help="Given to every sequence, such as OCC,BC; empty: dealt out.")] = "",
    photos: Annotated[str, typer.Option(help="Folder of photographs for the backgrounds.")] = "",
    cutouts: Annotated[str, typer.Option(help="Folder of PNG cut-outs with transparency for the objects.")] = "",
    role: Annotated[str, typer.Option(help="train, val or test; each has videos of its own.")] = "test",
) -> None:
    """Draw synthetic videos with exact annotations in the layout of a benchmark."""
    from siamloss.config import Dataset
    from siamloss.config_build import build
    from siamloss.config_io import with_preset
    from siamloss.data.synthetic import write_dataset
    from siamloss.provenance.atomic import atomic_folder
    from siamloss.provenance.manifest import write_manifest

    if out.exists():
        raise ConfigError(f"{out} exists; give another folder")
    own = {"sequences": sequences, "frames": frames}
    synthetic = {
        "preset": preset,
        "seed": seed,
        "knobs": dict(map(_setting, knob or [])),
        "attributes": [name for name in attributes.split(",") if name],
        "photos": photos,
        "cutouts": cutouts,
        **{key: value for key, value in own.items() if value is not None},
    }
    raw = with_preset({"format": layout, "role": role, "synthetic": synthetic}, out.name)
    dataset = build(Dataset, {**raw, "name": out.name}, where="draw")
    with atomic_folder(out) as temporary:
        write_dataset(dataset, temporary, progress=True)
        write_manifest(temporary, drawn=raw["synthetic"], format=layout, role=role)
    typer.echo(f"{out}: {dataset.synthetic.sequences} sequences of {dataset.synthetic.frames} frames, {layout} layout")


def _setting(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError as error:
        raise ConfigError(f"--knob {text} is not name=value with a number; write for example similarity=0.9") from error
