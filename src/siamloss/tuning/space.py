"""What the tuning stage tries: ranges by parameter, and points spread evenly in them."""

from siamloss.config import TuneConfig, Variant
from siamloss.config_build import log_range
from siamloss.errors import ConfigError
from siamloss.losses.registry import check_loss
from siamloss.training.chosen import RATE

Space = dict[str, tuple[float, float]]

DIGITS = 4
"""Significant digits of a tried value; finer ones would say nothing and read badly."""


def search_space(variant: Variant, config: TuneConfig) -> Space:
    """``{parameter: (low, high)}`` of a variant, the factor on the learning rate first.

    Every variant has the same range of ``lr_scale``, ``tune.lr_scale`` of the profile, unless its own ``tune`` gives
    another one; what its instance name fixes is left out.

    Raises
    ------
    ConfigError : the variant is a control, or a range is not ``[low, high]`` with 0 < low <= high; names the parameter.
    UnknownKeyError : the loss has no such parameter.
    """
    if not variant.loss:
        raise ConfigError(f"variant '{variant.name}' is a control and has nothing to tune; tune a trained variant")
    ranges = {RATE: config.lr_scale, **variant.tune}
    ranges = {name: value for name, value in ranges.items() if name not in variant.fixed}
    check_loss(variant.loss, {**variant.params, **{name: 0 for name in ranges if name != RATE}}, variant.name)
    return {name: _range(variant.name, name, value) for name, value in ranges.items()}


def _range(variant: str, name: str, value: object) -> tuple[float, float]:
    found = log_range(value)
    if found is None:
        raise ConfigError(
            f"variant '{variant}': the range of '{name}' to tune is {value!r}; give [low, high] with 0 < low <= high"
        )
    return found


def own_values(variant: Variant, space: Space) -> dict[str, float]:
    """The variant's own value of each parameter of its space that it sets itself: trial 0."""
    own = {**variant.params, RATE: variant.lr_scale}
    return {name: own[name] for name in space if name in own}


def spread_values(space: Space, trial: int) -> dict[str, float]:
    """Point number ``trial`` (1 or above) of Roberts' sequence R_d, laid over the space in logarithms.

    Any number of first points covers the space evenly, each parameter alone and all together, so that the budget can be
    short, and a longer one goes on where it ended.

    Source
    ------
    M. Roberts 2018, "The unreasonable effectiveness of quasirandom sequences": point n is frac(1/2 + n / g^j) for
    parameter j = 1..d, g the positive root of x^(d + 1) = x + 1.
    """
    root = _root(len(space))
    values = {}
    for number, (name, (low, high)) in enumerate(space.items(), start=1):
        share = (0.5 + trial / root**number) % 1.0
        values[name] = float(f"{low * (high / low) ** share:.{DIGITS}g}")
    return values


def _root(dimensions: int) -> float:
    """Positive root of x^(d + 1) = x + 1."""
    root = 2.0
    for _ in range(60):
        root = (1.0 + root) ** (1.0 / (dimensions + 1))
    return root
