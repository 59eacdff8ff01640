"""From nothing to text, as a person goes; and each of the three ways to the engine through its own door."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samples import TRUTH
from tests.browser.conftest import Account, Visit, completed, ready, requests_to, sign_up
from tests.running import unique_name


def test_from_sign_up_to_text(visit: Visit, sample_file: Path) -> None:
    page = visit("/accounts/signup/")
    sign_up(page, unique_name("dora"))
    page.get_by_label("Name").fill("Letters")
    page.get_by_role("button", name="Create document").click()
    page.set_input_files("#image-upload", sample_file)
    page.locator(".page-card[data-page] .card-link").click()

    page.get_by_role("button", name="Process", exact=True).click()
    completed(page)
    page.get_by_role("button", name="Direct", exact=True).click()
    completed(page)
    _live_cancelled_then_to_the_end(page)
    page.get_by_role("button", name="Save as version").click()
    expect(page.locator("#run-message")).to_have_text("Saved as a new version.")
    _revert_to_the_original(page)
    _read(page)


def _live_cancelled_then_to_the_end(page: Page) -> None:
    page.locator("#step-denoise").set_checked(True)
    method = page.locator("#step-denoise-method")
    method.select_option("nlmeans")  # takes its time
    page.get_by_role("button", name="Live preview").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#run-message")).to_have_text("Cancelled. Nothing was changed.")
    method.select_option("bilateral")
    page.get_by_role("button", name="Live preview").click()
    completed(page)
    steps = page.locator("#run .steps li")
    expect(steps).to_have_count(page.locator("#run .steps li[data-state=done]").count())
    expect(steps.first.locator(".step-seconds")).to_contain_text(re.compile(r"\d"))


def _revert_to_the_original(page: Page) -> None:
    page.get_by_role("tab", name="Versions").click()
    expect(page.locator("#version-list > li")).to_have_count(2)
    page.get_by_role("button", name="Revert to version 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Revert").click()
    expect(page.locator("#version-list > li")).to_have_count(3)


def _read(page: Page) -> None:
    page.get_by_role("tab", name="Text").click()
    for language in page.locator("#panel-text [name=language]").all():
        language.set_checked(language.get_attribute("value") in ("eng", "heb"))
    page.get_by_role("button", name="Read text").click()
    expect(page.locator("#read-status")).to_have_text("Read.", timeout=60_000)
    page.wait_for_selector("#panel-text[data-state=read]")
    shown = page.locator("#text-lines").inner_text()
    assert sum(line in shown for line in TRUTH) >= len(TRUTH) // 2
    expect(page.locator("#text-lines .text-line[dir=rtl]").first).to_be_visible()


@pytest.fixture
def page_view(visit: Visit, alice: Account) -> Page:
    return ready(visit(alice.page["url"], alice))


def test_process_goes_through_django(page_view: Page) -> None:
    with requests_to(page_view, "/api/fastapi/") as seen:
        page_view.get_by_role("button", name="Process", exact=True).click()
        completed(page_view)

    assert [request for request in seen if request.endswith("/api/fastapi/auto-process/")]
    assert not [request for request in seen if "/images/auto-process" in request]


def test_direct_goes_to_the_engine(page_view: Page) -> None:
    with requests_to(page_view, "/api/") as seen:
        page_view.get_by_role("button", name="Direct", exact=True).click()
        completed(page_view)

    assert [request for request in seen if "/api/fastapi/images/auto-process" in request]
    assert [request for request in seen if "/api/get-fastapi-token?page=" in request]


def test_live_goes_over_the_socket(visit: Visit, alice: Account) -> None:
    page = visit("/documents/", alice)
    said: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: said.append(str(frame)[:40])))
    page.goto(alice.page["url"])
    page.get_by_role("button", name="Live preview").click()
    completed(page)

    assert any('"preview"' in frame for frame in said)
    assert any('"complete"' in frame for frame in said)


def test_auto_process_shows_what_it_chose_and_why(page_view: Page) -> None:
    page_view.locator("#step-deskew").set_checked(False)
    page_view.get_by_role("button", name="Auto Process").click()
    completed(page_view)

    expect(page_view.locator("#step-deskew")).to_be_checked()
    expect(page_view.locator("#run .steps li[data-step=deskew]")).to_have_attribute("data-state", "done")
    expect(page_view.locator("#result-note")).not_to_be_empty()


def test_a_slider_shows_its_effect(page_view: Page) -> None:
    """A draft over the socket; nothing is kept."""
    slider = page_view.locator("#step-shade-reach")
    slider.focus()
    slider.press("ArrowRight")

    expect(page_view.locator("#result-note")).to_contain_text("Draft in")
    page_view.get_by_role("button", name="Discard the result").click()
    expect(page_view.locator("#result-actions")).to_be_hidden()


def test_what_was_read_is_there_again(visit: Visit, alice: Account) -> None:
    """And pointing at a word lights its box on the image."""
    job = alice.visitor.post(f"/api/pages/{alice.page['id']}/read/", json={"languages": ["eng", "heb"]}).json()
    alice.visitor.job_done(job)
    page = visit(alice.page["url"], alice)
    page.get_by_role("tab", name="Text").click()
    word = page.locator("#text-lines .word").first
    word.hover()

    expect(word).to_have_class(re.compile("word-lit"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert TRUTH[0].split()[0] in Path(download.value.path()).read_text()


def test_a_stranger_sees_nothing(visit: Visit, alice: Account, stack: object) -> None:
    page = visit("/accounts/signup/")
    sign_up(page, unique_name("charlie"))
    page.wait_for_url("**/documents/")

    answer = page.goto(alice.page["url"])
    assert answer is not None
    assert answer.status == 404
