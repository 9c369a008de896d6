"""Nothing in the source executes data: no pickle is loaded, no text is run, no shell is started."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "benchmarks", "workflow")

MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "ctypes",
    "runpy",
    "code",
}
CALLS = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "subprocess.getoutput", "read_pickle"),
    *("to_pickle", "yaml.unsafe_load", "yaml.full_load", "yaml.load_all", "hub.load", "jit.load", "extractall"),
}
EXCEPTIONS: dict[str, str] = {
    "src/siamloss/data/prepare.py import_module": "the generator, by a name written there",
    "src/siamloss/data/readers.py import_module": "a reader of one's own, named in the profile of whoever runs it",
    "src/siamloss/losses/registry.py import_module": "a loss by its name, ours or of an installed package",
    "src/siamloss/export/onnx_models.py importlib.import_module": "the packages onnx and onnxruntime",
    "src/siamloss/tracking/job.py import_module": "the tracker, by a name written there",
}
"""Who may import by name: never a name out of a data file."""


def dotted(node):
    """``a.b.c`` of a called name; what is no name is "?"."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def constant(call, name):
    """Value of a keyword of a call that is written as a constant."""
    return next((getattr(item.value, "value", None) for item in call.keywords if item.arg == name), None)


def forbidden(source):
    """What a source calls or imports that could execute data."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found += [f"import {name}" for name in names if name.split(".")[0] in MODULES]
            if isinstance(node, ast.ImportFrom):
                full = (f"{node.module}.{alias.name}" for alias in node.names)
                found += [name for name in full if name in ("os.system", "os.popen", "torch.load", "yaml.load")]
        found += [dotted(node)] * dotted(node).endswith("import_module")  # called, or handed to what calls it
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        methods = CALLS - {"compile", "eval", "exec"}
        found += [name] * (name in CALLS or any(name.endswith(f".{call}") for call in methods))
        found += [name] * (name == "torch.load" and constant(node, "weights_only") is not True)
        found += [name] * (name == "yaml.load" or (name in ("np.load", "numpy.load") and not safe_array(node)))
        found += [f"{name} with a shell"] * bool(constant(node, "shell"))
    return found


def safe_array(call):
    """Whether a load of arrays refuses pickles, in so many words."""
    return constant(call, "allow_pickle") is False


def sources():
    """Every Python file of the project, and the Python in its rules is left to Snakemake."""
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_executes_data(path):
    name = str(path.relative_to(ROOT))
    found = [call for call in forbidden(path.read_text(encoding="utf-8")) if f"{name} {call}" not in EXCEPTIONS]
    assert found == []


def test_exceptions_are_still_needed():
    for exception in EXCEPTIONS:
        name, call = exception.split(" ", 1)
        assert call in forbidden((ROOT / name).read_text(encoding="utf-8")), exception


@pytest.mark.parametrize(
    "line",
    [
        *("import pickle", "from marshal import loads", "import joblib.memory", "from torch import load", "eval('1')"),
        *("os.system('x')", "subprocess.run('x', shell=True)", "torch.load(p)", "torch.load(p, weights_only=False)"),
        *("np.load(p)", "np.load(p, allow_pickle=True)", "pd.read_pickle(p)", "yaml.load(t)", "yaml.unsafe_load(t)"),
        *(
            "exec(t)",
            "__import__(n)",
            "importlib.import_module(n)",
            "map(import_module, n)",
            "torch.hub.load(r, m)",
            "tar.extractall(p)",
        ),
    ],
)
def test_each_kind_is_noticed(line):
    assert forbidden(line)


@pytest.mark.parametrize(
    "line",
    [
        *("model.eval()", "re.compile('x')", "torch.load(p, weights_only=True)", "np.load(p, allow_pickle=False)"),
        *("yaml.safe_load(t)", "subprocess.run(['x'])", "json.loads(t)", "torch.compile(model)"),
    ],
)
def test_harmless_calls_are_not(line):
    assert forbidden(line) == []


def test_rules_quote_what_they_put_into_commands():
    """Every wildcard, path and parameter of a command is quoted, but for those that are built from quoted parts."""
    import re

    built = {"params.run", "params.start", "params.choice", "params.runs", "wildcards.seed", "threads"}
    for path in sorted((ROOT / "workflow").rglob("*.smk")):
        for name in re.findall(r"\{((?:wildcards|input|output|params|log|threads)[\w.]*)\}", path.read_text()):
            shell = re.search(rf'"[^"\n]*\{{{re.escape(name)}\}}[^"\n]*"', path.read_text())
            if shell and "siamloss" in path.read_text():
                assert name in built, f"{path.name}: {{{name}}} is not quoted with :q"
