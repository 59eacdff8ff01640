"""Work on many pages: its progress on the document, and the page of jobs with cancel and retry."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from launcher.stack import Stack
from tests.browser.conftest import Account, Visit
from tests.waiting import until


@pytest.fixture
def worker_away(stack: Stack) -> Iterator[None]:
    """Jobs wait, since nobody takes them."""
    for name in ("worker", "quick"):
        stack.supervisor.stop(name)
    yield
    for name in ("worker", "quick"):
        stack.supervisor.start(name)


def test_apply_to_all_pages(visit: Visit, alice: Account) -> None:
    page = visit(alice.document_path, alice)
    card = page.locator(".page-card[data-page]").first
    before = card.locator("img").get_attribute("src")
    page.get_by_role("button", name="Apply to all pages").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Apply to all pages").press("Enter")
    expect(page.locator(".job-progress")).to_be_visible()
    expect(page.locator(".job-list .job-words")).to_contain_text("of 1 pages")

    expect(page.locator("#document-status")).to_have_text("Finished, pages: 1", timeout=40_000)
    expect(page.locator(".job-list li")).to_have_count(0)
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
    expect(page.locator(".job-list li")).to_have_count(0)


def test_retry_of_what_failed(visit: Visit, alice: Account) -> None:
    """Klingon is not installed: the job fails, says so, and fails again."""
    job = alice.visitor.post(f"/api/pages/{alice.page['id']}/read/", json={"languages": ["tlh"]}).json()
    first = finished(alice, job)
    page = visit("/jobs/", alice)
    row = page.locator(f"tr[data-job='{job['id']}']")
    expect(row).to_have_attribute("data-state", "failed")
    expect(row.locator(".job-reasons li")).to_contain_text("Page 1:")
    with page.expect_response(f"**/api/jobs/{job['id']}/retry/") as again:
        row.get_by_role("button", name="Retry").press("Enter")

    assert again.value.ok
    assert finished(alice, job) > first
    expect(row).to_have_attribute("data-state", "failed")
    expect(row.get_by_role("button", name="Retry")).to_be_visible()


def finished(account: Account, job: dict[str, Any]) -> str:
    """When it was; waits until it is."""
    return str(until(lambda: account.visitor.get(f"/api/jobs/{job['id']}/").json()["finished_at"]))


def test_cancel_of_what_waits(visit: Visit, alice: Account, worker_away: None) -> None:
    job = alice.visitor.post(f"/api/pages/{alice.page['id']}/read/", json={"languages": ["eng"]}).json()
    page: Page = visit("/jobs/", alice)
    row = page.locator(f"tr[data-job='{job['id']}']")
    expect(row.locator(".state")).to_have_text("waiting")
    row.get_by_role("button", name="Cancel").press("Enter")

    expect(row).to_have_attribute("data-state", "cancelled")
    expect(row.locator(".state")).to_have_text("cancelled")
    expect(row.locator(".job-what a")).to_be_focused()


@pytest.fixture
def document(alice: Account) -> dict[str, Any]:
    """Three pages of a document of its own."""
    page = alice.visitor.new_page(small(0), "1.png")
    for number in (1, 2):
        files = {"file": (f"{number + 1}.png", small(number))}
        alice.visitor.post(f"/api/documents/{page['document']}/pages/", files=files).raise_for_status()
    return {"id": page["document"], "path": f"/documents/{page['document']}/"}


def small(number: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (200, 260), 180 + 20 * number).save(out, "PNG")
    return out.getvalue()


def test_some_pages(visit: Visit, alice: Account, document: dict[str, Any]) -> None:
    """Chosen one by one, in a row with Shift, and all at once; what is ordered is for them."""
    page = visit(document["path"], alice)
    boxes = page.locator(".page-grid .card-select")
    boxes.nth(0).press("Space")
    expect(page.get_by_role("button", name="Apply to selected pages")).to_be_visible()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("#selected-count")).to_have_text("3 of 3 selected")
    page.get_by_label("Select all").press("Space")
    expect(page.locator("#selected-count")).to_have_text("")
    boxes.nth(1).press("Space")
    page.get_by_role("button", name="Apply to selected pages").press("Enter")
    with page.expect_response("**/jobs/") as ordered:
        page.get_by_role("dialog").get_by_role("button", name="Apply to selected pages").press("Enter")

    assert ordered.value.json()["total"] == 1
    expect(page.locator(".page-card[data-page]").nth(1)).to_have_attribute("data-job", "done", timeout=40_000)


def test_export(visit: Visit, alice: Account, document: dict[str, Any]) -> None:
    page = visit(document["path"], alice)
    page.get_by_role("button", name="Export").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Export").press("Enter")
    link = page.locator(".job-list").get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=40_000)
    with page.expect_download() as download:
        link.press("Enter")
    assert zipfile.ZipFile(download.value.path()).namelist() == ["0001 1.png", "0002 2.png", "0003 3.png"]


def test_an_archive_is_added(visit: Visit, alice: Account, document: dict[str, Any], tmp_path: Path) -> None:
    """Its pages appear as they are made, and what is no image is told by its name."""
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("5.png", small(1))
        archive.writestr("4.png", small(2))
        archive.writestr("notes.txt", b"no image")
    page = visit(document["path"], alice)
    page.set_input_files("#image-upload", tmp_path / "more.zip")
    names = page.locator(".page-grid .card-name")
    expect(names).to_have_text(["1", "2", "3", "4", "5"], timeout=40_000)
    expect(page.locator(".job-list .job-reasons li")).to_contain_text("notes.txt:")
    expect(page.locator(".job-list").get_by_role("button", name="Retry")).to_be_visible()


def test_opened_again(visit: Visit, alice: Account, document: dict[str, Any], worker_away: None) -> None:
    """What is under way is seen at once, and can be cancelled."""
    alice.visitor.post(f"/api/documents/{document['id']}/jobs/", json={"kind": "apply"}).raise_for_status()
    page = visit(document["path"], alice)
    expect(page.locator(".job-list .job-words")).to_have_text("0 of 3 pages")
    expect(page.locator("#jobs-indicator")).to_be_visible()
    page.locator(".job-list").get_by_role("button", name="Cancel").press("Enter")
    expect(page.locator("#document-status")).to_contain_text("Cancelled after 0 of 3 pages")
