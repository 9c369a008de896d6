"""What the source of a loss says of it, read without importing it."""

import ast
from pathlib import Path

from siamloss.errors import ConfigError

FACTS = ("formula", "cost")
"""Class attributes that hold one line of plain text each."""


def _classes(path: Path) -> dict[str, ast.ClassDef]:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as Python: {str(error).splitlines()[0]}; correct it") from error
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == name), None)


def _lineage(path: Path, cls: str) -> list[ast.ClassDef]:
    """A class and those of its bases that stand in the same file, nearest first."""
    classes, names, found = _classes(path), [cls], []
    if cls not in classes:
        raise ConfigError(f"{path} does not define class '{cls}'; name the module that defines it")
    while names:
        node = classes.get(names.pop(0))
        if node is not None and node not in found:
            found.append(node)
            names += [base.id for base in node.bases if isinstance(base, ast.Name)]
    return found


def public_loss(path: Path) -> str:
    """Name of the one public class with a ``forward`` in a file; empty if there is none.

    Raises
    ------
    ConfigError : there are several, or the file is not Python.
    """
    names = [name for name, node in _classes(path).items() if name[0] != "_" and _method(node, "forward")]
    if len(names) > 1:
        raise ConfigError(f"{path} defines {' and '.join(names)}; give each loss a file of its own")
    return names[0] if names else ""


def parameters(path: Path, cls: str) -> list[str]:
    """Names of the arguments of a class, keyword-only ones included."""
    init = next((found for node in _lineage(path, cls) if (found := _method(node, "__init__"))), None)
    if init is None:
        return []
    return [item.arg for item in [*init.args.posonlyargs, *init.args.args, *init.args.kwonlyargs][1:]]


def facts(path: Path, cls: str) -> dict[str, str]:
    """The texts of :data:`FACTS`; empty where the class does not give them as plain text."""
    values = dict.fromkeys(FACTS, "")
    for node in reversed(_lineage(path, cls)):
        for item in node.body:
            targets = item.targets if isinstance(item, ast.Assign) else [getattr(item, "target", None)]
            for target in targets:
                if isinstance(target, ast.Name) and target.id in FACTS and isinstance(item.value, ast.Constant):
                    values[target.id] = str(item.value.value)
    return values
