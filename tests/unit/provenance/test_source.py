"""Source files of modules, found without importing anything."""

import sys

import pytest

from siamloss.provenance.source import find_source


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "acme_pkg" / "inner").mkdir(parents=True)
    for name in ("acme_pkg/__init__.py", "acme_pkg/part.py", "acme_pkg/inner/deep.py", "acme_alone.py"):
        (tmp_path / name).write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("acme_alone", "acme_alone.py"),
        ("acme_pkg", "acme_pkg/__init__.py"),
        ("acme_pkg.part", "acme_pkg/part.py"),
        ("acme_pkg.inner.deep", "acme_pkg/inner/deep.py"),
    ],
)
def test_finds_modules_packages_and_namespaces(folder, module, file):
    assert find_source(module) == folder / file
    assert not [name for name in sys.modules if name.startswith("acme")]


@pytest.mark.parametrize("module", ["acme_gone", "acme_pkg.gone", "acme_alone.inner", "acme_pkg.inner", "sys", "math"])
def test_what_has_no_python_source_is_none(folder, module):
    assert find_source(module) is None
