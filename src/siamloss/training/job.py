"""The verb ``siamloss train``: variants of one seed."""

import platform
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from siamloss import __version__
from siamloss.config import Experiment, Variant
from siamloss.distributed import alone, process_group, rank, ranks, wait_for_all
from siamloss.errors import ConfigError
from siamloss.model import SiamFC, build_model
from siamloss.model.device import choose_device, hardware_name, make_deterministic
from siamloss.paths import Home
from siamloss.provenance.atomic import atomic_folder
from siamloss.provenance.unfinished import at_work, leave
from siamloss.training.chosen import apply_choice, read_choice, used_choice
from siamloss.training.epochmaps import collect_maps, maps_folder
from siamloss.training.fit import Job, fit_together, make_loader
from siamloss.training.run import write_run
from siamloss.training.start import start_hash
from siamloss.training.state import Progress
from siamloss.training.stores import open_stores
from siamloss.training.untrained import describe_statistics, set_batch_statistics


@dataclass(frozen=True)
class Order:
    """One run to train, and where it goes.

    Attributes
    ----------
    out : the run directory, whole or absent.
    progress_dir : unfinished work, taken up by the next call.
    keep : leave it there afterwards (:mod:`siamloss.provenance.unfinished`).
    chosen : what the tuning stage chose for the variant; without it the catalogue's own values are used.
    start : weights a fine-tuning begins with, where the variant has one: a run directory or a file.
    """

    variant: str
    out: Path
    progress_dir: Path
    chosen: Path | None = None
    start: Path | None = None
    keep: bool = False


def train_runs(
    experiment: Experiment,
    orders: list[Order],
    seed: int,
    train_store: Path,
    val_store: Path,
    threads: int = 0,
) -> None:
    """Train variants of one seed, side by side if they are several, and write their run directories.

    The control ``untrained`` gets the initial weights as they are, with batch-normalisation statistics from training
    pairs (see :mod:`siamloss.training.untrained`). Under ``torchrun`` the batch is split over the processes; the first
    one writes.

    Raises
    ------
    ConfigError : a variant that starts from weights gets none, or one that does not gets some; two with one folder of
        unfinished work; processes that do not see the same saved state.
    RoleError : a store is not that of the experiment's training or validation dataset.
    DivergedError : the loss or a score is not finite; the other variants are finished before.
    """
    named = [(order, *_chosen(experiment, order)) for order in orders]
    if len({order.progress_dir for order in orders}) < len(orders):
        raise ConfigError("two variants have one folder for unfinished work; give each its own, with {variant} in it")
    untrained = [item for item in named if not item[1].loss]
    trained = [item for item in named if item[1].loss]
    jobs = [_job(experiment, order, variant, seed) for order, variant, _ in trained]
    device = choose_device(experiment.device)
    make_deterministic(threads)
    with process_group(device):
        stores = open_stores(experiment, train_store, val_store, "train")
        with ExitStack() as locks:
            for order in sorted(orders, key=lambda each: each.progress_dir) if rank() == 0 else []:
                locks.enter_context(at_work(order.progress_dir))
            wait_for_all()
            for order, variant, _ in untrained:
                model = build_model(experiment.model, seed, head=variant.head).to(device)
                loader = make_loader(experiment, stores.train, seed, device)
                with alone():
                    set_batch_statistics(model, loader, experiment.train.batch_size, experiment.train.precision)
                _write(order, model, Progress(), {}, run_facts(experiment, variant, seed, device, Progress(), {}))
            title = jobs[0].title if len(jobs) == 1 else f"train {len(jobs)} variants seed {seed}"
            trainees = fit_together(experiment, jobs, seed, device, stores, title) if jobs else []
            for (order, variant, choice), trainee in zip(trained, trainees, strict=True):
                if trainee.error or rank():
                    continue
                progress = trainee.progress
                count = len(progress.curve) if experiment.train.epoch_maps else 0
                maps = collect_maps(maps_folder(trainee.state_path), count)
                facts = run_facts(experiment, variant, seed, device, progress, choice)
                _write(order, trainee.model, progress, maps, {**facts, "start": start_hash(order.start)})
    for trainee in trainees:
        if trainee.error:
            raise trainee.error


def train_run(
    experiment: Experiment,
    variant_name: str,
    seed: int,
    train_store: Path,
    val_store: Path,
    progress_dir: Path,
    out: Path,
    threads: int = 0,
    chosen: Path | None = None,
    start: Path | None = None,
) -> None:
    """Train one variant; see :func:`train_runs`."""
    order = Order(variant_name, out, progress_dir, chosen, start)
    train_runs(experiment, [order], seed, train_store, val_store, threads)


def _chosen(experiment: Experiment, order: Order) -> tuple[Variant, dict[str, float]]:
    """The variant with the values that were chosen for it, and these values."""
    variant = experiment.variant(order.variant)
    if bool(variant.start) != (order.start is not None):
        raise ConfigError(
            f"variant '{variant.name}' starts from '{variant.start}'; give these weights with --start"
            if variant.start
            else f"variant '{variant.name}' starts from its seed's own weights; leave out --start"
        )
    if order.chosen is None:
        return variant, {}
    found = read_choice(order.chosen)
    return apply_choice(variant, found), used_choice(variant, found)


def _job(experiment: Experiment, order: Order, variant: Variant, seed: int) -> Job:
    events = Home(experiment).events(variant.name, seed)
    return Job(variant, f"train {variant.name} seed {seed}", order.progress_dir, order.start, events)


def _write(
    order: Order, model: SiamFC, progress: Progress, maps: dict[str, torch.Tensor], facts: dict[str, Any]
) -> None:
    """Write a run directory, then leave the unfinished work; the first of several processes does it for all."""
    if rank():
        return
    with atomic_folder(order.out) as temporary:
        write_run(temporary, model, progress.curve, facts, maps)
    leave(order.progress_dir, order.keep)


def run_facts(
    experiment: Experiment,
    variant: Variant,
    seed: int,
    device: torch.device,
    progress: Progress,
    chosen: dict[str, float],
) -> dict[str, Any]:
    """What ``run.json`` says of a run: names, settings used, speed, collapse, hardware, versions."""
    batch_size = experiment.train.batch_size
    pairs = progress.step * batch_size
    return {
        "variant": variant.name,
        "seed": seed,
        "head": variant.head,
        "model": asdict(experiment.model),
        "context": experiment.crops.context,
        "lr_scale": variant.lr_scale,
        "chosen": chosen,
        "collapsed": bool(progress.collapse),
        "collapse": progress.collapse,
        "batch_statistics": "running mean of the training" if variant.loss else describe_statistics(batch_size),
        "steps": progress.step,
        "processes": ranks(),
        "seconds": round(progress.seconds, 2),
        "pairs_per_s": round(pairs / progress.seconds, 1) if progress.seconds else 0.0,
        "device": hardware_name(device),
        "versions": {"siamloss": __version__, "torch": torch.__version__, "python": platform.python_version()},
    }
