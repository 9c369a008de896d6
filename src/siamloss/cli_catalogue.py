"""Verbs that look things up: what a profile plans, what variants and losses there are."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

Config = Annotated[Path, typer.Option(help="Profile.")]


@app.command()
def plan(
    config: Config = Path("config/demo.yaml"),
    pairs_per_s: Annotated[
        float, typer.Option(min=0.0, help="Training rate of one device, as its progress bar says; gives hours.")
    ] = 0.0,
) -> None:
    """Print how many jobs of which kind a profile has, and how many pairs its trainings see."""
    from siamloss.config_io import load_profile
    from siamloss.forecast import training_pairs
    from siamloss.jobs import count_jobs

    experiment = load_profile(config)
    counts = count_jobs(experiment)
    for name, count in counts.items():
        typer.echo(f"{name:12s} {count:6d}")
    typer.echo(f"{'total':12s} {sum(counts.values()):6d}")
    typer.echo("training pairs")
    for name, pairs in training_pairs(experiment).items():
        hours = f", {pairs / pairs_per_s / 3600:.1f} h on one device" if pairs_per_s else ""
        typer.echo(f"{name:12s} {pairs / 1e6:8.2f} million{hours}")


@app.command()
def schema(out: Annotated[Path, typer.Option(help="What to write; appears whole or not at all.")]) -> None:
    """Write the JSON schema of a profile, for editors."""
    import json

    from siamloss.config_schema import profile_schema
    from siamloss.provenance.atomic import write_text

    write_text(out, json.dumps(profile_schema(), indent=1) + "\n")


@app.command()
def variants(
    catalogue: Annotated[Path, typer.Option(help="Catalogue of variants.")] = Path("config/variants.yaml"),
    measure: Annotated[bool, typer.Option("--measure", help="Also time each loss on this machine.")] = False,
) -> None:
    """Print every variant with its loss, parameters and formula, the grids and the aliases."""
    from siamloss.listing import list_variants

    for line in list_variants(catalogue, measure):
        typer.echo(line)


@app.command(name="check-loss")
def check_loss(
    name: Annotated[str, typer.Argument(help="Name of a loss: its file in siamloss/losses, or its entry point.")],
    param: Annotated[list[str] | None, typer.Option(help="Parameter as key=value; may be repeated.")] = None,
) -> None:
    """Run the conformance checks on a loss: shapes, gradients, ignored cells, extremes, parts, synchronisation."""
    from siamloss.losses.conformance import ConformanceError, check_loss_conformance
    from siamloss.variants import written_settings

    results = check_loss_conformance(name, written_settings(name, ",".join(param or [])))
    for check, problem in results:
        typer.echo(f"{'FAILED' if problem else 'ok':6s} {check}{': ' + problem if problem else ''}")
    failed = [check for check, problem in results if problem]
    if failed:
        raise ConformanceError(
            f"loss '{name}' fails {len(failed)} of {len(results)} checks, first '{failed[0]}'; see docs/add-a-loss.md"
        )
