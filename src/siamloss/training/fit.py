"""Trainings from their initial weights: what the verbs ``train`` and ``tune`` share."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch

from siamloss.config import TRACELESS, Experiment, Variant
from siamloss.crops.store import CropStore
from siamloss.distributed import rank, ranks, same_on_all_ranks
from siamloss.errors import ConfigError
from siamloss.geometry.network import GEOMETRY
from siamloss.losses import make_loss
from siamloss.losses.registry import loss_place
from siamloss.model import SiamFC, build_model
from siamloss.pairs.labels import label_map
from siamloss.pairs.loader import PairLoader
from siamloss.pairs.resident import make_resident
from siamloss.provenance.fingerprint import code_fingerprint
from siamloss.provenance.hashing import short_hash
from siamloss.training.epochmaps import keep_maps, maps_folder
from siamloss.training.events import Events
from siamloss.training.loop import train
from siamloss.training.start import load_start, start_hash
from siamloss.training.stores import Stores
from siamloss.training.trainee import Trainee
from siamloss.training.validate import VALIDATION_SEED, Validation, fixed_maps, validate


@dataclass(frozen=True)
class Job:
    """One training: what is trained, from which weights, and where its unfinished work is kept.

    Attributes
    ----------
    start : weights a fine-tuning begins with: a run directory or a ``.safetensors`` file.
    events : folder for TensorBoard.
    code : fingerprint of what trains, as it is when the job is made: later, while it waits, the files may change.
    """

    variant: Variant
    title: str
    progress_dir: Path
    start: Path | None = None
    events: Path | None = None
    code: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", code_fingerprint(__name__, loss_place(self.variant.loss)))


def make_labels(experiment: Experiment, device: torch.device) -> torch.Tensor:
    """Label map ``(1, 1, H, W)`` of the training score map."""
    geometry = GEOMETRY[experiment.model.backbone]
    stride_px = geometry.stride_px / geometry.resolution
    return label_map(geometry.train_score_cells, stride_px, experiment.pairs.label_radius_px).to(device)


def make_loader(experiment: Experiment, store: CropStore, seed: int, device: torch.device) -> PairLoader:
    """Pair loader of an open store."""
    return PairLoader(store, GEOMETRY[experiment.model.backbone], experiment.pairs, seed, device)


def state_key(experiment: Experiment, job: Job, seed: int, device: torch.device, stores: Stores) -> str:
    """Name of a training's saved state: whatever changes its steps changes the name, so no two trainings can mix."""
    variant = replace(job.variant, label="", tune={}, tuned_as="")
    settings = [asdict(part) for part in (variant, experiment.model, experiment.pairs)]
    train = {**asdict(experiment.train), **dict.fromkeys(TRACELESS)}
    return short_hash([settings, train, seed, device.type, ranks(), stores.hashes, start_hash(job.start), job.code])


def fit_together(
    experiment: Experiment, jobs: list[Job], seed: int, device: torch.device, stores: Stores, title: str
) -> list[Trainee]:
    """Train variants of one seed side by side on the same batches; their weights are those of trainings alone.

    State and maps are kept in each job's ``progress_dir`` and taken up by the next call with the same settings. A
    training that diverged has its ``error`` set.
    """
    config, labels = experiment.train, make_labels(experiment, device)
    kept = min(config.epoch_maps, config.val_pairs)
    fixed_loader = make_loader(experiment, stores.train, VALIDATION_SEED, device)
    val_loader = make_loader(experiment, stores.val, VALIDATION_SEED, device)
    trainees = [_trainee(experiment, job, seed, device, stores, labels) for job in jobs]
    begun = [
        (each.progress.step, sum(weight.double().sum().item() for weight in each.model.parameters()))
        for each in trainees
    ]
    if not same_on_all_ranks(torch.tensor(begun, dtype=torch.float64, device=device)):
        raise ConfigError(
            "the processes found different saved states; give them one folder for unfinished work that all of them see"
        )

    def validate_all(items: list[Trainee]) -> list[Validation]:
        networks = [(item.model, item.loss) for item in items]
        return validate(networks, val_loader, labels, config.val_pairs, config.precision)

    def keep(found: Iterable[tuple[Trainee, Validation]], epoch: int) -> None:
        items, validations = zip(*found, strict=True)
        if not kept or rank():
            return
        train_maps = fixed_maps([item.model for item in items], fixed_loader, kept, config.precision)
        for item, validation, maps in zip(items, validations, train_maps, strict=True):
            item.model.train()
            keep_maps(maps_folder(item.state_path), epoch, {"train": maps, "val": validation.maps[:kept]})

    resident = make_resident(stores.train, device) if config.crops_on_device == "auto" else None
    loader = replace(make_loader(experiment, stores.train, seed, device), resident=resident)
    train(trainees, loader, config, validate_all, keep, title)
    return trainees


def _trainee(
    experiment: Experiment, job: Job, seed: int, device: torch.device, stores: Stores, labels: torch.Tensor
) -> Trainee:
    variant = job.variant
    model: SiamFC = build_model(experiment.model, seed, head=variant.head)
    if job.start is not None:
        load_start(model, job.start)
    return Trainee(
        model=model.to(device),
        loss=make_loss(variant.loss, variant.params).to(device),
        labels=labels,
        config=experiment.train,
        lr_scale=variant.lr_scale,
        state_path=job.progress_dir / f"{state_key(experiment, job, seed, device, stores)}.safetensors",
        events=Events(job.events if experiment.train.tensorboard and rank() == 0 else None),
        title=job.title,
    )
