"""The command line: one verb per stage of the DAG. Each verb imports its room only when it runs."""

import errno
import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import click
import typer

from siamloss.cli_catalogue import app as catalogue
from siamloss.cli_check import app as check
from siamloss.cli_demo import app as demo
from siamloss.cli_draw import app as draw
from siamloss.cli_evaluate import app as evaluate
from siamloss.cli_export import app as export
from siamloss.cli_fetch import app as fetch
from siamloss.cli_figure import app as figure
from siamloss.cli_frames import app as frames
from siamloss.cli_options import (
    Ablation,
    Benchmark,
    Dataset,
    Keep,
    Manifest,
    Out,
    ProgressDir,
    Run,
    Seed,
    Spec,
    Start,
    Store,
    Threads,
    Variant,
    alone_at,
    experiment_of,
    filled,
    network_experiment_of,
    progress_of,
)
from siamloss.cli_poster import app as poster
from siamloss.cli_report import app as report
from siamloss.cli_table import app as table
from siamloss.cli_verify import app as verify
from siamloss.cli_weights import app as weights
from siamloss.errors import ConfigError, DiskFullError, SiamlossError

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(report)
app.add_typer(table)
app.add_typer(figure)
app.add_typer(frames)
app.add_typer(catalogue)
app.add_typer(demo)
app.add_typer(check)
app.add_typer(weights)
app.add_typer(draw)
app.add_typer(export)
app.add_typer(fetch)
app.add_typer(verify)
app.add_typer(evaluate, name="evaluate")
app.add_typer(poster, name="poster")


INTERRUPTED = 130
"""Exit code after Ctrl-C; typer returns it instead of passing the interrupt on."""


@app.callback()
def start(log: Annotated[Path | None, typer.Option(help="Also append messages to this file.")] = None) -> None:
    """One verb per stage of the DAG; `siamloss VERB --help` explains each."""
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        logging.raiseExceptions = False  # a log that the disk cannot hold must not hide the error itself
        logging.basicConfig(filename=log, level=logging.INFO, format="%(asctime)s %(message)s", force=True)
        logging.info("siamloss %s", " ".join(sys.argv[1:]))


@app.command()
def spec(
    out: Out,
    config: Annotated[Path | None, typer.Option(help="Profile, e.g. config/demo.yaml.")] = None,
    resolved: Annotated[Path | None, typer.Option(help="A resolved configuration, instead of a profile.")] = None,
) -> None:
    """Check a profile, look its names up in the catalogues, and write spec.json."""
    from siamloss.config_io import load_profile, read_spec
    from siamloss.provenance.sealed import write_json

    if (config is None) == (resolved is None):
        raise ConfigError("give either --config or --resolved; for example --config config/demo.yaml")
    experiment = load_profile(config) if config is not None else read_spec(resolved)
    write_json(out, experiment.to_dict(), sort_keys=True)


@app.command()
def data(spec: Spec, dataset: Dataset, out: Out) -> None:
    """Draw a synthetic dataset or check an existing one, and write its manifest."""
    from siamloss.data.prepare import prepare_dataset

    prepare_dataset(experiment_of(spec), dataset, out)


@app.command()
def crops(
    spec: Spec,
    dataset: Dataset,
    manifest: Manifest,
    out: Out,
    progress_dir: ProgressDir = None,
    threads: Annotated[int, typer.Option(help="Frames that are cut at the same time.")] = 1,
) -> None:
    """Cut the visible frames of a dataset into a crop store."""
    from siamloss.crops.build import build_store

    build_store(experiment_of(spec), dataset, manifest, out, progress_of(progress_dir, out), threads)


@app.command()
def check_crops(
    store: Store, manifest: Annotated[Path | None, typer.Option(help="Manifest of its dataset, to compare.")] = None
) -> None:
    """Compare every crop of a store with its checksum, and the store with the version of its dataset."""
    from siamloss.crops.store import check_version, open_store

    if manifest is not None:
        check_version(store, manifest)
    found = open_store(store, check="all")
    print(f"{store}: {len(found)} crops of {len(found.names)} sequences, all as they were written")


@app.command()
def tune(
    spec: Spec,
    variant: Variant,
    train_store: Store,
    val_store: Store,
    manifest: Manifest,
    out: Out,
    start: Start = None,
    progress_dir: ProgressDir = None,
    keep_progress: Keep = False,
    threads: Threads = 0,
) -> None:
    """Choose a variant's learning rate and open parameters on the validation role."""
    from siamloss.tuning.job import tune_variant

    progress, experiment = progress_of(progress_dir, out), network_experiment_of(spec, "tune")
    tune_variant(
        experiment, variant, train_store, val_store, manifest, progress, out, threads, start, keep=keep_progress
    )


