"""Fingerprint of the code that a job runs: its module and every siamloss module that one imports, transitively.

Snakemake does not notice an edited function inside an installed package. Each rule therefore carries the fingerprint
of its entry module as a parameter: editing a plot re-runs the report only, editing the tracker re-runs tracking.
Comments, layout and docstrings do not count. A loss of another package counts with what it imports from its own package
and from siamloss.
"""

import ast
import functools
from pathlib import Path

from siamloss.errors import ConfigError
from siamloss.provenance.hashing import sha256_bytes, sha256_file
from siamloss.provenance.source import find_source

PACKAGE = "siamloss"
LEFT_OUT = {"siamloss", "siamloss.config", "siamloss.errors"}
"""Modules that hold no computation: the values of the configuration count in each job's part instead."""
ROOT = Path(__file__).resolve().parents[1]


@functools.cache
def _file(module: str) -> Path | None:
    """Source file of a module, found without importing it (an import would load torch)."""
    if module.split(".")[0] != PACKAGE:
        return find_source(module)
    base = ROOT.joinpath(*module.split(".")[1:])
    return next((path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()), None)


def _parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


@functools.cache
def _parse(module: str) -> tuple[str, frozenset[str]]:
    """Code of a module without comments and docstrings, and the modules of siamloss and of its own package that it
    imports anywhere."""
    try:
        tree = ast.parse(_file(module).read_bytes())
    except SyntaxError as error:
        raise ConfigError(f"{_file(module)} cannot be read as Python: {error.msg}; correct it") from error
    imports: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _absolute(module, node)
            imports.add(origin)
            imports.update(f"{origin}.{alias.name}" for alias in node.names)
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                del body[0]
    own = {PACKAGE, module.split(".")[0]}
    ours = {name for name in imports if name.split(".")[0] in own and _file(name)}
    return ast.dump(tree) + _assets(_file(module)), frozenset(ours)


def _absolute(module: str, node: ast.ImportFrom) -> str:
    """Module that an import names, also where it is written relative to ``module``."""
    if not node.level:
        return node.module or ""
    is_package = _file(module).name == "__init__.py"
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _assets(file: Path) -> str:
    """Hashes of the data files of a package (templates): files in its folders that hold no Python."""
    if file.name != "__init__.py":
        return ""
    folders = [path for path in sorted(file.parent.iterdir()) if path.is_dir() and not any(path.glob("*.py"))]
    files = [path for folder in folders if folder.name != "__pycache__" for path in sorted(folder.iterdir())]
    return "".join(sha256_file(path) for path in files if path.is_file())


def import_closure(*modules: str) -> list[str]:
    """Sorted names of the given modules, of their packages, and of all modules of siamloss and of their own package
    that they import, transitively.

    Raises
    ------
    ConfigError : one of the given modules has no source here.
    """
    for module in modules:
        if _file(module) is None:
            raise ConfigError(
                f"module '{module}' has no source here; install the package that holds it, or "
                "set PYTHONPATH=. where it lies in the working folder"
            )
    seen: set[str] = set()
    queue = list(modules)
    while queue:
        module = queue.pop()
        if module in seen or _file(module) is None:
            continue
        seen.add(module)
        queue.extend(_parents(module))
        queue.extend(_parse(module)[1])
    return sorted(seen - LEFT_OUT)


def code_fingerprint(*modules: str) -> str:
    """First 12 hexadecimal digits of the sha256 over the code of :func:`import_closure`."""
    text = "\n".join(f"{module} {_parse(module)[0]}" for module in import_closure(*modules))
    return sha256_bytes(text.encode())[:12]
