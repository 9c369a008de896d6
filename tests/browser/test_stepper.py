"""Stepping through the frames of a sequence: pictures, boxes, maps and overlaps."""

import numpy as np
import pytest
from tests.browser.film import COUNT, SHRUNK, SIZE, box_at

pytestmark = pytest.mark.browser
ROW = "(canvas, place) => [...canvas.getContext('2d').getImageData(...place).data]"
PIXEL = """(canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data]"""


@pytest.fixture
def page(visit, made):
    page = visit(made.path).page
    wait(page, 0)
    return page


def wait(page, place):
    page.locator(f'#stepper[data-shown="{place}"]').wait_for()


def wait_past(page, place):
    """Wait for any later frame; a film that plays does not stand still at one."""
    for _ in range(400):
        if int(page.locator("#stepper").get_attribute("data-shown")) > place:
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"frame {place} is still shown")


def go(page, place):
    page.locator("#step-frame").fill(str(place))
    wait(page, place)


def pixel(page, tracker, x, y):
    """Colour at a place of the original frame."""
    canvas = page.locator(".view canvas.scene").nth(tracker)
    scale = canvas.evaluate("(canvas) => canvas.width") / SIZE[0]
    return np.array(canvas.evaluate(PIXEL, [round(x * scale), round(y * scale)])[:3])


def test_the_picture_changes_with_the_frame(page):
    grays = []
    for place in (0, 3, 7):
        go(page, place)
        grays.append(pixel(page, 0, 10, 10)[0])
    assert grays == pytest.approx([40, 100, 180], abs=3)
    assert page.locator("#step-told").inner_text() == "#22 of 22"
    size = page.locator(".view canvas.scene").first.evaluate("(canvas) => [canvas.width, canvas.height]")
    assert size == [2 * side for side in SHRUNK]


@pytest.mark.parametrize(("tracker", "color"), [(0, (31, 35, 40)), (1, (213, 94, 0))])
def test_boxes_are_drawn_where_the_records_have_them(page, tracker, color):
    page.locator("#step-map").select_option("off")
    for place in (2, 4):
        go(page, place)
        x, y, w, h = box_at(place, tracker)
        for at in ((x, y + 0.7 * h), (x + w, y + 0.7 * h), (x + w / 2, y + h)):
            assert np.abs(pixel(page, tracker, *at) - color).max() <= 12, (place, at)
        inside = pixel(page, tracker, x + 30, y + h - 30)
        assert np.abs(inside - (40 + 20 * place)).max() <= 3


def test_ground_truth_is_dashed_and_absent_where_there_is_none(page):
    page.locator("#step-map").select_option("off")

    def along(place):
        canvas = page.locator(".view canvas.scene").nth(1)
        edge = [90 + 20 * place + 5, 100, 160, 1]
        row = np.array(canvas.evaluate(ROW, edge)).reshape(-1, 4)[:, :3]
        return {"white" if min(color) > 240 else "black" if max(color) < 15 else "other" for color in row}

    go(page, 2)
    assert {"white", "black"} <= along(2)
    go(page, 5)
    assert along(5) == {"other"}
    assert page.locator(".view .told").all_inner_texts() == ["target absent"] * 2


def test_a_lost_tracker_has_no_box_and_says_so(page):
    page.locator("#step-map").select_option("off")
    go(page, 6)
    x, y, _, h = box_at(6, 0)
    assert np.abs(pixel(page, 0, x, y + 0.7 * h) - 160).max() <= 3
    assert page.locator(".view .told").all_inner_texts()[0] == "lost"


def test_the_map_lies_over_its_part_of_the_image_beside_it_or_nowhere(page):
    go(page, 1)
    beside = page.locator(".view .map:visible")
    assert beside.count() == 2
    cell = (64 + 448 * 2.5 / 7, 48 + 320 * 1.5 / 5)
    assert np.abs(pixel(page, 1, *cell) - 60).max() <= 3, "beside: nothing lies over the image"
    canvas = beside.nth(1).locator("canvas")
    bright = [canvas.evaluate(PIXEL, [2, 1]), canvas.evaluate(PIXEL, [0, 0])]
    assert bright[0][:3] == [254, 232, 56]
    assert bright[1][:3] == [0, 34, 78]
    assert beside.nth(1).inner_text().split("\n") == ["lowest \u22120.25", "highest 1.5"]
    page.locator("#step-map").select_option("over")
    page.locator("#step-opacity").fill("100")
    wait_color(page, cell, (254, 232, 56))
    assert page.locator(".view .map:visible").count() == 0
    assert np.abs(pixel(page, 1, 30, 30) - 60).max() <= 3, "outside the window"
    page.locator("#step-opacity").fill("50")
    wait_color(page, cell, (157, 146, 58))
    page.locator("#step-map").select_option("off")
    wait_color(page, cell, (60, 60, 60))


def wait_color(page, at, color):
    for _ in range(40):
        if np.abs(pixel(page, 1, *at) - color).max() <= 3:
            return
        page.wait_for_timeout(25)
    assert pixel(page, 1, *at).tolist() == pytest.approx(color, abs=3)


def test_the_first_frame_has_no_map(page):
    assert page.locator(".view .map").first.inner_text().strip() == "no map in this frame"
    assert page.locator(".view .told").all_inner_texts() == ["started here"] * 2


def test_arrow_keys_step_and_stop_at_the_ends(page):
    page.locator("#step-views").focus()
    page.keyboard.press("ArrowRight")
    wait(page, 1)
    page.keyboard.press("ArrowRight")
    wait(page, 2)
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    wait(page, 0)
    assert page.locator("#step-told").inner_text() == "#1 of 22"
    told = page.locator("#step-frame").get_attribute("aria-valuetext")
    assert told == "frame 1; Logistic (SiamFC): started here; GSL: started here"


def test_play_runs_to_the_end_and_can_be_paused(page):
    play = page.locator("#step-play")
    play.click()
    assert play.inner_text() == "Pause"
    wait_past(page, 0)
    play.click()
    place = page.locator("#step-frame").input_value()
    page.wait_for_timeout(600)
    assert page.locator("#step-frame").input_value() == place
    go(page, COUNT - 2)
    play.click()
    wait(page, COUNT - 1)
    page.locator("#step-play", has_text="Play").wait_for()


def test_a_click_on_the_overlaps_goes_to_its_frame(page):
    chart = page.locator("#step-overlaps svg")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    share = (38 + (12 / 21) * (760 - 50)) / 760
    page.mouse.click(box["x"] + share * box["width"], box["y"] + 30)
    wait(page, 4)
    assert page.locator("#step-frame").input_value() == "4"
    x = float(chart.locator(".cursor").get_attribute("x1"))
    assert x == pytest.approx(38 + (12 / 21) * 710, abs=0.1)


def test_another_sequence_starts_at_its_first_frame(page):
    go(page, 3)
    page.locator("#step-sequence").select_option(index=1)
    wait(page, 0)
    assert "turn" in page.locator(".view canvas.scene").first.get_attribute("aria-label")


def test_a_tracker_that_is_not_chosen_is_not_shown(page):
    page.locator('input[name=variant][value="logistic"]').uncheck()
    assert page.locator(".view:visible").count() == 1
    assert page.locator(".view:visible h3").inner_text().startswith("GSL")
