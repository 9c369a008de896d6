"""Losses by name."""

import inspect
from importlib import import_module
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


def make_loss(name: str, params: dict[str, Any]):
    """Build a loss from its name and parameters, as variants.yaml writes them.

    Raises
    ------
    UnknownNameError, UnknownKeyError : a loss or a parameter that does not exist.
    ConfigError : a parameter out of its range.
    """
    cls = getattr(import_module(loss_module(name)), LOSSES[name].partition(":")[2])
    values = {RENAMED.get(key, key): value for key, value in params.items()}
    known = inspect.signature(cls).parameters
    for key in values:
        if key not in known:
            raise UnknownKeyError(f"loss '{name}' has no parameter '{key}'; {did_you_mean(key, known)}")
    try:
        return cls(**values)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"loss '{name}': {error}; correct its parameters in variants.yaml") from error
