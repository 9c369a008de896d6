"""Links of every page lead to files and headings that are there, in the repository as on the site."""

import posixpath
import re
import sys

import pytest
import yaml
from tests.docs.blocks import ROOT, pages, without_blocks

sys.path.insert(0, str(ROOT / "docs" / "hooks"))
from api import GROUND, ROOMS

from outside import LINK, ORIGINS, links_within_site

ANCHOR = re.compile(r"\]\(([^)\s]*)#([^)\s]+)\)")


def headings(page: str) -> set[str]:
    """Anchors of a page as the site and code hosts make them."""
    found = re.findall(r"^#+ (.+)$", without_blocks(page), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", title.lower()).strip() for title in found)
    return {re.sub(r"[-\s]+", "-", title) for title in plain}


def generated(target: str) -> bool:
    """Whether a page of the site is made of other files, so that the repository has it not."""
    name = target.removeprefix("docs/")
    return name in ORIGINS or name == "reference/cli.md" or name.startswith("reference/api/")


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(page):
    for _, target, _ in LINK.findall(without_blocks(page)):
        if "://" not in target:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
            assert (ROOT / path).exists() or generated(path), f"{page} links to {target}"


@pytest.mark.parametrize("page", pages())
def test_anchors_are_headings(page):
    for target, anchor in ANCHOR.findall(without_blocks(page)):
        if "://" not in target:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target)) if target else page
            assert anchor in headings(path), f"{page} links to {target}#{anchor}"


def test_a_link_out_of_docs_becomes_a_link_to_its_page():
    text = "[keys](../config/README.md#keys-of-a-variant), [loss](losses.md), [web](https://example.org)\n```\n[x](y.md)\n```\n"
    expected = text.replace("../config/README.md", "reference/config.md")
    assert links_within_site(text, "training.md") == expected
    assert links_within_site("[t](../docs/tracking.md)", "reference/config.md") == "[t](../tracking.md)"
    with pytest.raises(ValueError, match="leads to no page"):
        links_within_site("[code](../src/siamloss/cli.py)", "training.md")


def entries(nav) -> list[str]:
    """All pages of a navigation."""
    if isinstance(nav, str):
        return [nav]
    return [page for item in (nav.values() if isinstance(nav, dict) else nav) for page in entries(item)]


def test_every_page_and_every_room_is_in_the_navigation():
    text = (ROOT / "mkdocs.yml").read_text()
    shown = entries(yaml.safe_load(text)["nav"])
    docs = {page.removeprefix("docs/") for page in pages() if page.startswith("docs/")}
    rooms = {path.parent.name for path in (ROOT / "src" / "siamloss").glob("*/__init__.py")}
    assert rooms == set(ROOMS)
    expected = docs | set(ORIGINS) | {"reference/cli.md"} | {f"reference/api/{name}.md" for name in (*ROOMS, GROUND)}
    assert sorted(shown) == sorted(expected)
