"""Losses by name: those of this folder, and those of installed packages (entry point group ``siamloss.losses``).

Names, parameters and formulas are read from the source; a loss, and torch, is imported by :func:`make_loss` alone.
"""

import functools
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from siamloss.errors import ConfigError, UnknownKeyError, UnknownNameError, did_you_mean
from siamloss.losses.shared import source
from siamloss.provenance.source import find_source

GROUP = "siamloss.losses"
ROOM = Path(__file__).resolve().parent
RENAMED = {"lambda": "lambda_"}
"""Parameter names that Python keeps for itself."""


def built_in_losses(room: Path = ROOM) -> dict[str, str]:
    """Every file of the room with one public class that defines ``forward``: ``batch_hard.py`` is ``batch-hard``."""
    found = {}
    for path in sorted(room.glob("[a-z]*.py")):
        cls = source.public_loss(path)
        if cls:
            found[path.stem.replace("_", "-")] = f"siamloss.losses.{path.stem}:{cls}"
    return found


def installed_losses(known: Mapping[str, str]) -> dict[str, str]:
    """Losses that other packages announce, beside those ``known``.

    Raises
    ------
    ConfigError : a name that is taken, or an entry point that does not name a class.
    """
    found: dict[str, str] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        package = entry.dist.name if entry.dist is not None else "unknown"
        taken = known.get(entry.name) or found.get(entry.name)
        if taken:
            raise ConfigError(
                f"loss '{entry.name}' is both {taken} and {entry.value} of package '{package}'; rename the latter"
            )
        module, _, cls = (part.strip() for part in entry.value.partition("[")[0].partition(":"))
        if not (module and cls.isidentifier()):
            raise ConfigError(
                f"loss '{entry.name}' of package '{package}' is announced as '{entry.value}'; write it as module:Class"
            )
        found[entry.name] = f"{module}:{cls}"
    return found


class _Losses(Mapping):
    """Where each loss is, ``module:Class`` by name, looked up when first asked for."""

    @functools.cached_property
    def _found(self) -> dict[str, str]:
        ours = built_in_losses()
        return {**ours, **installed_losses(ours)}

    def __getitem__(self, name: str) -> str:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


LOSSES: Mapping[str, str] = _Losses()


def _place(name: str) -> tuple[str, str]:
    """Module and class of a loss."""
    if name not in LOSSES:
        raise UnknownNameError(f"unknown loss '{name}'; {did_you_mean(name, LOSSES)}")
    module, _, cls = LOSSES[name].partition(":")
    return module, cls


def _source(name: str) -> tuple[Path, str]:
    """Source file and class of a loss."""
    module, cls = _place(name)
    if module.startswith("siamloss.losses."):
        return ROOM / f"{module.rpartition('.')[2]}.py", cls
    path = find_source(module)
    if path is None:
        raise ConfigError(
            f"loss '{name}' is announced by an installed package, but its module '{module}' has no source here; "
            "install that package again or remove it"
        )
    return path, cls


def loss_place(name: str) -> str:
    """``module:Class`` of a loss, for code fingerprints."""
    return ":".join(_place(name))


def loss_parameters(name: str) -> list[str]:
    """Parameter names of a loss as variants.yaml writes them, read from its source: the loss is not imported."""
    written = {value: key for key, value in RENAMED.items()}
    return [written.get(key, key) for key in source.parameters(*_source(name))]


def loss_facts(name: str) -> dict[str, str]:
    """``formula`` and ``cost`` of a loss in one line each, read from its source; empty where it does not say."""
    return source.facts(*_source(name))


def check_loss(name: str, params: dict[str, Any], variant: str) -> None:
    """Refuse a variant whose loss or one of whose parameters does not exist; imports no torch.

    Raises
    ------
    UnknownNameError, UnknownKeyError : with the nearest name.
    """
    if name not in LOSSES:
        raise UnknownNameError(f"variant '{variant}' has unknown loss '{name}'; {did_you_mean(name, LOSSES)}")
    known = loss_parameters(name)
    for key in params:
        if key not in known:
            raise UnknownKeyError(
                f"loss '{name}' of variant '{variant}' has no parameter '{key}'; {did_you_mean(key, known)}"
            )


def make_loss(name: str, params: dict[str, Any]):
    """Build a loss from its name and parameters, as variants.yaml writes them.

    Raises
    ------
    UnknownNameError, UnknownKeyError : a loss or a parameter that does not exist.
    ConfigError : a parameter out of its range, or a loss of another package that cannot be imported.
    """
    check_loss(name, params, name)
    module, cls = _place(name)
    try:
        made = getattr(import_module(module), cls)
    except Exception as error:  # whatever the code of another package raises
        if module.startswith("siamloss."):
            raise
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError(f"loss '{name}' cannot be imported from {module}: {text}; correct that package") from error
    values = {RENAMED.get(key, key): value for key, value in params.items()}
    try:
        return made(**values)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"loss '{name}': {error}; correct its parameters in variants.yaml") from error
