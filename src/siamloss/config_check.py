"""What the types of a configuration cannot say: names that must exist, numbers that must be positive, roles."""

import itertools
import re
from dataclasses import asdict, fields, is_dataclass
from pathlib import PurePath

from siamloss.config import Dataset, Experiment
from siamloss.config_build import log_range
from siamloss.config_study import check_study
from siamloss.data.text import expand_names
from siamloss.errors import ConfigError, RoleError, UnknownNameError, did_you_mean

DRAWN = ("otb", "vot", "got10k")
"""Formats that synthetic datasets are drawn in."""


FILE_NAME = re.compile(r"[^\W_][^/\\{}\x00-\x1f\x7f-\x9f\u2028\u2029]{0,198}")
"""What the name of a profile, variant, dataset or grid may be; braces are wildcards of the workflow."""


def check_experiment(experiment: Experiment) -> None:
    """Refuse an experiment that cannot be run or would mean something else than it says.

    Raises
    ------
    ConfigError, UnknownNameError, RoleError : what is wrong, and what to do.
    """
    names = [variant.name for variant in experiment.variants]
    for what, items in (
        ("variant", names),
        ("seed", experiment.seeds),
        ("dataset", [d.name for d in experiment.all_datasets]),
        ("grid", [grid.name for grid in experiment.grids]),
        ("seed", experiment.ablation.seeds),
    ):
        twice = next((item for item in items if list(items).count(item) > 1), None)
        if twice is not None:
            raise ConfigError(f"{what} '{twice}' is listed twice; remove one")
    _check_names(experiment)
    if not experiment.seeds:
        raise ConfigError("'seeds' is empty; give at least one seed, six for a significance test")
    rows = [experiment.baseline, experiment.report.ours, *experiment.report.main, *experiment.report.terms]
    for name in rows:
        if name not in names:
            raise UnknownNameError(
                f"'{name}' is used as a table row but is not among 'variants'; {did_you_mean(name, names)}"
            )
    if experiment.variant(experiment.baseline).control:
        raise ConfigError(f"baseline '{experiment.baseline}' is a control; choose a trained variant")
    for seed in (*experiment.seeds, *experiment.ablation.seeds, experiment.tune.seed, experiment.stats.seed):
        if seed < 0:
            raise ConfigError(f"seed {seed} is negative; use 0 or above")
    _check_starts(experiment)
    _check_numbers(experiment)
    _check_resources(experiment)
    _check_disjoint(experiment)
    for dataset in experiment.all_datasets:
        _check_eao(dataset)
        _check_reading(dataset)
    check_study(experiment)


def _check_names(experiment: Experiment) -> None:
    """Names of the configuration become names of files, and parts of commands and of paths in them."""
    items = [experiment.variants, experiment.grid_variants, experiment.all_datasets, experiment.grids]
    for name in (experiment.profile, *(each.name for group in items for each in group)):
        if not FILE_NAME.fullmatch(name):
            raise ConfigError(
                f"{name!r} is used as a name of files; begin with a letter or digit, leave out '/', '\\', braces and "
                "control characters, and keep it below 200 characters"
            )


def _check_starts(experiment: Experiment) -> None:
    """A fine-tuning begins with something that is there, and has its control arm: the logistic loss from the same."""
    variants = [*experiment.variants, *experiment.grid_variants]
    for variant in variants:
        start = variant.start
        if not start:
            continue
        if not start.endswith(".safetensors"):
            names = [each.name for each in experiment.variants if each.loss and not each.start]
            if start not in names:
                raise UnknownNameError(
                    f"variant '{variant.name}' starts from '{start}', no trained variant of this profile; "
                    f"{did_you_mean(start, names)}"
                )
        if not any(each.start == start and each.loss == "logistic" for each in variants):
            raise ConfigError(
                f"variant '{variant.name}' starts from '{start}' and has no control arm; "
                f"add a variant with loss: logistic and start: {start}"
            )


