"""The verb that compares data, crop stores and runs with what was written down about them."""

from pathlib import Path
from typing import Annotated

import typer

from siamloss.errors import ConfigError

app = typer.Typer()


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(help="Folder with a manifest.json, a dataset's manifest, or your own copy.")],
    dataset: Annotated[
        str | None, typer.Option(help="What a copy without manifest should be: a name of the catalogue.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the manifest of a copy that is whole.")] = False,
    threads: Annotated[int, typer.Option(min=0, help="Threads that read; 0: one per CPU, at most 8.")] = 0,
    json: Annotated[Path | None, typer.Option("--json", help="Also write all that was found.")] = None,
    datasets: Annotated[Path, typer.Option(help="Catalogue of datasets.")] = Path("config/datasets.yaml"),
    sources: Annotated[Path, typer.Option(help="Catalogue of sources, with known counts.")] = Path(
        "config/sources.yaml"
    ),
) -> None:
    """Re-read every byte of a dataset, crop store or run and list what was changed, removed or added."""
    from siamloss.provenance.manifest import NAME

    if path.is_dir() and not (path / NAME).exists() and dataset is not None:
        _check_copy(path, dataset, write, threads or None, json, datasets, sources)
        return
    if write:
        raise ConfigError(f"--write is for a copy without {NAME}, and needs --dataset; leave it out")
    from siamloss.crops.verify import verify_any
    from siamloss.data.verify import write_verdict

    verdict = verify_any(path, threads or None)
    if json is not None:
        write_verdict(json, verdict)
    for line in verdict.lines():
        typer.echo(line)
    verdict.require_whole()
    typer.echo(verdict.summary())


def _check_copy(
    root: Path, name: str, write: bool, threads: int | None, out: Path | None, datasets: Path, sources: Path
) -> None:
    import json
    from dataclasses import asdict

    from siamloss.data.copied import check_copy, find_dataset, write_copy_manifest
    from siamloss.data.verify import SHOWN
    from siamloss.provenance.atomic import write_text

    copy = check_copy(root, find_dataset(name, datasets), sources, threads)
    if out is not None:
        write_text(out, json.dumps({**asdict(copy), "whole": not copy.faults}, indent=1) + "\n")
    for line in copy.faults[:SHOWN]:
        typer.echo(line)
    copy.require_whole()
    typer.echo(copy.summary())
    if write:
        files = write_copy_manifest(root, copy)["files"]
        typer.echo(f"{root / 'manifest.json'}: {len(files)} files")
