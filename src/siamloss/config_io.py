"""Reading configuration: YAML or JSON -> typed, checked dataclasses; profile + catalogues -> experiment."""

import json
import math
import re
import types
import typing
from dataclasses import MISSING, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from siamloss.config import Dataset, Datasets, Experiment, Profile, Variant
from siamloss.errors import ConfigError, RoleError, UnknownKeyError, UnknownNameError, did_you_mean
from siamloss.losses.registry import check_loss

CONTROLS = ("never-moves", "untrained", "oracle")
INSTANCE = re.compile(r"(?P<base>[^\[\]]+)\[(?P<params>[^\[\]]+)\]")


def build(cls: type, raw: Any, where: str = "") -> Any:
    """Turn plain values into the dataclass ``cls``.

    Raises
    ------
    UnknownKeyError : a key that the dataclass lacks, with the nearest one.
    ConfigError : a missing key or a value of the wrong type.
    """
    if not isinstance(raw, dict):
        raise ConfigError(f"{where or 'the configuration'} must be a mapping, not {raw!r}; see config/README.md")
    known = {item.name: item for item in fields(cls)}
    for key in raw:
        if key not in known:
            raise UnknownKeyError(f"unknown key '{_join(where, key)}'; {did_you_mean(str(key), known)}")
    hints = typing.get_type_hints(cls)
    values = {key: _convert(hints[key], value, _join(where, key)) for key, value in raw.items()}
    for name, item in known.items():
        if name not in values and item.default is MISSING and item.default_factory is MISSING:
            raise ConfigError(f"'{_join(where, name)}' is missing; see config/README.md for its meaning")
    return cls(**values)


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else str(key)


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _convert(args[0], value, where)
    if is_dataclass(hint):
        return value if isinstance(value, hint) else build(hint, value, where)
    if origin is typing.Literal:
        if value not in args:
            raise ConfigError(f"'{where}' is {value!r}; {did_you_mean(str(value), [a for a in args if a])}")
        return value
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f"'{where}' must be a list, not {value!r}; write it as [a, b]")
        return tuple(_convert(args[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if hint is dict or origin is dict:
        if not isinstance(value, dict):
            raise ConfigError(f"'{where}' must be a mapping, not {value!r}; see config/README.md")
        return dict(value)
    return _convert_scalar(hint, value, where)


def _convert_scalar(hint: type, value: Any, where: str) -> Any:
    if hint is float and isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            number = float(value)  # YAML reads 1e-3 as text
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
    elif isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
        return value
    raise ConfigError(f"'{where}' must be of type {hint.__name__}, not {value!r}; correct it in the configuration")


def read_yaml(path: Path) -> dict[str, Any]:
    """Safe-load a YAML mapping; a missing or malformed file is a :class:`ConfigError`."""
    import yaml

    try:
        value = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path} ({error.strerror}); give the path of an existing YAML file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text; save it as UTF-8") from error
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        raise ConfigError(f"{path} is not valid YAML near line {line}; correct the syntax") from error
    if not isinstance(value, dict):
        raise ConfigError(f"{path} must hold a mapping of keys to values; see config/README.md")
    return value


def load_profile(path: Path, **overrides: Any) -> Experiment:
    """Read and resolve a profile file; its catalogues are the files beside it."""
    return resolve({**read_yaml(path), **overrides}, Path(path).parent)


def resolve(raw: dict[str, Any], catalogue_dir: Path = Path("config")) -> Experiment:
    """Check a profile and look its names up in ``datasets.yaml`` and ``variants.yaml``."""
    profile = build(Profile, raw)
    catalogue = read_yaml(catalogue_dir / "variants.yaml")
    variants = tuple(resolve_variant(name, catalogue) for name in profile.variants)
    datasets = _resolve_datasets(profile, read_yaml(catalogue_dir / "datasets.yaml"))
    values = {item.name: getattr(profile, item.name) for item in fields(Profile)}
    experiment = Experiment(**{**values, "variants": variants, "datasets": datasets})
    _check(experiment)
    return experiment


def resolve_variant(name: str, catalogue: dict[str, Any]) -> Variant:
    """Look up ``gsl``, a control, or an instance such as ``gsl[eta=0.5,lambda=1]``."""
    if name in CONTROLS:
        return build(Variant, {"label": name, **(catalogue.get(name) or {}), "name": name, "control": name})
    match = INSTANCE.fullmatch(name)
    base = match["base"] if match else name
    if not isinstance(catalogue.get(base), dict):
        raise UnknownNameError(f"unknown variant '{name}'; {did_you_mean(base, [*catalogue, *CONTROLS])}")
    variant = build(Variant, {"label": base, **catalogue[base], "name": base}, where=f"variants.{base}")
    if match:
        pieces = [item.partition("=") for item in match["params"].split(",")]
        if not all(key.strip() and value.strip() for key, _, value in pieces):
            raise ConfigError(
                f"variant '{name}' is not written as base[key=value,key=value]; correct it in the profile"
            )
        chosen = {key.strip(): value.strip() for key, _, value in pieces}
        variant = replace(variant, name=name, label=name, params={**variant.params, **chosen})
    variant = replace(variant, params={key: _number(value) for key, value in variant.params.items()})
    check_loss(variant.loss, variant.params, name)
    return variant


def _number(value: Any) -> Any:
    """The number that a text stands for (YAML reads 1e-3 as text), else the value as it is."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _resolve_datasets(profile: Profile, catalogue: dict[str, Any]) -> Datasets:
    wanted = profile.datasets
    for role in wanted:
        if role not in ("train", "val", "test"):
            raise UnknownKeyError(f"unknown key 'datasets.{role}'; {did_you_mean(role, ['train', 'val', 'test'])}")
    for role in ("train", "val", "test"):
        if not wanted.get(role):
            raise ConfigError(f"'datasets.{role}' is missing; name a dataset of config/datasets.yaml")
    if not isinstance(wanted["test"], list):
        raise ConfigError("'datasets.test' must be a list of dataset names; write it as [a, b]")

    def find(name: Any, role: str) -> Dataset:
        if not isinstance(name, str) or not isinstance(catalogue.get(name), dict):
            raise UnknownNameError(f"unknown dataset '{name}'; {did_you_mean(str(name), catalogue)}")
        dataset = build(Dataset, {**catalogue[name], "name": name}, where=f"datasets.{name}")
        if dataset.role != role:
            raise RoleError(
                f"dataset '{name}' has role {dataset.role} and cannot be used as {role}; choose another dataset"
            )
        return dataset

    return Datasets(
        train=find(wanted["train"], "train"),
        val=find(wanted["val"], "val"),
        test=tuple(find(name, "test") for name in wanted["test"]),
    )


def _check(experiment: Experiment) -> None:
    names = [variant.name for variant in experiment.variants]
    for what, items in (
        ("variant", names),
        ("seed", experiment.seeds),
        ("dataset", [d.name for d in experiment.all_datasets]),
    ):
        twice = next((item for item in items if list(items).count(item) > 1), None)
        if twice is not None:
            raise ConfigError(f"{what} '{twice}' is listed twice; remove one")
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
    negative = next((seed for seed in experiment.seeds if seed < 0), None)
    if negative is not None or experiment.stats.seed < 0:
        raise ConfigError(
            f"seed {negative if negative is not None else experiment.stats.seed} is negative; use 0 or above"
        )
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
    for key, value in positive.items():
        if value <= 0:
            raise ConfigError(f"'{key}' is {value}; give a value above 0")


def read_spec(path: Path) -> Experiment:
    """Read a ``spec.json`` written by ``siamloss spec``."""
    try:
        raw = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path} is not a readable spec; make it with 'siamloss spec --config config/demo.yaml'"
        ) from error
    return build(Experiment, raw)
