"""Plain values -> typed, checked dataclasses."""

import math
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from siamloss.errors import ConfigError, UnknownKeyError, did_you_mean


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


def log_range(value: Any) -> tuple[float, float] | None:
    """The range ``[low, high]`` that can be searched on a log scale, 0 < low <= high; None where it is none."""
    if not isinstance(value, (list, tuple)):
        return None  # "12" is no range from 1 to 2
    try:
        low, high = map(float, value)
    except (TypeError, ValueError):
        return None
    return (low, high) if 0 < low <= high < math.inf else None


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