@app.command()
def train(
    spec: Spec,
    variant: Annotated[list[str], typer.Option(help="Name of a variant; several are trained side by side.")],
    seed: Seed,
    train_store: Store,
    val_store: Store,
    out: Annotated[
        Path,
        typer.Option(callback=alone_at, help="Run directory to write; with several variants it has {variant} in it."),
    ],
    chosen: Annotated[
        Path | None, typer.Option(help="What 'siamloss tune' chose; else variants.yaml's values; may have {variant}.")
    ] = None,
    start: Start = None,
    progress_dir: ProgressDir = None,
    keep_progress: Keep = False,
    threads: Threads = 0,
) -> None:
    """Train variants of one seed, several side by side on the same batches; torchrun splits each batch."""
    from siamloss.training.job import Order, train_runs

    shared = [path for path in (out, progress_dir) if path is not None and "{variant}" not in str(path)]
    if len(set(variant)) < len(variant) or (len(variant) > 1 and shared):
        raise ConfigError(
            "several variants need different names and {variant} in --out (and --progress-dir), "
            "for example 'runs/{variant}'"
        )
    orders = [
        Order(
            name,
            filled(out, name),
            progress_of(filled(progress_dir, name), filled(out, name)),
            filled(chosen, name),
            filled(start, name),
            keep_progress,
        )
        for name in variant
    ]
    train_runs(network_experiment_of(spec, "train"), orders, seed, train_store, val_store, threads)


@app.command()
def scores(spec: Spec, run: Run, train_store: Store, val_store: Store, out: Out, threads: Threads = 0) -> None:
    """Write a run's score maps on fixed training and validation pairs."""
    from siamloss.training.scoremaps import write_scores

    write_scores(network_experiment_of(spec, "scores"), run, train_store, val_store, out, threads)


@app.command()
def track(
    spec: Spec,
    variant: Variant,
    benchmark: Benchmark,
    manifest: Manifest,
    out: Out,
    run: Annotated[Path | None, typer.Option(help="Run directory; not needed for never-moves and oracle.")] = None,
    progress_dir: ProgressDir = None,
    keep_progress: Keep = False,
    threads: Threads = 0,
    streams: Annotated[int, typer.Option(min=0, help="Sequences tracked at once; 0: 64 on a GPU, 1 on a CPU.")] = 0,
) -> None:
    """Track every sequence of a benchmark with one run."""
    from siamloss.lease import hold_device
    from siamloss.runs import FIXED
    from siamloss.tracking.job import track_run

    progress, experiment = progress_of(progress_dir, out), experiment_of(spec)
    if experiment.variant(variant).control not in FIXED:
        hold_device(experiment.device, "track")
    track_run(experiment, variant, benchmark, manifest, run, progress, out, threads, streams, keep=keep_progress)


@app.command()
def trax(
    spec: Spec,
    variant: Variant,
    run: Annotated[Path | None, typer.Option(help="Run directory; not needed for never-moves.")] = None,
    threads: Threads = 0,
) -> None:
    """Serve a tracker to the VOT toolkit over the TraX protocol, on standard input and output."""
    from siamloss.tracking.tracker import NeverMoves
    from siamloss.tracking.trax import serve

    experiment = experiment_of(spec)
    control = experiment.variant(variant).control
    if control == "oracle":
        raise ConfigError("the oracle needs the ground truth and cannot be served; choose another variant")
    if control == "never-moves":
        serve(NeverMoves(), variant)
    else:
        from siamloss.lease import hold_device
        from siamloss.tracking.load import tracker_of

        hold_device(experiment.device, "trax")
        serve(tracker_of(experiment, run, threads), variant)


@app.command()
def measure(
    spec: Spec, benchmark: Benchmark, manifest: Manifest, out: Out, curves: Out, ablation: Ablation = False
) -> None:
    """Turn the records of all runs on a benchmark into tidy metrics and curves."""
    from siamloss.metrics.job import measure_benchmark

    measure_benchmark(experiment_of(spec, ablation), benchmark, manifest, out, curves, ablation)


@app.command()
def separability(spec: Spec, out: Out, ablation: Ablation = False) -> None:
    """Measure how well the scores of all runs separate the target, on training and on unseen scenes."""
    from siamloss.metrics.separation_job import measure_separability
    from siamloss.paths import Home
    from siamloss.runs import network_runs

    experiment = experiment_of(spec, ablation)
    measure_separability(experiment, network_runs(experiment, ablation=ablation), Home(experiment), out)


def _fail(name: str, message: str, code: int) -> int:
    """Say an error in one line, on stderr and in the log; returns the exit code."""
    line = f"siamloss: {name}: {' '.join(message.split())}"
    print(line, file=sys.stderr)
    logging.info(line)
    return code


def main() -> None:
    """Run the command line; an error the user can cause becomes one line on stderr and a non-zero exit code."""
    # Read when torch is loaded. Threads that wait by spinning slow their neighbours down many times; threads that sleep
    # at once lose a third of a small network's speed. This many turns are some microseconds.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    try:
        code = app(standalone_mode=False)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        logging.info("done")
    except SiamlossError as error:
        code = _fail(type(error).__name__, str(error), error.exit_code)
    except click.ClickException as error:
        code = _fail("UsageError", f"{error.format_message()}; see 'siamloss --help'", error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        code = _fail("Interrupted", "run the same command again to continue", INTERRUPTED)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        where = error.filename or os.getcwd()
        message = f"no space left at {where}; free some space and run the same command again"
        code = _fail(DiskFullError.__name__, message, DiskFullError.exit_code)
    sys.exit(code)


if __name__ == "__main__":
    main()
