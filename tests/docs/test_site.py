"""The site of the docs: builds without a warning, has every verb and every documented module, asks no other host."""

import re

import pytest
from tests.docs.site import build_site

pytestmark = pytest.mark.docs
LOADED = re.compile(
    r'<(?:script|img|iframe|source|video)\b[^>]*\bsrc="(?:https?:)?//|<link\b[^>]*\bhref="(?:https?:)?//'
)
CALLED = re.compile(r"(?:url\(|@import\s+)[\"']?(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build_site(tmp_path_factory.mktemp("site"))


def test_nothing_is_loaded_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    assert [page for page in pages if LOADED.search(page.read_text())] == []
    assert [sheet for sheet in site.rglob("*.css") if CALLED.search(sheet.read_text())] == []


def test_the_reference_has_every_verb_with_its_options(site):
    text = (site / "reference" / "cli.html").read_text()
    for verb in ("siamloss train", "siamloss evaluate otb", "siamloss verify", "siamloss page"):
        assert f">{verb}<" in text
    for option in ("--train-store", "--zero-based", "--contact-sheet"):
        assert f"<code>{option}</code>" in text


def test_the_reference_reads_the_house_style_of_docstrings(site):
    text = (site / "reference" / "api" / "tracking.html").read_text()
    assert "siamloss.tracking.load.open_run" in text
    rows = re.findall(r"<code>threads</code>.*?</tr>", text, re.DOTALL)
    (row,) = [row for row in rows if "CPU threads; 0 leaves the choice to torch." in row]
    assert re.search(r"<code>(<span[^>]*>)?int", row)
    assert ":func:" not in text


def test_search_finds_a_loss(site):
    assert "Where the poster is silent" in (site / "search" / "search_index.json").read_text()
