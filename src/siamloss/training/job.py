"""The verb ``siamloss train``: one variant, one seed."""

import platform
import shutil
from pathlib import Path
from typing import Any

import torch

from siamloss import __version__
from siamloss.config import Experiment, Variant
from siamloss.model import build_model
from siamloss.model.device import choose_device, make_deterministic
from siamloss.provenance.atomic import atomic_folder
from siamloss.provenance.lock import exclusive
from siamloss.training.chosen import apply_choice, read_choice, used_choice
from siamloss.training.epochmaps import collect_maps
from siamloss.training.fit import fit, make_loader
from siamloss.training.run import write_run
from siamloss.training.state import Progress
from siamloss.training.stores import open_stores
from siamloss.training.untrained import describe_statistics, set_batch_statistics


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
) -> None:
    """Train a variant from the initial weights of ``seed`` and write the run directory ``out``.

    The control ``untrained`` gets the initial weights as they are, with batch-normalisation statistics from training
    pairs (see :mod:`siamloss.training.untrained`). Unfinished work is kept in ``progress_dir`` and taken up by the next
    call.

    Parameters
    ----------
    chosen : what the tuning stage chose for the variant; without it the catalogue's own values are used.

    Raises
    ------
    RoleError : a store is not that of the experiment's training or validation dataset.
    DivergedError : the loss or a score is not finite.
    """
    variant = experiment.variant(variant_name)
    choice: dict[str, float] = {}
    if chosen is not None:
        found = read_choice(chosen)
        variant, choice = apply_choice(variant, found), used_choice(variant, found)
    stores = open_stores(experiment, train_store, val_store, "train")
    device = choose_device(experiment.device)
    make_deterministic(threads)
    with exclusive(progress_dir.with_suffix(".lock")):
        if variant.loss:
            title = f"train {variant_name} seed {seed}"
            model, progress, folder = fit(experiment, variant, seed, device, stores, progress_dir, title)
            maps = collect_maps(folder, len(progress.curve) if experiment.train.epoch_maps else 0)
        else:
            model, progress, maps = build_model(experiment.model, seed, head=variant.head).to(device), Progress(), {}
            loader = make_loader(experiment, stores.train, seed, device)
            set_batch_statistics(model, loader, experiment.train.batch_size)
        facts = run_facts(experiment, variant, seed, device, progress, choice)
        with atomic_folder(out) as temporary:
            write_run(temporary, model, progress.curve, facts, maps)
        shutil.rmtree(progress_dir, ignore_errors=True)


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
        "lr_scale": variant.lr_scale,
        "chosen": chosen,
        "collapsed": bool(progress.collapse),
        "collapse": progress.collapse,
        "batch_statistics": "running mean of the training" if variant.loss else describe_statistics(batch_size),
        "steps": progress.step,
        "seconds": round(progress.seconds, 2),
        "pairs_per_s": round(pairs / progress.seconds, 1) if progress.seconds else 0.0,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine(),
        "versions": {"siamloss": __version__, "torch": torch.__version__, "python": platform.python_version()},
    }
