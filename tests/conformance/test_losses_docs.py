"""The pages about losses say what the code does: their example works, their defaults are the code's."""

import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import siamloss
from siamloss.losses.registry import RENAMED, built_in_losses, make_loss

ROOT = Path(__file__).resolve().parents[2]
CHECK = """
import sys, yaml
from siamloss.losses import loss_place, make_loss
from siamloss.losses.conformance import check_loss_conformance
from siamloss.provenance.fingerprint import code_fingerprint
(name, entry), = yaml.safe_load(sys.argv[1]).items()
assert name == entry["loss"] == "squared-hinge"
make_loss(entry["loss"], entry["params"])
results = check_loss_conformance(entry["loss"], entry["params"])
assert len(results) >= 8 and not any(message for _, message in results), results
assert loss_place(name).partition(":")[0] == sys.argv[2], loss_place(name)
assert len(code_fingerprint(loss_place(name))) == 12
"""


def block(language):
    """The one code block of docs/add-a-loss.md in a language."""
    (text,) = re.findall(rf"```{language}[^\n]*\n(.*?)```", (ROOT / "docs" / "add-a-loss.md").read_text(), re.DOTALL)
    return text


def check(folder, module):
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", CHECK, block("yaml"), module],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_example_works_as_a_file_of_the_repository(tmp_path):
    package = Path(siamloss.__file__).parent
    shutil.copytree(package, tmp_path / "siamloss", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "siamloss" / "losses" / "squared_hinge.py").write_text(block("python"))
    check(tmp_path, "siamloss.losses.squared_hinge")


def test_the_example_works_as_a_package_of_its_own(tmp_path):
    entries = tomllib.loads(block("toml"))["project"]["entry-points"]["siamloss.losses"]
    ((name, value),) = entries.items()
    module = value.partition(":")[0]
    file = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
    file.parent.mkdir()
    file.write_text(block("python"))
    info = tmp_path / "my_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[siamloss.losses]\n{name} = {value}\n")
    check(tmp_path, module)


def rows(title_count):
    """Rows of the tables of docs/losses.md with this many columns."""
    lines = (ROOT / "docs" / "losses.md").read_text().splitlines()
    split = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    return [row for row in split if len(row) == title_count]


def test_every_loss_has_a_row():
    assert sorted(row[0].strip("`") for row in rows(6)) == sorted(built_in_losses())


@pytest.mark.parametrize("name", sorted(built_in_losses()))
def test_defaults_are_those_of_the_code(name):
    written = {row[1].strip("`"): row[2] for row in rows(4) if row[0] == f"`{name}`"}
    back = {value: key for key, value in RENAMED.items()}
    arguments = inspect.signature(type(make_loss(name, {})).__init__).parameters.values()
    actual = {
        back.get(item.name, item.name): item.default for item in list(arguments)[1:] if item.kind != item.VAR_KEYWORD
    }
    actual = {key: value for key, value in actual.items() if key != "args"}
    assert written == {key: str(value) for key, value in actual.items()}


def test_mutants_are_those_of_the_list():
    from tests.mutants.run import MUTANTS, moved

    text = (ROOT / "docs" / "mutants.md").read_text()
    assert moved() == []
    assert len(MUTANTS) >= 40
    assert f"{len(MUTANTS)} mistakes, 0 unnoticed." in text
    for item in MUTANTS:
        assert f"| {item.what} | `{item.file}` | `" in text
