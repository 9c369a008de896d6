"""The training loop: the same steps on the same pairs for every loss, one network alone or several side by side."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
from tqdm import tqdm

from siamloss.config import TrainConfig
from siamloss.distributed import any_rank, rank, ranks
from siamloss.errors import ConfigError, DivergedError
from siamloss.pairs.loader import Images, PairLoader
from siamloss.training.stop import StopRequest
from siamloss.training.trainee import Trainee
from siamloss.training.validate import Validation

WATCH_STEPS = 25
"""How often loss and spread are read back from the device, to show and to judge them; the first step is read too."""

Validate = Callable[[list[Trainee]], list[Validation]]
Keep = Callable[[list[tuple[Trainee, Validation]], int], None]


def learning_rate(config: TrainConfig, epoch: int) -> float:
    """Rate of a 1-based epoch: geometric from ``lr_start`` to ``lr_end`` (SiamFC: logspace(-2, -5, 50))."""
    share = (epoch - 1) / max(config.epochs - 1, 1)
    return config.lr_start * (config.lr_end / config.lr_start) ** share


def steps_per_epoch(config: TrainConfig) -> int:
    """Optimisation steps per epoch; the last incomplete batch is left out."""
    return max(config.pairs_per_epoch // config.batch_size, 1)


def train(
    trainees: list[Trainee], loader: PairLoader, config: TrainConfig, validate: Validate, keep: Keep, title: str
) -> None:
    """Train networks in place, side by side on the same batches, each from where its saved state stands.

    What one network computes does not depend on its neighbours: the weights are those of a training alone. A trainee
    whose loss is no number drops out with ``error`` set; the others go on. The batch is split over the processes of a
    ``torchrun``. After each epoch, and before a state says that it is over, ``keep`` gets the validations.

    Raises
    ------
    ConfigError : fewer pairs in a batch than processes.
    KeyboardInterrupt, StoppedError : a signal asked to stop; all states are saved.
    """
    if config.batch_size < ranks():
        raise ConfigError(f"train.batch_size {config.batch_size} is below the {ranks()} processes; use fewer processes")
    per_epoch = steps_per_epoch(config)
    done = sum(trainee.progress.step for trainee in trainees)
    total = config.epochs * per_epoch * len(trainees)
    bar = tqdm(
        total=total * config.batch_size,
        initial=done * config.batch_size,
        desc=title,
        unit="pair",
        unit_scale=True,
        disable=None if rank() == 0 else True,
    )
    last = config.epochs * per_epoch
    with bar, StopRequest() as request:
        while active := [each for each in trainees if not each.error and each.progress.step < last]:
            if any_rank(request.number != 0, loader.device):
                request.leave(title, min(each.progress.step for each in active))
            epoch = min(each.progress.step for each in active) // per_epoch + 1
            now = [each for each in active if each.progress.step < epoch * per_epoch]
            _epoch(now, epoch, loader, config, bar, request, title)
            over = [each for each in now if not each.error]
            if over:
                _end_epoch(over, epoch, config, validate, keep)


def _epoch(
    trainees: list[Trainee],
    epoch: int,
    loader: PairLoader,
    config: TrainConfig,
    bar: tqdm,
    request: StopRequest,
    title: str,
) -> None:
    """Bring all trainees to the end of an epoch; one whose state is further joins when the others reach it."""
    per_epoch, rate = steps_per_epoch(config), learning_rate(config, epoch)
    first = min(each.progress.step for each in trainees) % per_epoch
    started = time.perf_counter()
    for trainee in trainees:
        trainee.model.train()
    with closing(_batches(loader, epoch, first, config)) as batches:
        for step, images in enumerate(batches, (epoch - 1) * per_epoch + first + 1):
            if all(each.error for each in trainees):
                return
            now = [each for each in trainees if not each.error and each.progress.step == step - 1]
            stop = (ranks() == 1 or _looks(step, per_epoch)) and any_rank(request.number != 0, loader.device)
            for trainee in now:
                trainee.step(rate, *images)
                bar.update(config.batch_size)
            started = _share_time(now, started)
            saves = stop or step % config.checkpoint_steps == 0
            if _looks(step, per_epoch) or saves:
                for trainee in now:
                    _read(trainee, step, per_epoch, saves, bar)
            if stop and step % per_epoch:
                request.leave(title, step)


def _read(trainee: Trainee, step: int, per_epoch: int, saves: bool, bar: tqdm) -> None:
    """Read a trainee's loss back, judge it, and save its state where it is time; a divergence is noted in it."""
    try:
        mean = trainee.read_terms(per_epoch)
    except DivergedError as error:
        trainee.error = error
        logging.info("%s", error)
        return
    if _looks(step, per_epoch):
        trainee.look()
        bar.set_postfix(loss=f"{mean:.4f}", refresh=False)
    if saves and step % per_epoch:
        trainee.save()


def _looks(step: int, per_epoch: int) -> bool:
    return step == 1 or step % WATCH_STEPS == 0 or step % per_epoch == 0


def _share_time(trainees: list[Trainee], started: float) -> float:
    """Charge each trainee its share of the time since ``started``; returns now."""
    now = time.perf_counter()
    for trainee in trainees:
        trainee.progress.seconds += (now - started) / len(trainees)
    return now


def _batches(loader: PairLoader, epoch: int, first: int, config: TrainConfig) -> Iterator[Images]:
    """This process's share of each batch of an epoch, from batch ``first`` on, made ahead of its use."""
    wholes = np.arange(steps_per_epoch(config) * config.batch_size).reshape(-1, config.batch_size)[first:]
    return loader.stream(epoch, [np.array_split(whole, ranks())[rank()] for whole in wholes])


def _end_epoch(
    trainees: list[Trainee],
    epoch: int,
    config: TrainConfig,
    validate: Validate,
    keep: Keep,
) -> None:
    """Validate, keep the maps, write the curve's row and save the state of trainees at the end of an epoch."""
    per_epoch = steps_per_epoch(config)
    started = time.perf_counter()
    found = list(zip(trainees, validate(trainees), strict=True))
    keep(found, epoch)
    _share_time(trainees, started)
    for trainee, validation in found:
        progress = trainee.progress
        means = {name: value / per_epoch for name, value in progress.sums.items()}
        try:
            signs = trainee.watch.epoch(epoch, validation, means["total"])
        except DivergedError as error:
            trainee.keep_state(progress.step)
            trainee.error = error
            logging.info("%s", error)
            continue
        rate = learning_rate(config, epoch) * trainee.lr_scale
        val = {**validation.values, "dprime": signs.dprime}
        row = {"epoch": epoch, "lr": rate, "train": means, "val": val, "spread": signs.spread}
        progress.curve.append(row)
        progress.sums = {}
        trainee.events.write(row)
        logging.info("%s: epoch %d of %d: %s", trainee.title, epoch, config.epochs, row)
        trainee.save()
