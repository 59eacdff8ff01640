"""When a service is down the page says which, in words, and recovers by itself."""

from playwright.sync_api import expect

from launcher.stack import Stack
from tests.browser.conftest import Account, Visit, completed, ready
from tests.browser.looking import serious, sideways


def test_the_engine_goes_and_comes_back(visit: Visit, alice: Account, stack: Stack) -> None:
    page = visit(alice.page["url"], alice)
    expect(page.locator("#step-deskew-max_angle")).to_be_visible()
    stack.supervisor.stop("fastapi")
    try:
        page.locator("#process-way").click()
        expect(page.locator(".banner")).to_contain_text("image engine does not answer")
    finally:
        stack.supervisor.start("fastapi")
    expect(page.locator(".banner")).to_have_count(0, timeout=40_000)
    page.locator("#live-way").click()
    completed(page)


def test_the_site_goes_and_comes_back(visit: Visit, alice: Account, stack: Stack) -> None:
    page = ready(visit(alice.page["url"], alice))
    stack.supervisor.stop("django")
    try:
        page.locator("#process-way").click()
        expect(page.locator(".banner")).to_contain_text("site behind this page does not answer")
        newcomer = visit("/documents/")
        expect(newcomer.get_by_role("heading", name="Back in a moment")).to_be_visible()
        assert not serious(newcomer)
        assert sideways(newcomer) <= 0
    finally:
        stack.supervisor.start("django")
    expect(page.locator(".banner")).to_have_count(0, timeout=40_000)
    page.locator("#process-way").click()
    completed(page)
