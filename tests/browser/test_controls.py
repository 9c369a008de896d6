"""What the controls of the page change: variants, benchmarks, order of rows, thresholds."""

import pandas as pd
import pytest

from siamloss.report.curves import mean_curve

pytestmark = pytest.mark.browser
NAMES = "(rows) => rows.map((row) => row.cells[0].querySelector('a').textContent)"
VALUES = "(rows) => rows.map((row) => row.cells[{}].querySelector('.value').textContent)"


def visible(page, selector):
    return page.locator(f"{selector}:visible").count()


def test_a_variant_is_taken_out_of_tables_charts_and_pictures(visit, made):
    page = visit(made.path).page
    row, picture = '#main tr[data-variant="gsl"]', 'figure[data-variant="gsl"]'
    read, swatch = '.readout li[data-name="gsl"]', ".plot .runs-gsl"
    by_attribute = '#attributes th[data-variant="gsl"]'
    page.locator("#attributes summary").click()
    before = [visible(page, each) for each in (row, picture, read, by_attribute)]
    assert all(before)
    page.locator('input[name=variant][value="gsl"]').uncheck()
    assert [visible(page, each) for each in (row, picture, read, by_attribute, swatch)] == [0] * 5
    assert visible(page, '#main tr[data-variant="logistic"]') == 1
    assert page.locator("#chosen").inner_text() == "4 of 5 variants, 3 of 3 benchmarks"
    assert visible(page, "#differences .all-note") == 1, "a picture of all variants says so"
    page.locator("[data-choose=all]").click()
    assert [visible(page, each) for each in (row, picture, read, by_attribute)] == before
    assert visible(page, ".all-note") == 0
    assert page.locator("#provenance .runs").count() == 5, "provenance is always whole"


def test_baseline_and_ours_alone(visit, made):
    page = visit(made.path).page
    page.locator("[data-choose=pair]").click()
    names = page.locator("#main tbody tr[data-variant]:visible").evaluate_all(
        "(rows) => rows.map((row) => row.dataset.variant)"
    )
    assert sorted(set(names)) == ["gsl", "logistic"]
    assert visible(page, "#main .controls .head") == 0, "no controls, no heading of controls"


def test_a_benchmark_is_taken_out_with_its_columns_cards_plots_and_sequences(visit, made):
    page = visit(made.path).page
    name = made.experiment.datasets.test[0].name
    assert page.locator("#step-sequence option").count() == 3
    page.locator(f'input[name=benchmark][value="{name}"]').uncheck()
    assert visible(page, f'[data-benchmark="{name}"]') == 0
    assert page.locator("#step-sequence option").count() == 1
    heads = page.locator("#main figure").first.locator("thead tr:last-child th:visible")
    cells = page.locator('#main tr[data-variant="gsl"]').first.locator("td:visible")
    assert heads.count() == cells.count() + 1
    spans = page.locator("#main figure").first.locator("th[scope=colgroup]:visible")
    assert sum(spans.evaluate_all("(heads) => heads.map((head) => head.colSpan)")) == cells.count()
    for box in page.locator("input[name=benchmark]").all():
        box.uncheck()
    assert visible(page, "#verdict article") == visible(page, ".plot") == visible(page, "#stepper") == 0
    assert visible(page, "#main tr.ours th[scope=row]") >= 1


def test_columns_of_attributes_shrink_with_the_variants(visit, made):
    page = visit(made.path).page
    table = page.locator("#attributes table").first
    span = table.locator("th[scope=colgroup]")
    before = span.evaluate("(head) => head.colSpan")
    page.locator('input[name=variant][value="gsl"]').uncheck()
    assert span.evaluate("(head) => head.colSpan") == before - 1


def number(text):
    return float(text.replace("\u2212", "-"))


