"""Parameters of losses, checked where a loss is built; the registry turns a ValueError into a named error."""

import math
from collections.abc import Iterable


def number(name: str, value: float, low: float = -math.inf, above: float = -math.inf) -> float:
    """A finite number of at least ``low`` and more than ``above``; ValueError if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r} but must be a finite number")
    if value < low:
        raise ValueError(f"{name} is {value} but must be {low:g} or more")
    if value <= above:
        raise ValueError(f"{name} is {value} but must be above {above:g}")
    return float(value)


def whole_number(name: str, value: float, low: int) -> int:
    """An integer of at least ``low``, written as 3 or 3.0; ValueError if it is none."""
    if number(name, value, low) != int(value):
        raise ValueError(f"{name} is {value} but must be a whole number")
    return int(value)


def choice(name: str, value: str, choices: Iterable[str]) -> str:
    """One of the choices; ValueError if it is none."""
    if value not in choices:
        raise ValueError(f"{name} is '{value}' but must be one of: {', '.join(choices)}")
    return value
