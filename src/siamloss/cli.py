"""The command line: one verb per stage of the DAG. Each verb imports its room only when it runs."""

import errno
import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import click
import typer

from siamloss.errors import ConfigError, DiskFullError, SiamlossError

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

Spec = Annotated[Path, typer.Option(envvar="SIAMLOSS_SPEC", help="Resolved configuration, made by 'siamloss spec'.")]
Out = Annotated[Path, typer.Option(help="What to write; appears whole or not at all.")]
Manifest = Annotated[Path, typer.Option(help="Manifest of the dataset, made by 'siamloss data'.")]
Threads = Annotated[int, typer.Option(help="CPU threads; 0 leaves the choice to torch.")]
Dataset = Annotated[str, typer.Option(help="Name of a dataset of the configuration.")]
Benchmark = Annotated[str, typer.Option(help="Name of a test dataset of the configuration.")]
Variant = Annotated[str, typer.Option(help="Name of a variant of the configuration.")]
Seed = Annotated[int, typer.Option(help="Seed of weights and pairs.")]
Store = Annotated[Path, typer.Option(help="Crop store, made by 'siamloss crops'.")]
Run = Annotated[Path, typer.Option(help="Run directory, made by 'siamloss train'.")]
Folder = Annotated[Path, typer.Option(help="Folder made by the verb of that name.")]
ProgressDir = Annotated[Path | None, typer.Option(help="Folder for unfinished work; kept between calls.")]


@app.callback()
def start(log: Annotated[Path | None, typer.Option(help="Also append messages to this file.")] = None) -> None:
    """One verb per stage of the DAG; `siamloss VERB --help` explains each."""
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        logging.raiseExceptions = False  # a log that the disk cannot hold must not hide the error itself
        logging.basicConfig(filename=log, level=logging.INFO, format="%(asctime)s %(message)s", force=True)
        logging.info("siamloss %s", " ".join(sys.argv[1:]))


def _experiment(spec: Path):
    from siamloss.config_io import read_spec

    return read_spec(spec)


def _progress(folder: Path | None, out: Path) -> Path:
    return folder or out.with_name(f".{out.name}.progress")


@app.command()
def spec(
    out: Out,
    config: Annotated[Path | None, typer.Option(help="Profile, e.g. config/demo.yaml.")] = None,
    resolved: Annotated[Path | None, typer.Option(help="A resolved configuration, instead of a profile.")] = None,
) -> None:
    """Check a profile, look its names up in the catalogues, and write spec.json."""
    import json

    from siamloss.config_io import load_profile, read_spec
    from siamloss.provenance.atomic import write_text

    if (config is None) == (resolved is None):
        raise ConfigError("give either --config or --resolved; for example --config config/demo.yaml")
    experiment = load_profile(config) if config is not None else read_spec(resolved)
    write_text(out, json.dumps(experiment.to_dict(), indent=1, sort_keys=True) + "\n")


@app.command()
def data(spec: Spec, dataset: Dataset, out: Out) -> None:
    """Draw a synthetic dataset or check an existing one, and write its manifest."""
    from siamloss.data.prepare import prepare_dataset

    prepare_dataset(_experiment(spec), dataset, out)


@app.command()
def crops(spec: Spec, dataset: Dataset, manifest: Manifest, out: Out) -> None:
    """Cut every visible frame of a dataset into a crop store."""
    from siamloss.crops.build import build_store

    build_store(_experiment(spec), dataset, manifest, out)


@app.command()
def train(
    spec: Spec,
    variant: Variant,
    seed: Seed,
    train_store: Store,
    val_store: Store,
    out: Out,
    progress_dir: ProgressDir = None,
    threads: Threads = 0,
) -> None:
    """Train one variant with one seed."""
    from siamloss.training.job import train_run

    train_run(_experiment(spec), variant, seed, train_store, val_store, _progress(progress_dir, out), out, threads)


