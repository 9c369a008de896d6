"""docs/datasets.md says what the code does."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from siamloss.config import Dataset
from siamloss.config_build import build
from siamloss.data.check import boxes, overlap
from siamloss.data.open import open_dataset
from siamloss.data.readers import GROUP, READERS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "datasets.md").read_text()


def block(language, containing=""):
    """The one code block of the page in a language."""
    found = [text for text in re.findall(rf"```{language}(?: [^\n]*)?\n(.*?)```", PAGE, re.S) if containing in text]
    assert len(found) == 1
    return found[0]


def rows(title, columns):
    """Rows of the table under a heading, without its head."""
    section = PAGE.split(f"\n## {title}")[1].split("\n## ")[0]
    table = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    assert all(len(row) == columns for row in table)
    return [[cell.strip() for cell in row] for row in table]


def test_every_quirk_is_guarded_by_a_test_that_is_there():
    guards = [row[2].strip("`").split("::") for row in rows("Quirks", 3)]
    assert len(guards) == len({test for _, test in guards})
    for file, test in guards:
        assert f"def {test}(" in (ROOT / "tests" / "unit" / "data" / file).read_text()


def test_every_format_and_every_code_is_on_the_page():
    assert {row[0].strip("`") for row in rows("Conventions", 4)} == set(READERS)
    written = set(re.findall(r"`([a-z-]+)`", " ".join(row[0] for row in rows("Is it sound?", 3))))
    source = "".join(path.read_text() for path in (ROOT / "src" / "siamloss" / "data" / "check").glob("*.py"))
    in_calls = re.findall(
        r'(?:Finding|found)\(\s*(?:"error"[^"]*)?(?:"\w+" if same else )?"\w+",\s*"([a-z-]+)"', source
    )
    refused = re.findall(r'Error: "([a-z]+)"', source)
    assert written == {*in_calls, *refused}


def test_the_limits_on_the_page_are_those_of_the_code():
    for text in (
        f"moves more than {boxes.JUMP:g} box sizes",
        f"more than {boxes.GROWTH:g}-fold",
        f"below {boxes.SMALL_PX:g} px",
        f"more than {boxes.BORDER_PX:g} px over",
        f"at most {overlap.BITS_APART} bits",
        f"correlation of at least {overlap.ALIKE:g}",
    ):
        assert text in re.sub(r"\s+", " ", PAGE), text


def test_the_entry_and_the_reader_of_the_page_work(tiny, tmp_path, draw_frames, monkeypatch):
    (name, entry), *_ = yaml.safe_load(block("yaml")).items()
    dataset = build(Dataset, {**entry, "name": name})
    assert dataset.format == "folder"
    (tmp_path / "site" / "my_package").mkdir(parents=True)
    (tmp_path / "site" / "my_package" / "my_module.py").write_text(block("python"))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    draw_frames(tmp_path / "data" / "mine" / "walk", (1, 2))
    np.save(tmp_path / "data" / "mine" / "walk" / "boxes.npy", [[1, 2, 5, 6], [0, 0, 0, 0]])
    experiment = build(type(tiny), {**tiny.to_dict(), "data_root": str(tmp_path / "data")})
    reader = re.search(r"`reader: (\S+)`", PAGE)[1]
    found = open_dataset(experiment, build(Dataset, {**entry, "name": name, "reader": reader}))
    assert [(item.name, item.visible.tolist()) for item in found] == [("walk", [True, False])]
    assert f'entry-points."{GROUP}"' in block("toml")


@pytest.mark.parametrize("verb", ["check-dataset", "import-video"])
def test_the_options_on_the_page_exist(verb):
    from typer.main import get_command

    from siamloss.cli_check import app

    known = {name for option in get_command(app).commands[verb].params for name in option.opts}
    lines = [line for line in PAGE.splitlines() if line.startswith(f"siamloss {verb}")]
    used = set(re.findall(r"--[a-z-]+", " ".join(lines)))
    assert used
    assert used <= known
