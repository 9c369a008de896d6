"""JSON schema of a profile, generated from the dataclasses; editors use it to complete and check YAML."""

import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from siamloss.config import Profile

SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}


def profile_schema() -> dict[str, Any]:
    """The schema of a profile file such as ``config/demo.yaml``."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "siamloss profile", **_object(Profile)}


def _object(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    properties, required = {}, []
    for item in fields(cls):
        properties[item.name] = _schema(hints[item.name])
        if item.default is MISSING and item.default_factory is MISSING:
            required.append(item.name)
        elif item.default is not MISSING and not is_dataclass(item.default):
            properties[item.name]["default"] = list(item.default) if isinstance(item.default, tuple) else item.default
    description = (cls.__doc__ or "").split("\n")[0]
    schema = {"type": "object", "description": description, "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def _schema(hint: Any) -> dict[str, Any]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return {}
    if origin in (typing.Union, types.UnionType):
        return _schema(args[0])
    if is_dataclass(hint):
        return _object(hint)
    if origin is typing.Literal:
        return {"enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": _schema(args[0])}
    if hint is float:  # YAML reads 1e-3 as text
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[-+0-9.eE]+$"}]}
    return {"type": "object"} if origin is dict else {"type": SCALARS[hint]}
