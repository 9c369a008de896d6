"""One training from the initial weights: what the verbs ``train`` and ``tune`` share."""

from dataclasses import asdict
from pathlib import Path

import torch

from siamloss.config import Experiment, Variant
from siamloss.crops.store import CropStore
from siamloss.geometry.network import GEOMETRY
from siamloss.losses import make_loss
from siamloss.model import SiamFC, build_model
from siamloss.pairs.labels import label_map
from siamloss.pairs.loader import PairLoader
from siamloss.provenance.hashing import short_hash
from siamloss.training.epochmaps import keep_maps, maps_folder
from siamloss.training.loop import train
from siamloss.training.state import Progress
from siamloss.training.stores import Stores
from siamloss.training.validate import VALIDATION_SEED, fixed_maps, validate


def make_labels(experiment: Experiment, device: torch.device) -> torch.Tensor:
    """Label map ``(1, 1, H, W)`` of the training score map."""
    geometry = GEOMETRY[experiment.model.backbone]
    stride_px = geometry.stride_px / geometry.resolution
    return label_map(geometry.train_score_cells, stride_px, experiment.pairs.label_radius_px).to(device)


def make_loader(experiment: Experiment, store: CropStore, seed: int, device: torch.device) -> PairLoader:
    """Pair loader of an open store."""
    return PairLoader(store, GEOMETRY[experiment.model.backbone], experiment.pairs, seed, device)


def state_key(experiment: Experiment, variant: Variant, seed: int, device: torch.device, stores: Stores) -> str:
    """Name of a training's saved state: whatever changes its steps changes the name, so no two trainings can mix."""
    settings = [asdict(part) for part in (variant, experiment.model, experiment.pairs, experiment.train)]
    return short_hash([settings, seed, device.type, stores.hashes])


def fit(
    experiment: Experiment,
    variant: Variant,
    seed: int,
    device: torch.device,
    stores: Stores,
    progress_dir: Path,
    title: str,
) -> tuple[SiamFC, Progress, Path]:
    """Train a variant; returns the network, its progress and the folder of its epoch maps.

    State and maps are kept in ``progress_dir`` and taken up by the next call with the same settings.
    """
    config = experiment.train
    kept = min(config.epoch_maps, config.val_pairs)
    model = build_model(experiment.model, seed, head=variant.head).to(device)
    loss = make_loss(variant.loss, variant.params).to(device)
    labels = make_labels(experiment, device)
    fixed_loader = make_loader(experiment, stores.train, VALIDATION_SEED, device)
    val_loader = make_loader(experiment, stores.val, VALIDATION_SEED, device)
    state_path = progress_dir / f"{state_key(experiment, variant, seed, device, stores)}.safetensors"
    folder = maps_folder(state_path)

    def keep(epoch: int, val_maps_NHW: torch.Tensor) -> None:
        if kept:
            keep_maps(folder, epoch, {"train": fixed_maps(model, fixed_loader, kept), "val": val_maps_NHW[:kept]})

    progress = train(
        model=model,
        loss=loss,
        loader=make_loader(experiment, stores.train, seed, device),
        labels=labels,
        config=config,
        lr_scale=variant.lr_scale,
        validate=lambda: validate(model, loss, val_loader, labels, config.val_pairs),
        keep=keep,
        state_path=state_path,
        title=title,
    )
    return model, progress, folder
