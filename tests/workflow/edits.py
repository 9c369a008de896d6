"""Edits of a project: what each does, and which jobs it touches itself; the module ``followers`` says the rest."""

import ast
import os
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import yaml
from tests.workflow.followers import all_jobs, closure, matches
from tests.workflow.project import PROFILE, drawn


@dataclass(frozen=True)
class Edit:
    """An edit, and patterns of the jobs that it touches itself.

    Attributes
    ----------
    make : edits the project; it is undone by :class:`Undo`.
    profile : the profile afterwards, from which the jobs follow.
    quick : also in the default tests.
    """

    name: str
    make: Callable
    first: str = ""
    profile: Callable = lambda profile: profile
    quick: bool = False

    def expected(self):
        """Names of the jobs that must be planned."""
        first = [" ".join(words.split()) for words in self.first.split(",") if words.strip()]
        jobs = all_jobs(self.profile(PROFILE))
        unknown = [pattern for pattern in first if not any(matches(job, pattern) for job in jobs)]
        assert not unknown, f"no such jobs: {unknown}"
        return closure(first, jobs)


class Undo:
    """Puts the files below ``src`` and ``config``, and the pins, back: bytes and times; of products the times."""

    def __init__(self, folder):
        self.folder = folder
        self._facts = {path: (path.stat(), path.read_bytes()) for path in self._files()}
        self._products = {path: path.stat() for path in (folder / "results").rglob("*") if path.is_file()}

    def _files(self):
        places = [*(self.folder / "src").rglob("*"), *(self.folder / "config").rglob("*")]
        places += [self.folder / name for name in ("environment.yml", "pyproject.toml")]
        return [path for path in places if path.is_file() and "__pycache__" not in path.parts]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for path in set(self._files()) - set(self._facts):
            path.unlink()
        for path, facts in self._products.items():
            if path.stat().st_mtime_ns != facts.st_mtime_ns:
                os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        for path, (facts, content) in self._facts.items():
            if not path.exists() or path.stat().st_mtime_ns != facts.st_mtime_ns or path.read_bytes() != content:
                path.write_bytes(content)
                os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def source(file, change):
    """Edit a file of the package by a function of its text."""

    def make(project):
        path = project.folder / "src" / "siamloss" / file
        text = path.read_text()
        changed = change(text)
        assert changed != text
        path.write_text(changed)

    return make


def body(file):
    """A statement more at the beginning of the first function of a file, or of the first method of a class."""

    def change(text):
        function = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
        statements = function.body[1:] if ast.get_docstring(function) is not None else function.body
        lines = text.splitlines(keepends=True)
        if not statements:
            raise AssertionError(f"{file}: the first function has a docstring only")
        lines.insert(statements[0].lineno - 1, " " * statements[0].col_offset + "edited = 1\n")
        return "".join(lines)

    return source(file, change)


def more(file, text):
    """More text at the end of a file of the package."""
    return source(file, lambda before: before + text)


def with_remark(text):
    """A comment before each line that begins a definition."""
    return re.sub(r"^(?=( *)(def|class) )", lambda found: f"{found[1]}# A remark.\n", text, flags=re.M)


def with_other_docstrings(text):
    """The same code, other words in the docstring of the module."""
    return re.sub(r'\A"""', '"""In other words. ', text)


def other_layout(text):
    """The same code as another formatter would write it: no comments, other quotes, all on long lines."""
    return f'"""{ast.get_docstring(ast.parse(text))}"""\n' + textwrap.dedent(
        ast.unparse(ast.parse(text)).partition("\n")[2]
    )


def touch(*patterns):
    """New time stamps."""

    def make(project):
        for pattern in patterns:
            found = [path for path in project.folder.glob(pattern) if path.is_file()]
            assert found, pattern
            for path in found:
                os.utime(path)

    return make


def setting(path, value):
    """Change one value of the profile, by its keys: ``train/epochs``."""

    def change(profile):
        head, _, key = path.rpartition("/")
        return {**profile, head: {**profile.get(head, {}), key: value}} if head else {**profile, key: value}

    return change


def profile(change):
    """Write a changed profile."""
    return lambda project: project.write(change(PROFILE))


def catalogue(file, change):
    """Edit a catalogue beside the profile."""

    def make(project):
        path = project.folder / "config" / file
        entries = yaml.safe_load(path.read_text())
        change(entries)
        path.write_text(yaml.safe_dump(entries, sort_keys=False))

    return make


def synthetic(name, **changes):
    return catalogue("datasets.yaml", lambda sets: sets[name]["synthetic"].update(changes))


def entry(file, name, **changes):
    return catalogue(file, lambda entries: entries[name].update(changes))


def reordered(project):
    """All mappings of the configuration in reverse order, with a remark."""

    def reverse(value):
        if isinstance(value, dict):
            return {key: reverse(value[key]) for key in reversed(value)}
        return list(map(reverse, value)) if isinstance(value, list) else value

    for path in (project.folder / "config").glob("*.yaml"):
        turned = reverse(yaml.safe_load(path.read_text()))
        if path.name == "variants.yaml":  # the order of the axes of a grid is the order of its cells
            turned["grids"] = yaml.safe_load(path.read_text())["grids"]
        path.write_text("# A remark.\n" + yaml.safe_dump(turned, sort_keys=False))


def pins(file):
    """Another version of every pinned package."""

    def make(project):
        path = project.folder / file
        text = path.read_text()
        changed = re.sub(r"==(\d+)\.", lambda found: f"=={int(found[1]) + 1}.", text)
        assert changed != text
        path.write_text(changed)

    return make


def with_benchmark(sets):
    sets["tiny-more"] = drawn("otb", "test", 6)


def nothing(project):
    """Change nothing."""
