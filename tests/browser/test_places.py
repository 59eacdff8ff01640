"""Places on the image set by hand: the corners of a sheet, a box to keep."""

import re

import cv2
import pytest
from playwright.sync_api import Page, expect

from launcher.stack import Stack
from samples import ENGLISH, draw, lay_down
from tests.browser.conftest import NARROW, WIDE, Account, Visit, ready
from tests.browser.looking import serious, sideways
from tests.running import Visitor, unique_name

SEEN = [(200.0, 150.0), (760.0, 190.0), (830.0, 1000.0), (130.0, 930.0)]


@pytest.fixture(scope="module")
def dora(stack: Stack) -> Account:
    """Somebody with a photograph of a sheet on a desk."""
    photo = lay_down(draw(ENGLISH, width=700, height=1000, size=20, margin=60), SEEN, width=960, height=1150)
    visitor = Visitor(stack, unique_name("dora")).sign_up()
    return Account(visitor, visitor.new_page(cv2.imencode(".jpg", photo)[1].tobytes()))


def places(page: Page) -> list[tuple[int, int]]:
    labels = [str(handle.get_attribute("aria-label")) for handle in page.locator(".handle").all()]
    return [(int(x), int(y)) for x, y in (re.findall(r"\d+", label) for label in labels)]


def set_on_the_image(page: Page, step: str) -> None:
    """Switches a step on, waits for its draft, and takes its handles."""
    page.locator(f"#step-{step}").set_checked(True)
    expect(page.locator("#result-note")).to_contain_text("Draft in")
    page.locator(f"[data-step={step}]").get_by_role("button", name="Set on the image").click()
    expect(page.locator(".handle").first).to_be_focused()


def test_corners_are_shown_moved_and_looked_for_again(visit: Visit, dora: Account) -> None:
    page = ready(visit(dora.page["url"], dora))
    set_on_the_image(page, "perspective")
    off = [abs(a - b) for found, true in zip(places(page), SEEN, strict=True) for a, b in zip(found, true, strict=True)]
    assert max(off) <= 15
    reading = page.locator("#step-perspective-corners-reading")
    expect(reading).to_have_text("looked for")
    before = places(page)[0]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    after = places(page)[0]
    assert after[0] > before[0]
    assert after[1] - before[1] == 10 * (after[0] - before[0])
    expect(reading).to_have_text("set by hand")
    assert not serious(page)

    _drag(page, 2, (-40, -30))
    assert places(page)[2][0] < SEEN[2][0] - 30
    page.get_by_role("button", name="look for it again").click()
    expect(reading).to_have_text("looked for")
    expect(page.locator(".handle").first).to_have_attribute("aria-label", re.compile(f": {before[0]}, {before[1]}$"))


def _drag(page: Page, number: int, by: tuple[int, int]) -> None:
    handle = page.locator(".handle").nth(number)
    handle.hover()  # once it stands still
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=3)
    page.mouse.up()


def test_a_corner_cannot_turn_the_sheet_inside_out(visit: Visit, dora: Account) -> None:
    page = ready(visit(dora.page["url"], dora))
    set_on_the_image(page, "perspective")
    _drag(page, 0, (400, 500))
    (left, top), *_ = places(page)
    assert left < SEEN[2][0]
    assert top < SEEN[2][1]


def test_escape_ends_and_the_result_is_seen(visit: Visit, dora: Account) -> None:
    page = ready(visit(dora.page["url"], dora))
    set_on_the_image(page, "perspective")
    page.keyboard.press("Escape")
    expect(page.locator(".handle").first).to_be_hidden()
    button = page.locator("[data-step=perspective]").get_by_role("button", name="Set on the image")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".compare-divider")).to_be_visible()


@pytest.mark.parametrize("locale", ["en", "he"])
def test_a_box_by_touch_on_a_phone(visit: Visit, dora: Account, locale: str) -> None:
    page = ready(visit(dora.page["url"], dora, viewport=NARROW, has_touch=True, locale=locale))
    set_on_the_image(page, "crop")
    _drag(page, 0, (60, 50))
    (left, top), (right, above), (_, bottom), (start, below) = places(page)
    assert (start, above) == (left, top)
    assert (right, bottom, below) == (960, 1150, 1150)
    assert left > 40
    assert top > 40
    assert sideways(page) == 0
    frame = page.locator("#stage").bounding_box()
    sheet = page.locator("#side").bounding_box()
    assert frame is not None
    assert sheet is not None
    for handle in page.locator(".handle").all():
        box = handle.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] / 2 < sheet["y"]
        assert frame["x"] <= box["x"] + box["width"] / 2 <= frame["x"] + frame["width"]


def test_the_sheet_that_was_set_is_the_sheet_that_is_saved(visit: Visit, dora: Account) -> None:
    page = ready(visit(dora.page["url"], dora, viewport=WIDE))
    set_on_the_image(page, "perspective")
    page.keyboard.press("ArrowLeft")
    corners = [list(place) for place in places(page)]
    page.keyboard.press("Escape")
    expect(page.locator("#stage")).to_have_attribute("data-busy", "")
    with page.expect_request("**/versions/") as sent:
        page.get_by_role("button", name="Save as version").click()
    step = sent.value.post_data_json["recipe"]["steps"][0]
    assert step["step"] == "perspective"
    assert [[round(value) for value in corner] for corner in step["corners"]] == corners


def test_homographies_there_and_back(visit: Visit, dora: Account) -> None:
    """What boxes of words on a straightened page are drawn by."""
    page = visit(dora.page["url"], dora)
    back = page.evaluate(
        """async () => {
          const { apply, inverse } = await import('/static/recto/matrix.js');
          const matrix = [[1.1, 0.2, -30], [-0.1, 0.9, 12], [0.0002, -0.0001, 1]];
          return [apply(inverse(matrix), ...apply(matrix, 321, 654)), apply(matrix, 100, 0)];
        }"""
    )
    assert back[0] == pytest.approx([321, 654])
    assert back[1] == pytest.approx([80 / 1.02, 2 / 1.02])
