"""The verb ``siamloss train``: one variant, one seed."""

import platform
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from siamloss import __version__
from siamloss.config import Experiment, Variant
from siamloss.crops.store import CropStore, open_store
from siamloss.geometry.network import GEOMETRY
from siamloss.losses import make_loss
from siamloss.model import build_model
from siamloss.model.device import choose_device, make_deterministic
from siamloss.pairs.labels import label_map
from siamloss.pairs.loader import PairLoader
from siamloss.provenance.atomic import atomic_folder
from siamloss.provenance.hashing import sha256_file, short_hash
from siamloss.provenance.lock import exclusive
from siamloss.provenance.manifest import NAME as MANIFEST
from siamloss.training.loop import train
from siamloss.training.run import write_run
from siamloss.training.state import Progress
from siamloss.training.validate import VALIDATION_SEED, validate


def make_labels(experiment: Experiment, device: torch.device) -> torch.Tensor:
    """Label map ``(1, 1, H, W)`` of the training score map."""
    geometry = GEOMETRY[experiment.model.backbone]
    stride_px = geometry.stride_px / geometry.resolution
    return label_map(geometry.train_score_cells, stride_px, experiment.pairs.label_radius_px).to(device)


def make_loader(experiment: Experiment, store: CropStore, seed: int, device: torch.device) -> PairLoader:
    """Pair loader of an open store."""
    return PairLoader(store, GEOMETRY[experiment.model.backbone], experiment.pairs, seed, device)


def state_key(experiment: Experiment, variant: Variant, seed: int, device: torch.device, stores: list[Path]) -> str:
    """Name of a training's saved state: whatever changes its steps changes the name, so no two trainings can mix."""
    settings = [asdict(part) for part in (variant, experiment.model, experiment.pairs, experiment.train)]
    return short_hash([settings, seed, device.type, [sha256_file(store / MANIFEST) for store in stores]])


def train_run(
    experiment: Experiment,
    variant_name: str,
    seed: int,
    train_store: Path,
    val_store: Path,
    progress_dir: Path,
    out: Path,
    threads: int = 0,
) -> None:
    """Train a variant from the initial weights of ``seed`` and write the run directory ``out``.

    The control ``untrained`` gets the initial weights as they are. Unfinished work is kept in ``progress_dir`` and
    taken up by the next call.
    """
    variant = experiment.variant(variant_name)
    device = choose_device(experiment.device)
    make_deterministic(threads)
    model = build_model(experiment.model, seed).to(device)
    progress = Progress()
    with exclusive(progress_dir.with_suffix(".lock")):
        if variant.loss:
            loss = make_loss(variant.loss, variant.params)
            labels = make_labels(experiment, device)
            loader = make_loader(experiment, open_store(train_store), seed, device)
            val_loader = make_loader(experiment, open_store(val_store), VALIDATION_SEED, device)
            state = state_key(experiment, variant, seed, device, [train_store, val_store])
            progress = train(
                model=model,
                loss=loss,
                loader=loader,
                labels=labels,
                config=experiment.train,
                lr_scale=variant.lr_scale,
                validate=lambda: validate(model, loss, val_loader, labels, experiment.train.val_pairs),
                state_path=progress_dir / f"{state}.safetensors",
                title=f"train {variant_name} seed {seed}",
            )
        with atomic_folder(out) as folder:
            write_run(folder, model, progress.curve, run_facts(experiment, variant_name, seed, device, progress))
        shutil.rmtree(progress_dir, ignore_errors=True)


def run_facts(
    experiment: Experiment, variant: str, seed: int, device: torch.device, progress: Progress
) -> dict[str, Any]:
    """What ``run.json`` says of a run: names, speed, hardware, versions."""
    pairs = progress.step * experiment.train.batch_size
    return {
        "variant": variant,
        "seed": seed,
        "steps": progress.step,
        "seconds": round(progress.seconds, 2),
        "pairs_per_s": round(pairs / progress.seconds, 1) if progress.seconds else 0.0,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine(),
        "versions": {"siamloss": __version__, "torch": torch.__version__, "python": platform.python_version()},
    }
