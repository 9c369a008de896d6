"""Fingerprint of the code that a job runs: its module and every siamloss module that one imports, transitively.

Snakemake does not notice an edited function inside an installed package. Each rule therefore carries the fingerprint
of its entry module as a parameter: editing a plot re-runs the report only, editing the tracker re-runs tracking.
Comments, layout and docstrings do not count.
"""

import ast
import functools
from pathlib import Path

from siamloss.provenance.hashing import sha256_bytes, sha256_file

PACKAGE = "siamloss"
LEFT_OUT = {"siamloss", "siamloss.config", "siamloss.errors"}
"""Modules that hold no computation: the values of the configuration count in each job's part instead."""
ROOT = Path(__file__).resolve().parents[1]


@functools.cache
def _file(module: str) -> Path | None:
    """Source file of a siamloss module, found without importing it (an import would load torch)."""
    base = ROOT.joinpath(*module.split(".")[1:])
    return next((path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()), None)


def _parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


@functools.cache
def _parse(module: str) -> tuple[str, frozenset[str]]:
    """Code of a module without comments and docstrings, and the siamloss modules it imports anywhere."""
    tree = ast.parse(_file(module).read_bytes())
    imports: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports.add(node.module)
            imports.update(f"{node.module}.{alias.name}" for alias in node.names)
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                body[0].value = ast.Constant("")
    ours = {name for name in imports if name.split(".")[0] == PACKAGE and _file(name)}
    return ast.dump(tree) + _assets(_file(module)), frozenset(ours)


def _assets(file: Path) -> str:
    """Hashes of the data files of a package (templates): files in its folders that hold no Python."""
    if file.name != "__init__.py":
        return ""
    folders = [path for path in sorted(file.parent.iterdir()) if path.is_dir() and not any(path.glob("*.py"))]
    files = [path for folder in folders if folder.name != "__pycache__" for path in sorted(folder.iterdir())]
    return "".join(sha256_file(path) for path in files if path.is_file())


def import_closure(*modules: str) -> list[str]:
    """Sorted names of the given modules, of their packages, and of all siamloss modules they import, transitively."""
    seen: set[str] = set()
    queue = list(modules)
    while queue:
        module = queue.pop()
        if module in seen:
            continue
        seen.add(module)
        queue.extend(_parents(module))
        queue.extend(_parse(module)[1])
    return sorted(seen - LEFT_OUT)


def code_fingerprint(*modules: str) -> str:
    """First 12 hexadecimal digits of the sha256 over the code of :func:`import_closure`."""
    text = "\n".join(f"{module} {_parse(module)[0]}" for module in import_closure(*modules))
    return sha256_bytes(text.encode())[:12]