@app.command()
def scores(spec: Spec, run: Run, train_store: Store, val_store: Store, out: Out, threads: Threads = 0) -> None:
    """Write a run's score maps on fixed training and validation pairs."""
    from siamloss.training.scoremaps import write_scores

    write_scores(_experiment(spec), run, train_store, val_store, out, threads)


@app.command()
def track(
    spec: Spec,
    variant: Variant,
    benchmark: Benchmark,
    manifest: Manifest,
    out: Out,
    run: Annotated[Path | None, typer.Option(help="Run directory; not needed for never-moves and oracle.")] = None,
    progress_dir: ProgressDir = None,
    threads: Threads = 0,
) -> None:
    """Track every sequence of a benchmark with one run."""
    from siamloss.tracking.job import track_run

    track_run(_experiment(spec), variant, benchmark, manifest, run, _progress(progress_dir, out), out, threads)


@app.command()
def measure(spec: Spec, benchmark: Benchmark, manifest: Manifest, out: Out, curves: Out) -> None:
    """Turn the records of all runs on a benchmark into tidy metrics and curves."""
    from siamloss.metrics.job import measure_benchmark

    measure_benchmark(_experiment(spec), benchmark, manifest, out, curves)


@app.command()
def tables(spec: Spec, out: Out) -> None:
    """Write all tables as CSV, Markdown and LaTeX."""
    from siamloss.paths import Home
    from siamloss.report.job import write_tables

    experiment = _experiment(spec)
    write_tables(experiment, Home(experiment), out)


@app.command()
def figures(spec: Spec, out: Out) -> None:
    """Write all figures as PNG and PDF."""
    from siamloss.data.open import open_dataset
    from siamloss.paths import Home
    from siamloss.report.job import write_figures

    experiment = _experiment(spec)
    sequences = {item.name: open_dataset(experiment, item) for item in experiment.datasets.test}
    write_figures(experiment, Home(experiment), sequences, out)


@app.command()
def page(spec: Spec, tables: Folder, figures: Folder, out: Out) -> None:
    """Write the self-contained page."""
    from siamloss.paths import Home
    from siamloss.report.job import write_page

    experiment = _experiment(spec)
    write_page(experiment, Home(experiment), tables, figures, out)


@app.command()
def plan(config: Annotated[Path, typer.Option(help="Profile.")] = Path("config/demo.yaml")) -> None:
    """Print how many jobs of which kind a profile has."""
    from siamloss.config_io import load_profile
    from siamloss.jobs import count_jobs

    counts = count_jobs(load_profile(config))
    for name, count in counts.items():
        typer.echo(f"{name:10s} {count:6d}")
    typer.echo(f"{'total':10s} {sum(counts.values()):6d}")


@app.command()
def schema(out: Out) -> None:
    """Write the JSON schema of a profile, for editors."""
    import json

    from siamloss.config_schema import profile_schema
    from siamloss.provenance.atomic import write_text

    write_text(out, json.dumps(profile_schema(), indent=1) + "\n")


def _fail(name: str, message: str, code: int) -> int:
    """Say an error in one line, on stderr and in the log; returns the exit code."""
    line = f"siamloss: {name}: {' '.join(message.split())}"
    print(line, file=sys.stderr)
    logging.info(line)
    return code


def main() -> None:
    """Run the command line; an error the user can cause becomes one line on stderr and a non-zero exit code."""
    # Read when torch is loaded: threads that spin while they wait slow their neighbours down many times.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        code = app(standalone_mode=False)
        logging.info("done")
    except SiamlossError as error:
        code = _fail(type(error).__name__, str(error), error.exit_code)
    except click.ClickException as error:
        code = _fail("UsageError", f"{error.format_message()}; see 'siamloss --help'", error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        code = _fail("Interrupted", "run the same command again to continue", 130)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        where = error.filename or os.getcwd()
        message = f"no space left at {where}; free some space and run the same command again"
        code = _fail(DiskFullError.__name__, message, DiskFullError.exit_code)
    sys.exit(code)


if __name__ == "__main__":
    main()
