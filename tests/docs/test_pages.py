"""What stands in the pages is there: verbs, targets, settings, sections; and no block is overlooked."""

import re
import tomllib
from dataclasses import fields

import pytest
import yaml
from tests.docs.blocks import PROGRAMS, ROOT, blocks_of, inline_of, is_mention, pages, without_blocks

from siamloss.config import Dataset, Profile, SyntheticConfig, Variant
from siamloss.config_build import build
from siamloss.data.fetch.catalogue import load_sources

LANGUAGES = {"bash", "python", "yaml", "toml", "text"}
ALL = [block for page in pages() for block in blocks_of(page)]


@pytest.mark.parametrize("page", pages())
def test_commands_stand_in_fenced_blocks_of_a_known_language(page):
    assert {block.language for block in blocks_of(page)} <= LANGUAGES
    text = without_blocks(page)
    assert "```" not in text, "a block that is not closed, or not seen"
    assert not re.search(rf"\n\n    +(?:\$ )?(?:\S*/)?(?:{'|'.join(PROGRAMS)}) ", text), "an indented command"


def targets() -> dict[str, set[str]]:
    """What may be asked of make and of snakemake."""
    rules = [(ROOT / "Snakefile").read_text(), *(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))]
    made = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return {"make": set(made), "snakemake": set(re.findall(r"^rule (\w+):", "\n".join(rules), re.MULTILINE))}


def verb(words: list[str]):
    """The command of the CLI that words name."""
    import typer

    from siamloss.cli import app

    found = typer.main.get_command(app)
    for word in words:
        if not hasattr(found, "commands"):
            break
        found = found.commands.get(word)
        assert found is not None, f"there is no verb '{word}'"
    return found


MENTIONS = [command for page in pages() for command in inline_of(page) if is_mention(command)]


@pytest.mark.parametrize("mention", MENTIONS, ids=str)
def test_what_is_mentioned_exists(mention):
    program, *words = mention.text.split()
    if program == "siamloss":
        assert verb(words) is not None
    elif program in ("make", "snakemake"):
        assert set(words) <= targets()[program]
    else:
        assert program == "python"
        assert (ROOT / words[0]).is_file()


def kind(values: dict) -> str:
    """What a piece of YAML is a part of."""
    if set(values) <= {item.name for item in fields(Profile)}:
        return "profile"
    for key, name in (("kind", "source"), ("format", "dataset"), ("loss", "variant")):
        if all(isinstance(value, dict) and key in value for value in values.values()):
            return name
    raise AssertionError(f"this is no part of a profile, nor entries of a catalogue: {values}")


@pytest.mark.parametrize("block", [block for block in ALL if block.language == "yaml"], ids=str)
def test_settings_are_those_of_the_configuration(block, tmp_path):
    values = yaml.safe_load(block.text)
    what = kind(values)
    if what == "profile":
        build(Profile, {**yaml.safe_load((ROOT / "config" / "demo.yaml").read_text()), **values})
    elif what == "source":
        (tmp_path / "sources.yaml").write_text(block.text)
        assert set(load_sources(tmp_path / "sources.yaml")) == set(values)
    for name, entry in values.items() if what in ("dataset", "variant") else ():
        if what == "variant":
            build(Variant, {"name": name, "label": name, **entry})
        else:
            drawn = {key: value for key, value in entry.get("synthetic", {}).items() if key != "preset"}
            build(SyntheticConfig, drawn)
            build(Dataset, {"name": name, **entry, **({"synthetic": drawn} if drawn else {})})


@pytest.mark.parametrize("block", [block for block in ALL if block.language == "toml"], ids=str)
def test_toml_is_toml(block):
    assert tomllib.loads(block.text)


def test_the_guide_to_the_report_has_every_section_of_the_page():
    template = (ROOT / "src/siamloss/report/templates/html/index.html.j2").read_text()
    names = re.findall(r'\("[\w-]+", "([^"]+)", ', template)
    assert len(names) >= 10
    text = (ROOT / "docs" / "read-the-report.md").read_text()
    assert re.findall(r"^### (.+)$", text, re.MULTILINE) == names


def test_the_readme_is_short_and_shows_the_result():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) < 120
    (image,) = re.findall(r"^!\[[^\]]{20,}\]\((\S+)\)$", "\n".join(lines[:30]), re.MULTILINE)
    assert 1_000 < (ROOT / image).stat().st_size < 200_000
