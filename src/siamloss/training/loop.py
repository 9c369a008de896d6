"""The training loop: the same steps on the same pairs for every loss."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from siamloss.config import TrainConfig
from siamloss.model.device import autocast
from siamloss.pairs.loader import PairLoader
from siamloss.training.state import Progress, load_state, save_state
from siamloss.training.validate import Validation
from siamloss.training.watch import Watch

WATCH_STEPS = 25
"""How often loss and spread are read back from the device, to show and to judge them; the first step is read too."""


def learning_rate(config: TrainConfig, epoch: int) -> float:
    """Rate of a 1-based epoch: geometric from ``lr_start`` to ``lr_end`` (SiamFC: logspace(-2, -5, 50))."""
    share = (epoch - 1) / max(config.epochs - 1, 1)
    return config.lr_start * (config.lr_end / config.lr_start) ** share


def steps_per_epoch(config: TrainConfig) -> int:
    """Optimisation steps per epoch; the last incomplete batch is left out."""
    return max(config.pairs_per_epoch // config.batch_size, 1)


def train(
    model: nn.Module,
    loss: nn.Module,
    loader: PairLoader,
    labels: torch.Tensor,
    config: TrainConfig,
    lr_scale: float,
    validate: Callable[[], Validation],
    keep: Callable[[int, torch.Tensor], None],
    state_path: Path,
    title: str,
) -> Progress:
    """Train ``model`` in place and return the finished progress; resumes from ``state_path`` where it exists.

    After each epoch, and before the state says that it is over, ``keep(epoch, maps)`` gets the validation maps.

    Raises
    ------
    DivergedError : the loss or a score is not finite; the message names the step or the epoch.
    """
    device = loader.device
    optimizer = torch.optim.SGD(
        model.parameters(), lr=config.lr_start * lr_scale, momentum=config.momentum, weight_decay=config.weight_decay
    )
    progress = load_state(state_path, model, optimizer)
    watch = Watch(loss, labels, progress, title)
    per_epoch = steps_per_epoch(config)
    sums = {name: torch.tensor(value, dtype=torch.float64, device=device) for name, value in progress.sums.items()}
    started, before = time.perf_counter(), progress.seconds
    bar = tqdm(total=config.epochs * per_epoch, initial=progress.step, desc=title, unit="step", disable=None)
    with bar:
        while progress.step < config.epochs * per_epoch:
            epoch, within = progress.step // per_epoch + 1, progress.step % per_epoch
            rate = learning_rate(config, epoch) * lr_scale
            for group in optimizer.param_groups:
                group["lr"] = rate
            model.train()
            indices = np.arange(within * config.batch_size, (within + 1) * config.batch_size)
            exemplar, search = loader.load(epoch, indices)
            with autocast(device):
                scores = model(exemplar, search)
            total, parts = loss(scores, labels)
            optimizer.zero_grad(set_to_none=True)
            total.backward()
            if config.clip_norm > 0:
                nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
            optimizer.step()
            for name, value in {"total": total.detach(), **parts}.items():
                sums[name] = sums.get(name, 0.0) + value.double()
            progress.step += 1
            bar.update()
            ends_epoch = progress.step % per_epoch == 0
            if progress.step == 1 or progress.step % WATCH_STEPS == 0 or ends_epoch:
                mean = watch.step(sums["total"] / (within + 1), total, scores)
                bar.set_postfix(loss=f"{mean:.4f}", lr=f"{rate:.1e}", refresh=False)
            if ends_epoch:
                means = {name: value.item() / per_epoch for name, value in sums.items()}
                found = validate()
                keep(epoch, found.maps)
                spread = watch.epoch(epoch, found, means["total"])
                row = {"epoch": epoch, "lr": rate, "train": means, "val": found.values, "spread": spread}
                progress.curve.append(row)
                logging.info("epoch %d of %d: %s", epoch, config.epochs, row)
                sums = {}
            if progress.step % config.checkpoint_steps == 0 or ends_epoch:
                progress.sums = {name: value.item() for name, value in sums.items()}
                progress.seconds = before + time.perf_counter() - started
                save_state(state_path, model, optimizer, progress)
    return progress
