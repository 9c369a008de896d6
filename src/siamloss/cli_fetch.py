"""The verb that fetches datasets."""

from pathlib import Path
from typing import Annotated

import typer

from siamloss.errors import ConfigError

app = typer.Typer()


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Source of config/sources.yaml, such as otb100.")] = "",
    root: Annotated[Path, typer.Option(help="Folder of all data: the profile's data_root.")] = Path("data"),
    url: Annotated[
        list[str] | None, typer.Option(help="Address to use instead of the catalogue's; repeatable.")
    ] = None,
    archive: Annotated[
        list[Path] | None, typer.Option(help="Archive that is here, or a folder of such; repeatable.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=32, help="Archives that are downloaded at a time.")] = 4,
    sequences: Annotated[str, typer.Option(help="Only these sequences, with commas between.")] = "",
    keep_archives: Annotated[bool, typer.Option(help="Keep downloaded archives after they are unpacked.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the sources and what is there, and stop.")] = False,
    catalogue: Annotated[Path, typer.Option(help="Catalogue of sources.")] = Path("config/sources.yaml"),
) -> None:
    """Download a dataset, unpack it where the readers expect it, and write its manifest; continues what was begun."""
    if list_:
        from siamloss.data.fetch.listing import list_sources

        for line in list_sources(root, catalogue):
            typer.echo(line)
        return
    if not name:
        raise ConfigError("name a source, such as 'siamloss fetch otb100 --root data'; --list shows all")
    from siamloss.data.fetch.catalogue import find_source
    from siamloss.data.fetch.job import fetch_source

    source = find_source(name, catalogue)
    wanted = tuple(part.strip() for part in sequences.split(",") if part.strip())
    done = fetch_source(source, root, url or (), archive or (), wanted, jobs, keep_archives)
    typer.echo(
        f"{done.root}: {done.new} archives new, {done.before} in place before; {done.files} files, "
        f"{done.bytes / 1e6:.1f} MB; licence: {source.licence}"
    )
