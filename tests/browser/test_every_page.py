"""Every page: axe finds nothing serious, nothing sticks out at 390 px, and it works right-to-left and in the dark."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from launcher.places import ROOT
from tests.browser.conftest import NARROW, WIDE, Account, Visit, completed

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SIGNED_OUT = ("/", "/accounts/login/", "/accounts/signup/", "/not-here/")
SIGNED_IN = (
    "/documents/",
    "{document}",
    "{page}",
    "{compare}",
    "/projects/",
    "{project}",
    "/jobs/",
    "/accounts/password/",
)


def addresses(alice: Account) -> dict[str, str]:
    version = alice.page["current"]["id"]
    project = alice.visitor.get("/api/projects/").json()["results"][0]["id"]
    return {
        "document": alice.document_path,
        "page": alice.page["url"],
        "compare": f"{alice.page['url']}compare/?a={version}&b={version}",
        "project": f"/projects/{project}/",
    }


def serious(page: Page) -> list[str]:
    """What axe finds of serious or critical impact, with the elements it stands on."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("() => axe.run()")
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_signed_out(visit: Visit, scheme: str) -> None:
    page = visit("/", color_scheme=scheme)
    for path in SIGNED_OUT:
        page.goto(path)
        assert not serious(page), path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_signed_in(visit: Visit, alice: Account, scheme: str) -> None:
    page = visit("/documents/", alice, color_scheme=scheme)
    for path in SIGNED_IN:
        page.goto(path.format(**addresses(alice)))
        assert not serious(page), path


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_accessible_with_a_result_and_text(visit: Visit, alice: Account, viewport: dict[str, int]) -> None:
    page = visit(alice.page["url"], alice, viewport=viewport)
    page.locator("#process-way").click()
    completed(page)
    assert not serious(page)
    for tab in ("Text", "Versions"):
        page.get_by_role("tab", name=tab).click()
        assert not serious(page), tab


@pytest.mark.parametrize("language", ["en", "he"])
def test_nothing_sticks_out_at_390_pixels(visit: Visit, alice: Account, language: str) -> None:
    locale = {"en": "en-GB", "he": "he-IL"}[language]
    page = visit("/", viewport=NARROW, locale=locale)
    for path in SIGNED_OUT:
        page.goto(path)
        assert sideways(page) <= 0, path
    page = visit("/documents/", alice, viewport=NARROW, locale=locale)
    for path in SIGNED_IN:
        page.goto(path.format(**addresses(alice)))
        assert sideways(page) <= 0, path


def test_processing_on_a_phone(visit: Visit, alice: Account) -> None:
    page = visit(alice.page["url"], alice, viewport=NARROW, has_touch=True)
    page.locator("#process-way").tap()
    completed(page)
    assert sideways(page) <= 0


def test_right_to_left(visit: Visit, alice: Account) -> None:
    """A reader of Hebrew gets the page mirrored: the side panel stands on the left."""
    page = visit(alice.page["url"], alice, locale="he-IL")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    side, stage = page.locator("#side").bounding_box(), page.locator(".stage").first.bounding_box()
    assert side is not None
    assert stage is not None
    assert side["x"] < stage["x"]
