"""What the tuning stage chose for a variant: reading it and applying it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from siamloss.config import Variant
from siamloss.errors import ConfigError, CorruptError
from siamloss.losses.registry import check_loss
from siamloss.provenance.sealed import read_json

RATE = "lr_scale"


def read_choice(path: Path) -> dict[str, float]:
    """Chosen values by parameter, from a file of the tuning stage.

    Raises
    ------
    CorruptError : the file is missing, is no JSON or holds no choice.
    """
    try:
        chosen = read_json(path)["chosen"]
        return {str(name): float(value) for name, value in chosen.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptError(f"{path} holds no choice of the tuning stage; delete it and run snakemake again") from error


def used_choice(variant: Variant, chosen: dict[str, float]) -> dict[str, float]:
    """The chosen values without those that the variant's own name sets."""
    return {name: value for name, value in chosen.items() if name not in variant.fixed}


def apply_choice(variant: Variant, chosen: dict[str, float]) -> Variant:
    """The variant with the chosen learning-rate factor and loss parameters, except those its name sets.

    Raises
    ------
    ConfigError : the variant is a control; or, as UnknownKeyError, its loss has no such parameter.
    """
    if not variant.loss:
        raise ConfigError(f"variant '{variant.name}' is a control and has nothing to tune; leave out its choice")
    used: dict[str, Any] = used_choice(variant, chosen)
    rate = used.pop(RATE, variant.lr_scale)
    params = {**variant.params, **used}
    check_loss(variant.loss, params, variant.name)
    return replace(variant, lr_scale=rate, params=params)
