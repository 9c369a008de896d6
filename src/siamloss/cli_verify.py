"""The verb that compares data, crop stores and runs with what was written down about them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siamloss.errors import ConfigError

if TYPE_CHECKING:
    from siamloss.data.copied import Copy

app = typer.Typer()


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(help="Folder with a manifest.json, a dataset's manifest, or your own copy.")],
    dataset: Annotated[
        str | None,
        typer.Option(help="What the folder should be, a name of the catalogue; compares counts and names."),
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
    from siamloss.data.copied import check_copy, find_dataset
    from siamloss.provenance.manifest import NAME

    wanted = find_dataset(dataset, datasets) if dataset is not None else None
    if path.is_dir() and not (path / NAME).exists() and wanted is not None:
        copy = check_copy(path, wanted, sources, threads or None)
        if json is not None:
            _write_json(json, _facts_of(copy))
        _require_whole(copy)
        if write:
            _write_manifest(path, copy)
        return
    if write:
        raise ConfigError(f"--write is for a copy without {NAME}, and needs --dataset; leave it out")
    from siamloss.crops.verify import verify_any

    verdict = verify_any(path, threads or None)
    if json is not None:
        _write_json(json, verdict.facts())
    for line in verdict.lines():
        typer.echo(line)
    verdict.require_whole()
    typer.echo(verdict.summary())
    if wanted is not None:
        copy = check_copy(Path(verdict.path), wanted, sources, threads or None)
        if json is not None:
            _write_json(json, {**verdict.facts(), "copy": _facts_of(copy), "whole": not copy.faults})
        _require_whole(copy)


def _facts_of(copy: "Copy") -> dict[str, object]:
    from dataclasses import asdict

    return {**asdict(copy), "whole": not copy.faults}


def _write_json(path: Path, facts: dict[str, object]) -> None:
    from json import dumps

    from siamloss.provenance.atomic import write_text

    write_text(path, dumps(facts, indent=1) + "\n")


def _require_whole(copy: "Copy") -> None:
    """Print the first faults and raise the first of them, or say that there is none."""
    from siamloss.data.verify import SHOWN

    for line in copy.faults[:SHOWN]:
        typer.echo(line)
    copy.require_whole()
    typer.echo(copy.summary())


def _write_manifest(root: Path, copy: "Copy") -> None:
    from siamloss.data.copied import write_copy_manifest

    files = write_copy_manifest(root, copy)["files"]
    typer.echo(f"{root / 'manifest.json'}: {len(files)} files")
