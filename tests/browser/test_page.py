"""The page as a browser shows it: whole, quiet, readable on every screen, with and without its script."""

from pathlib import Path

import pytest
from tests.browser.film import HOSTILE

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "results" / "demo" / "report" / "index.html"

WIDER = """() => [...document.querySelectorAll('body *')].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width > 1 && box.right > innerWidth + 1 && !element.closest('.scroll');
}).map((element) => element.tagName + '.' + element.getAttribute('class'))"""
CLIPPED = """() => [...document.querySelectorAll('main td, main th, .chip, summary, h1, h2, h3')].filter((element) => {
  const style = getComputedStyle(element);
  return element.scrollWidth > element.clientWidth + 1 && style.overflowX !== 'visible' && style.overflowX !== 'auto';
}).map((element) => element.textContent.trim())"""
SCROLLS = """() => [...document.querySelectorAll('.scroll')].filter((region) => {
  return region.scrollWidth > region.clientWidth && getComputedStyle(region).overflowX !== 'auto';
}).length"""


@pytest.fixture(scope="module", params=["invented", "demo"])
def path(request, made) -> Path:
    """Both pages; the demo's only where it was made by this version, script and all."""
    if request.param == "invented":
        return made.path
    if not DEMO.is_file() or 'id="page-data"' not in DEMO.read_text(encoding="utf-8"):
        pytest.skip("results/demo has no page of this version; make reproduce makes it")
    return DEMO


@pytest.mark.parametrize("width", [400, 1280, 1600])
def test_nothing_is_wider_than_the_screen_nor_cut(visit, path, width):
    page = visit(path, width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(WIDER) == []
    assert page.evaluate(CLIPPED) == []
    assert page.evaluate(SCROLLS) == 0


def test_no_network_and_no_harm(visit, path):
    found = visit(path)
    found.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    files = [url for url in found.requests if not url.startswith("data:")]
    assert files == [path.resolve().as_uri()]
    assert found.page.evaluate("window.harm") is None
    assert path.stat().st_size < 15e6


def test_hostile_names_are_words(visit, made):
    page = visit(made.path).page
    assert page.locator("#step-sequence option", has_text=HOSTILE).count() == 1
    page.locator("#step-sequence").select_option(index=2)
    page.locator('#stepper[data-shown="0"]').wait_for()
    assert HOSTILE in page.locator(".view canvas.scene").first.get_attribute("aria-label")
    label = "<script>alert('x')</script> & 50% $a_b$"
    assert label in page.locator("#choose-variants").inner_text()
    assert label in page.locator(".readout").first.inner_text()
    assert page.locator("main img[onerror]").count() == 0
    assert page.evaluate("window.harm") is None


def test_a_script_that_was_smuggled_in_does_not_run(visit, made, tmp_path):
    html = made.path.read_text(encoding="utf-8")
    other = tmp_path / "other.html"
    other.write_text(html.replace("<main", "<script>window.harm = 1</script><main", 1), encoding="utf-8")
    found = visit(other)
    assert found.page.evaluate("window.harm") is None
    assert any("Content Security Policy" in error for error in found.errors)
    found.errors.clear()


def test_without_script_every_table_and_picture_is_there_and_no_control(visit, path):
    page = visit(path, java_script_enabled=False).page
    tables, pictures = page.locator("main table"), page.locator("main img")
    assert tables.count() >= 10
    closed = page.locator("main details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    shown = [table.is_visible() for table in tables.all()]
    assert all(shown)
    assert all(picture.is_visible() for picture in pictures.all())
    for control in ("#theme", ".chooser", "#stepper", ".sort", ".plot"):
        assert page.locator(f"{control}:visible").count() == 0, control
    assert page.locator("main input:visible, main button:visible").count() == 0


def test_theme_goes_from_the_system_to_light_to_dark_and_back(visit, made):
    page = visit(made.path, color_scheme="dark").page
    paper = "getComputedStyle(document.body).backgroundColor"
    dark, button = page.evaluate(paper), page.locator("#theme")
    button.click()
    light = page.evaluate(paper)
    assert button.inner_text() == "Theme: light"
    assert sum(map(int, light[4:-1].split(","))) > 700 > 150 > sum(map(int, dark[4:-1].split(",")))
    button.click()
    assert page.evaluate(paper) == dark
    button.click()
    assert button.inner_text() == "Theme: as the system"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(paper) == light
    assert page.evaluate("document.cookie") == ""


def test_looks_are_those_of_the_figures_and_lighter_on_dark_paper(visit, made):
    color = "getComputedStyle(document.querySelector('.swatch.runs-gsl')).color"
    assert visit(made.path).page.evaluate(color) == "rgb(213, 94, 0)"
    ink = "getComputedStyle(document.querySelector('.swatch.runs-logistic')).color"
    assert visit(made.path).page.evaluate(ink) == "rgb(31, 35, 40)"
    assert visit(made.path, color_scheme="dark").page.evaluate(ink) == "rgb(228, 230, 232)"


def test_print_shows_every_section_and_picture_and_no_control(visit, made):
    page = visit(made.path, color_scheme="dark").page
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for control in (".chooser", "nav", "#theme", "#stepper", ".plots", ".skip"):
        assert page.locator(f"{control}:visible").count() == 0, control
    assert all(picture.is_visible() for picture in page.locator("main img").all())
    assert all(table.is_visible() for table in page.locator("main table").all())
    assert all(section.is_visible() for section in page.locator("main section").all())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in ("rgb(255, 255, 255)", "#fff")
    assert page.evaluate("getComputedStyle(document.querySelector('.sort'), '::after').content") == "none"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("main details[open]").count() == 0


def test_reduced_motion_is_respected(visit, made):
    scroll = "getComputedStyle(document.documentElement).scrollBehavior"
    assert visit(made.path).page.evaluate(scroll) == "smooth"
    assert visit(made.path, reduced_motion="reduce").page.evaluate(scroll) == "auto"


def test_links_lead_to_places_and_numbers_to_their_runs(visit, path):
    page = visit(path).page
    targets = page.evaluate("[...document.querySelectorAll('a')].map((link) => link.getAttribute('href'))")
    assert all(target.startswith("#") for target in targets)
    assert page.evaluate("(names) => names.filter((name) => !document.getElementById(name.slice(1)))", targets) == []
    number = page.locator("#main tr.ours td a.value").first
    number.click()
    target = number.get_attribute("href")[1:]
    assert page.evaluate("document.querySelector('.runs:target').id") == target
    assert page.locator(f"#{target} tbody tr").count() >= 2


def test_the_keyboard_reaches_everything_and_shows_where_it_is(visit, made):
    page = visit(made.path).page
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("(link) => document.activeElement === link && link.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.locator("#theme").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