def _check_numbers(experiment: Experiment) -> None:
    positive = {
        "train.epochs": experiment.train.epochs,
        "train.batch_size": experiment.train.batch_size,
        "train.pairs_per_epoch": experiment.train.pairs_per_epoch,
        "train.lr_start": experiment.train.lr_start,
        "train.lr_end": experiment.train.lr_end,
        "model.width": experiment.model.width,
        "track.scales": experiment.track.scales,
        "train.val_pairs": experiment.train.val_pairs,
        "train.checkpoint_steps": experiment.train.checkpoint_steps,
        "track.response_up": experiment.track.response_up,
        "stats.draws": experiment.stats.draws,
    }
    if experiment.tune.trials:
        names = ("trials", "epochs", "pairs_per_epoch", "val_pairs")
        positive.update({f"tune.{name}": getattr(experiment.tune, name) for name in names})
    for key, value in positive.items():
        if value <= 0:
            raise ConfigError(f"'{key}' is {value}; give a value above 0")
    if not 1 <= experiment.crops.jpeg_quality <= 100:
        raise ConfigError(f"'crops.jpeg_quality' is {experiment.crops.jpeg_quality}; give a value from 1 to 100")
    for key in ("context", "frames_per_sequence"):
        if getattr(experiment.crops, key) < 0:
            raise ConfigError(f"'crops.{key}' is {getattr(experiment.crops, key)}; give a value of 0 or above")
    if experiment.tune.val_sequences < 0:
        raise ConfigError(f"'tune.val_sequences' is {experiment.tune.val_sequences}; give 0 (all) or how many")
    if experiment.train.epoch_maps < 0:
        raise ConfigError(f"'train.epoch_maps' is {experiment.train.epoch_maps}; give 0 (none) or a number of maps")
    if log_range(experiment.tune.lr_scale) is None:
        raise ConfigError(f"'tune.lr_scale' is {list(experiment.tune.lr_scale)}; write [low, high], both above 0")


def _check_resources(experiment: Experiment) -> None:
    """Amounts that a cluster can give."""
    for item in fields(experiment.resources):
        asked = getattr(experiment.resources, item.name)
        for key, value in asdict(asked).items() if is_dataclass(asked) else ():
            least = 0 if key in ("gpus", "gpu_mb") else 1
            if key != "gpu_type" and value < least:
                raise ConfigError(f"'resources.{item.name}.{key}' is {value}; give a value of {least} or above")
    if experiment.resources.growth < 1:
        raise ConfigError(f"'resources.growth' is {experiment.resources.growth}; give a factor of 1 or above")


def _check_eao(dataset: Dataset) -> None:
    """A year that has the supervised protocol, or an interval, or neither; on VOT only."""
    if not dataset.year and not dataset.eao_interval:
        return
    if dataset.format != "vot":
        raise ConfigError(f"dataset '{dataset.name}' is no VOT set; remove its 'year' and 'eao_interval'")
    if dataset.year and dataset.eao_interval:
        raise ConfigError(f"dataset '{dataset.name}' has 'year' and 'eao_interval'; keep one of them")
    if dataset.year:
        from siamloss.metrics.protocols import supervised_year

        supervised_year(dataset.year, f"dataset '{dataset.name}'")
    elif len(dataset.eao_interval) != 2 or not 1 <= dataset.eao_interval[0] <= dataset.eao_interval[1]:
        raise ConfigError(
            f"'eao_interval' of dataset '{dataset.name}' is {list(dataset.eao_interval)}; write [low, high], "
            "first and last frame, from 1"
        )


def _check_reading(dataset: Dataset) -> None:
    """A reader that exists, on files that are there; a layout that can be drawn."""
    if dataset.reader and dataset.synthetic is None:
        from siamloss.data.readers import reader_place

        reader_place(dataset.format, dataset.reader)
    elif dataset.reader:
        raise ConfigError(f"dataset '{dataset.name}' is synthetic; remove its 'reader'")
    elif dataset.synthetic is not None and dataset.format not in DRAWN:
        raise ConfigError(
            f"dataset '{dataset.name}' is synthetic and cannot be drawn in format {dataset.format}; "
            f"choose one of: {', '.join(DRAWN)}"
        )


def _check_disjoint(experiment: Experiment) -> None:
    """The same files must not be used under one name for one role and under another for the next."""
    sets = [item for item in experiment.all_datasets if item.synthetic is None]
    for one, other in itertools.combinations(sets, 2):
        if one.role == other.role or PurePath(one.path) != PurePath(other.path):
            continue
        if (
            not one.sequences
            or not other.sequences
            or set(expand_names(one.sequences)) & set(expand_names(other.sequences))
        ):
            raise RoleError(
                f"datasets '{one.name}' (role {one.role}) and '{other.name}' (role {other.role}) share sequences at "
                f"'{one.path}'; keep apart what is trained on, chosen on and tested on"
            )
