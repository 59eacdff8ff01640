"""Work on many pages: its progress on the document, and the page of jobs with cancel and retry."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from launcher.stack import Stack
from tests.browser.conftest import Account, Visit


@pytest.fixture
def worker_away(stack: Stack) -> Iterator[None]:
    """Jobs wait, since nobody takes them."""
    stack.supervisor.stop("worker")
    yield
    stack.supervisor.start("worker")


def test_apply_to_all_pages(visit: Visit, alice: Account) -> None:
    page = visit(alice.document_path, alice)
    card = page.locator(".page-card[data-page]").first
    before = card.locator("img").get_attribute("src")
    page.get_by_role("button", name="Apply to all pages").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Apply to all pages").press("Enter")
    expect(page.locator("#job-progress")).to_be_visible()
    expect(page.locator("#job-words")).to_contain_text("of 1 pages")

    expect(page.locator("#document-status")).to_have_text("Finished, pages: 1", timeout=40_000)
    expect(page.locator("#job-progress")).to_be_hidden()
    expect(card).to_have_attribute("data-job", "done")
    expect(page.get_by_role("button", name="Apply to all pages")).to_be_focused()
    assert card.locator("img").get_attribute("src") != before


def test_escape_is_no_answer(visit: Visit, alice: Account) -> None:
    page = visit(alice.document_path, alice)
    for opener in ("#apply-all", "#read-all", "[data-dialog=rename-dialog]", "[data-dialog=delete-dialog]"):
        page.locator(opener).press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.locator(opener)).to_be_focused()
    expect(page.locator("#job-progress")).to_be_hidden()


def test_retry_of_what_failed(visit: Visit, alice: Account) -> None:
    """Klingon is not installed: the job fails, says so, and fails again."""
    job = alice.visitor.post(f"/api/pages/{alice.page['id']}/read/", json={"languages": ["tlh"]}).json()
    alice.visitor.job_done(job)
    page = visit("/jobs/", alice)
    row = page.locator(f"tr[data-job='{job['id']}']")
    expect(row).to_have_attribute("data-state", "failed")
    expect(row.locator(".job-reasons li")).to_contain_text("Page 1:")
    with page.expect_response(f"**/api/jobs/{job['id']}/retry/") as again:
        row.get_by_role("button", name="Retry").press("Enter")

    assert again.value.ok
    expect(row).to_have_attribute("data-state", "failed")
    expect(row.get_by_role("button", name="Retry")).to_be_visible()


def test_cancel_of_what_waits(visit: Visit, alice: Account, worker_away: None) -> None:
    job = alice.visitor.post(f"/api/pages/{alice.page['id']}/read/", json={"languages": ["eng"]}).json()
    page: Page = visit("/jobs/", alice)
    row = page.locator(f"tr[data-job='{job['id']}']")
    expect(row.locator(".state")).to_have_text("waiting")
    row.get_by_role("button", name="Cancel").press("Enter")

    expect(row).to_have_attribute("data-state", "cancelled")
    expect(row.locator(".state")).to_have_text("cancelled")
    expect(row.locator(".job-what a")).to_be_focused()