def test_sorting_is_by_number_stable_and_controls_stay_last(visit, made):
    page = visit(made.path).page
    table = page.locator("#main table").first
    trained = table.locator("tbody").first.locator("tr")
    given = trained.evaluate_all(NAMES)
    heads = table.locator("thead tr").last.locator("th")
    failures = heads.all_inner_texts().index(next(text for text in heads.all_inner_texts() if "Failures" in text))
    button = heads.nth(failures).locator("button")
    button.click()
    values = [number(text) for text in trained.evaluate_all(VALUES.format(failures))]
    assert values == sorted(values, reverse=True)
    assert values != sorted(values)
    assert heads.nth(failures).get_attribute("aria-sort") == "descending"
    button.click()
    assert [number(text) for text in trained.evaluate_all(VALUES.format(failures))] == values[::-1]
    assert heads.nth(failures).get_attribute("aria-sort") == "ascending"
    assert table.locator("tbody").last.locator("tr:not(.head) th").first.inner_text().strip() == "never-moves"
    heads.nth(1).locator("button").click()
    assert heads.nth(failures).get_attribute("aria-sort") == "none", "one column at a time"
    for _ in range(2):
        heads.nth(1).locator("button").click()
    assert trained.evaluate_all(NAMES) == given, "the third click gives the order back"


def test_numbers_of_several_digits_signs_and_gaps_are_sorted_as_numbers(visit, made):
    page = visit(made.path).page
    page.evaluate(
        """() => {
      const cells = [...document.querySelectorAll('#main table')][0].tBodies[0].rows;
      ['\u2212.5', '10.2', '9.8', '\u2013'].forEach((text, at) => {
        cells[at].cells[1].querySelector('.value').textContent = text;
      });
    }"""
    )
    table = page.locator("#main table").first
    button, rows = table.locator("thead tr").last.locator("button").nth(1), table.locator("tbody").first.locator("tr")
    button.click()
    assert rows.evaluate_all(VALUES.format(1)) == ["10.2", "9.8", "\u2212.5", "\u2013"]
    button.click()
    assert rows.evaluate_all(VALUES.format(1)) == ["\u2212.5", "9.8", "10.2", "\u2013"], "gaps last either way"


def expected(made, benchmark, kind, threshold):
    """Numbers at a threshold from the file of curves, by variant, as shown."""
    curves = pd.read_parquet(made.home.curves(benchmark))
    found = {}
    for name, rows in curves[curves["curve"] == kind].groupby("variant"):
        thresholds, values = mean_curve(rows)
        at = abs(thresholds - threshold).argmin()
        found[name] = f"{values[:, at].mean():.3f}".removeprefix("0")
    return found


def shown(plot):
    items = plot.locator(".readout li[data-name]")
    names = items.evaluate_all("(items) => items.map((item) => item.dataset.name)")
    return dict(zip(names, items.locator(".at").all_inner_texts(), strict=True))


@pytest.mark.parametrize(("kind", "at"), [("success", 0.3), ("precision", 12.0)])
def test_hover_and_slider_tell_the_numbers_of_the_curves(visit, made, kind, at):
    page = visit(made.path).page
    name = made.experiment.datasets.test[0].name
    plot = page.locator(f'[data-curves="{name}"] .plot[data-kind={kind}]')
    chart = plot.locator("svg.chart")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    last = 1.0 if kind == "success" else 50.0
    x = box["x"] + (38 + at / last * 430) / 480 * box["width"]
    page.mouse.move(x, box["y"] + box["height"] / 2)
    found = shown(plot)
    assert found == expected(made, name, kind, at)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    slider = plot.locator("input")
    slider.focus()
    page.keyboard.press("ArrowRight")
    step = 0.05 if kind == "success" else 1.0
    assert shown(plot) == expected(made, name, kind, at + step)
    assert found != shown(plot)
    assert "GSL " + shown(plot)["gsl"] in slider.get_attribute("aria-valuetext")


def test_lines_differ_by_dashes_and_markers_not_by_colour_alone(visit, made):
    page = visit(made.path).page
    lines = page.locator(".plot").first.locator("g:has(> path.curve)")
    looks = lines.evaluate_all(
        "(lines) => lines.map((line) => line.querySelector('.curve').getAttribute('stroke-dasharray') + ' ' +"
        " line.querySelector('.mark').getAttribute('d'))"
    )
    assert len(looks) == len(set(looks)) == 5
