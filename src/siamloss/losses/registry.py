"""Losses by name."""

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

from siamloss.errors import ConfigError, UnknownKeyError, UnknownNameError, did_you_mean

LOSSES = {
    "logistic": "siamloss.losses.logistic:LogisticLoss",
    "triplet": "siamloss.losses.triplet:TripletLoss",
    "gsl": "siamloss.losses.gsl:GlobalSimilarityLoss",
}

RENAMED = {"lambda": "lambda_"}
"""Parameter names that Python keeps for itself."""


def loss_module(name: str) -> str:
    """Module that holds a loss, for code fingerprints."""
    if name not in LOSSES:
        raise UnknownNameError(f"unknown loss '{name}'; {did_you_mean(name, LOSSES)}")
    return LOSSES[name].partition(":")[0]


def loss_parameters(name: str) -> list[str]:
    """Parameter names of a loss as variants.yaml writes them, read from its source: the loss is not imported."""
    module, _, cls = LOSSES[name].partition(":")
    source = (Path(__file__).parent / f"{module.rpartition('.')[2]}.py").read_bytes()
    body = next(node.body for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == cls)
    init = next((node for node in body if isinstance(node, ast.FunctionDef) and node.name == "__init__"), None)
    written = {value: key for key, value in RENAMED.items()}
    return [written.get(arg.arg, arg.arg) for arg in init.args.args[1:]] if init else []


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
    ConfigError : a parameter out of its range.
    """
    check_loss(name, params, name)
    cls = getattr(import_module(loss_module(name)), LOSSES[name].partition(":")[2])
    values = {RENAMED.get(key, key): value for key, value in params.items()}
    try:
        return cls(**values)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"loss '{name}': {error}; correct its parameters in variants.yaml") from error
