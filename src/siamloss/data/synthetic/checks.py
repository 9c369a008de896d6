"""Is a synthetic dataset's configuration possible?"""

import math
from pathlib import Path

from siamloss.config import Dataset, SyntheticConfig
from siamloss.data.synthetic.attributes import ORDER, possible
from siamloss.data.synthetic.knobs import FACTORS, LARGEST_FACTOR, VALUES
from siamloss.errors import ConfigError, MissingDataError, UnknownKeyError, UnknownNameError, did_you_mean

SMALLEST_PX = 64
LARGEST_PX = 4096


def checked(dataset: Dataset) -> SyntheticConfig:
    """The dataset's :class:`SyntheticConfig`.

    Raises
    ------
    ConfigError : there is none, or a value is impossible; the message names the key and a value that works.
    """
    config = dataset.synthetic
    where = f"dataset '{dataset.name}': synthetic"
    if config is None:
        raise ConfigError(f"{where} is missing; add 'synthetic: {{sequences: 8, frames: 60, seed: 0}}' to the dataset")
    for key, least in (("sequences", 1), ("frames", 2), ("seed", 0)):
        value = getattr(config, key)
        if value < least:
            raise ConfigError(f"{where}.{key} is {value}; set it to {least} or more")
    for key in ("width", "height"):
        value = getattr(config, key)
        if not SMALLEST_PX <= value <= LARGEST_PX:
            raise ConfigError(f"{where}.{key} is {value} px; set it between {SMALLEST_PX} and {LARGEST_PX}")
    if not (math.isfinite(config.difficulty) and config.difficulty >= 0):
        raise ConfigError(f"{where}.difficulty is {config.difficulty}; set it to 0 (clean), 1 (default) or more")
    for name in config.attributes:
        if name not in ORDER:
            raise UnknownNameError(f"{where}.attributes has '{name}'; {did_you_mean(name, ORDER)}")
    if not possible(frozenset(config.attributes)):
        raise ConfigError(f"{where}.attributes {list(config.attributes)} leave nothing to track together; choose fewer")
    for name, value in config.knobs.items():
        if name not in FACTORS and name not in VALUES:
            raise UnknownKeyError(f"unknown key '{where}.knobs.{name}'; {did_you_mean(name, [*FACTORS, *VALUES])}")
        low, high = VALUES.get(name, (0.0, LARGEST_FACTOR))
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not (number and low <= value <= high):
            raise ConfigError(f"{where}.knobs.{name} is {value!r}; set it between {low:g} and {high:g}")
    return config


def check_folder(root: Path) -> None:
    """Raise unless ``root`` is an existing, empty folder."""
    if not root.is_dir():
        raise MissingDataError(f"{root} is not a folder; create it before drawing a synthetic dataset into it")
    if any(root.iterdir()):
        raise ConfigError(f"{root} is not empty; give an empty folder for the synthetic dataset")
