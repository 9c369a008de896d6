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
LEFT_OUT = {"siamloss", "siamloss.config", "siamloss.errors", "siamloss.provenance.fingerprint"}
"""Modules that hold no computation: the values of the configuration count in each job's part instead, and a fingerprint
names unfinished work, never what is in it."""
ROOT = Path(__file__).resolve().parents[1]
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where a statement holds other statements; no import and no docstring is elsewhere."""


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


def _is_docstring(node: ast.AST) -> bool:
    """A text that stands alone: of a module, class or function, or below a constant."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@functools.cache
def _tree(module: str) -> tuple[ast.Module, list[ast.Import | ast.ImportFrom]]:
    """Syntax tree of a module without comments and docstrings, and its import statements."""
    try:
        tree = ast.parse(_file(module).read_bytes())
    except SyntaxError as error:
        raise ConfigError(f"{_file(module)} cannot be read as Python: {error.msg}; correct it") from error
    imports, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.append(node)
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            waiting.extend(node.orelse)  # what stands under it is read by type checkers and never runs
            continue
        for name in BLOCKS:
            inner = [each for each in getattr(node, name, ()) if not _is_docstring(each)]
            if hasattr(node, name):
                setattr(node, name, inner)
            waiting.extend(inner)
    return tree, imports


@functools.cache
def _parse(module: str) -> tuple[str, frozenset[str]]:
    """Code of a module without comments and docstrings, and the modules of siamloss and of its own package that it
    imports anywhere."""
    tree, nodes = _tree(module)
    own = {PACKAGE, module.split(".")[0]}
    imports: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
            continue
        origin = _absolute(module, node)
        if origin.split(".")[0] in own or _beside(module, origin):
            imports.update(_home_of(origin, alias.name) for alias in node.names)
    ours = {name for name in imports if _file(name) and (name.split(".")[0] in own or _beside(module, name))}
    return ast.dump(tree) + _assets(_file(module)), frozenset(ours)


def _beside(module: str, name: str) -> bool:
    """Whether both are single files of one folder, as in a working folder with readers or losses of one's own."""
    if PACKAGE in (module.split(".")[0], name.split(".")[0]) or "." in module + name or not name:
        return False
    file = _file(name)
    return file is not None and file.name != "__init__.py" and file.parent == _file(module).parent


@functools.cache
def _passed_on(package: str) -> dict[str, tuple[str, str]] | None:
    """Names that a package only hands on, with the module and the name they come from; None where its
    ``__init__`` does anything else, or holds data files."""
    file = _file(package)
    if file is None or file.name != "__init__.py" or _assets(file):
        return None
    names = {}
    for node in _tree(package)[0].body:
        if isinstance(node, ast.ImportFrom) and node.names[0].name != "*":
            origin = _absolute(package, node)
            names.update({alias.asname or alias.name: (origin, alias.name) for alias in node.names})
        elif not (isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]):
            return None
    return names


def _home_of(origin: str, name: str) -> str:
    """Module that ``from origin import name`` needs: ``metrics/otb.py`` does not need what else ``metrics`` offers."""
    if _file(f"{origin}.{name}"):
        return f"{origin}.{name}"
    passed_on = _passed_on(origin)
    return _home_of(*passed_on[name]) if passed_on and name in passed_on else origin


def _absolute(module: str, node: ast.ImportFrom) -> str:
    """Module that an import names, also where it is written relative to ``module``."""
    if not node.level:
        return node.module or ""
    is_package = _file(module).name == "__init__.py"
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _assets(file: Path) -> str:
    """Hashes of the data files beside a module (templates, styles), in folders that hold no Python.

    A folder belongs to the modules that name it; one that none of its package names belongs to the package. A file that
    is in no package has none: what lies beside it may be anything.
    """
    if not (file.parent / "__init__.py").exists():
        return ""
    folders = [path for path in sorted(file.parent.iterdir()) if path.is_dir() and path.name != "__pycache__"]
    folders = [folder for folder in folders if not any(folder.glob("*.py"))]
    beside = [path for path in file.parent.glob("*.py") if path.name != "__init__.py"] if folders else []
    if file.name == "__init__.py":
        folders = [folder for folder in folders if not any(_names(path, folder.name) for path in beside)]
    else:
        folders = [folder for folder in folders if _names(file, folder.name)]
    return "".join(sha256_file(path) for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())


def _names(file: Path, folder: str) -> bool:
    return f'"{folder}"' in file.read_text(encoding="utf-8")


def import_closure(*modules: str) -> list[str]:
    """Sorted names of the given modules and of all modules of siamloss and of their own package that they import,
    transitively, with the packages around them; a package that only hands names on is left out.

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
        if module in seen or module in LEFT_OUT or _file(module) is None:
            continue
        seen.add(module)
        queue.extend(package for package in _parents(module) if _passed_on(package) is None)
        queue.extend(_parse(module)[1])
    return sorted(seen)


@functools.cache
def code_fingerprint(*places: str) -> str:
    """First 12 hexadecimal digits of the sha256 over the code of :func:`import_closure`; the files are read once.

    Parameters
    ----------
    places : modules, or ``module:name`` where it matters which of its functions or classes is used.
    """
    modules = [place.partition(":")[0].strip() for place in places]
    named = "\n".join(sorted(place for place in places if ":" in place))
    text = "\n".join(f"{module} {_parse(module)[0]}" for module in import_closure(*modules))
    return sha256_bytes(f"{named}\n{text}".encode())[:12]


def forget() -> None:
    """Read the sources again from now on."""
    for function in (_file, _tree, _parse, _passed_on, code_fingerprint):
        function.cache_clear()
