"""Debian's chromium, without a screen or a network, and the pages to look at."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.browser.pages import Made, write_report

playwright = pytest.importorskip("playwright.sync_api", reason="make test-browser installs playwright")

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OURS = "Multiple readback operations"
"""Chromium warns of the tests' own reading of pixels."""


@dataclass
class Visit:
    """An open page, and what went wrong or was asked for on it."""

    page: "playwright.Page"
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Made:
    """The report of invented numbers."""
    return write_report(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="session")
def chromium() -> Iterator["playwright.Browser"]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}; make test-browser installs it")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium) -> Iterator[Callable[..., Visit]]:
    """Open a file; errors fail the test at its end, whatever it looked at."""
    opened: list[tuple] = []

    def open_page(path: Path, width: int = 1280, **settings) -> Visit:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **settings)
        page = context.new_page()
        found = Visit(page)
        page.on("console", lambda message: found.errors.append(message.text) if OURS not in message.text else None)
        page.on("pageerror", lambda error: found.errors.append(str(error)))
        page.on("request", lambda request: found.requests.append(request.url))
        page.goto(Path(path).resolve().as_uri())
        opened.append((context, found))
        return found

    yield open_page
    for context, found in opened:
        context.close()
        assert found.errors == []
