"""Options that several verbs share, and what they stand for."""

import os
from pathlib import Path
from typing import Annotated

import typer

from siamloss.errors import ConfigError


def alone_at(context: typer.Context, out: Path) -> Path:
    """Wait until no other job of the workflow makes the same product, whatever its settings are.

    A job that outlived its Snakemake would otherwise replace what a newer one made. Of several processes of a torchrun
    the first one waits for all.
    """
    from siamloss.provenance.atomic import LOCKS
    from siamloss.provenance.hashing import short_hash
    from siamloss.provenance.lock import exclusive

    folder = os.environ.get(LOCKS)
    if folder and os.environ.get("RANK", "0") == "0" and not context.resilient_parsing:
        context.with_resource(exclusive(Path(folder) / f"{out.name}-{short_hash(str(out))}.lock"))
    return out


Spec = Annotated[Path, typer.Option(envvar="SIAMLOSS_SPEC", help="Resolved configuration, made by 'siamloss spec'.")]
Out = Annotated[Path, typer.Option(callback=alone_at, help="What to write; appears whole or not at all.")]
Manifest = Annotated[Path, typer.Option(help="Manifest of the dataset, made by 'siamloss data'.")]
Threads = Annotated[int, typer.Option(help="CPU threads; 0 leaves the choice to torch.")]
Dataset = Annotated[str, typer.Option(help="Name of a dataset of the configuration.")]
Benchmark = Annotated[str, typer.Option(help="Name of a test dataset of the configuration.")]
Variant = Annotated[str, typer.Option(help="Name of a variant of the configuration.")]
Seed = Annotated[int, typer.Option(help="Seed of weights and pairs.")]
Store = Annotated[Path, typer.Option(help="Crop store, made by 'siamloss crops'.")]
Run = Annotated[Path, typer.Option(help="Run directory, made by 'siamloss train'.")]
Start = Annotated[Path | None, typer.Option(help="Weights a fine-tuning begins with: a run directory or a file.")]
Folder = Annotated[Path, typer.Option(help="Folder made by the verb of that name.")]
Ablation = Annotated[bool, typer.Option("--ablation", help="The runs of the ablation grids, not of the main list.")]
ListNames = Annotated[bool, typer.Option("--list", help="Say all names, one line each, and stop.")]
Profile = Annotated[Path | None, typer.Option(help="Folder of our results; results/demo without it.")]
SpecFile = Annotated[Path | None, typer.Option("--spec", help="Its spec.json, instead of the folder.")]
Annotations = Annotated[
    Path | None, typer.Option(help="Folder of annotations, for tables and figures of result files.")
]
ResultFolders = Annotated[
    list[Path] | None, typer.Option("--results", help="A tracker's folder, or one above several; may be repeated.")
]
Baseline = Annotated[str, typer.Option(help="Tracker that differences are taken to, of result files.")]
SequenceList = Annotated[str | None, typer.Option("--sequences", help="File with one sequence name per line.")]
Year = Annotated[int | None, typer.Option(help="VOT challenge, 2015 to 2019, for EAO of result files.")]
Keep = Annotated[bool, typer.Option("--keep-progress", help="Leave its files there; the workflow clears them.")]
ProgressDir = Annotated[Path | None, typer.Option(help="Folder for unfinished work; kept between calls.")]


def experiment_of(spec: Path, ablation: bool = False):
    """The resolved configuration of a spec file; with ``ablation`` it must name grids."""
    from siamloss.config_io import read_spec

    experiment = read_spec(spec)
    if ablation and not experiment.grids:
        raise ConfigError(
            "'ablation.grids' names no grid; list grids of variants.yaml in the profile, or add "
            "--config 'ablation={grids: [terms]}'"
        )
    return experiment


def network_experiment_of(spec: Path, verb: str):
    """The configuration for a verb that runs a network; its GPU, if there is one, is leased until the process ends."""
    from siamloss.lease import hold_device

    experiment = experiment_of(spec)
    hold_device(experiment.device, verb)
    return experiment


def filled(path: Path | None, variant: str) -> Path | None:
    """A path with the variant's name for ``{variant}``."""
    return None if path is None else Path(str(path).replace("{variant}", variant))


def progress_of(folder: Path | None, out: Path) -> Path:
    """Folder for unfinished work, which belongs to the job alone: in the one given, or beside the product."""
    return (folder or out.parent) / f".{out.name}.progress"
