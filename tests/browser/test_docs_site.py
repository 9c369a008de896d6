"""The site of the docs in a browser: no errors, no request to another host, no overflow, search works."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.docs.site import build_site

pytestmark = pytest.mark.browser
PAGES = ["index", "tutorial", "metrics", "read-the-report", "reference/cli", "reference/api/losses"]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments) -> None:
        """Nothing is printed."""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The site on a local server: search needs one."""
    folder = build_site(tmp_path_factory.mktemp("site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def looked(chromium, address):
    """Open a page; what was logged or asked of other hosts fails the test at its end."""
    contexts, wrong = [], []

    def look(name: str, width: int = 1280, scheme: str = "light"):
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(request.url))
        ours = (address, "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(ours) else wrong.append(request.url))
        page.goto(f"{address}{name}.html")
        return page

    yield look
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_is_clean(name, width, looked):
    page = looked(name, width)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("article h1").count() == 1


def test_dark_is_dark(looked):
    colours = [
        looked("index", scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    light, dark = (sum(map(float, colour[colour.index("(") + 1 : -1].split(",")[:3])) for colour in colours)
    assert light > 600
    assert dark < 200


def test_search_finds_a_page(looked):
    page = looked("index")
    page.get_by_placeholder("Search").click()
    page.keyboard.type("expected average overlap")
    page.wait_for_selector(".md-search-result__item >> text=Metrics", timeout=10_000)
