"""Files on their way into a document: what is refused says why, and nothing else stops for it."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect

from samples import ENGLISH, draw
from tests.browser.conftest import Account, Visit, asks_before_leaving, ready


def scan(name: str = "scan.png") -> FilePayload:
    return FilePayload(name=name, mimeType="image/png", buffer=encoded("PNG"))


def encoded(form: str, pages: int = 1) -> bytes:
    file = io.BytesIO()
    images = [Image.fromarray(draw(ENGLISH)).resize((620, 868)) for _ in range(pages)]
    images[0].save(file, form, **({"save_all": True, "append_images": images[1:]} if pages > 1 else {}))
    return file.getvalue()


@pytest.fixture
def document(visit: Visit, alice: Account) -> Page:
    """A new document without pages."""
    project = alice.visitor.get("/api/projects/").json()["results"][0]["id"]
    made = alice.visitor.post("/api/documents/", json={"name": "Ledger", "project": project}).json()
    return visit(made["url"], alice)


def test_a_refused_file_says_why_and_the_others_go_on(document: Page) -> None:
    refused = FilePayload(name="notes.jpg", mimeType="image/jpeg", buffer=b"not an image at all" * 50)
    document.set_input_files("#image-upload", [scan("one.png"), refused, scan("two.png")])

    expect(document.locator(".page-card .card-name")).to_have_count(2)
    row = document.locator(".upload")
    expect(row).to_have_attribute("data-state", "refused")
    expect(row.locator(".upload-name")).to_have_text("notes.jpg")
    expect(row.locator(".upload-note")).to_contain_text("not an image that Recto can open")
    row.get_by_role("button", name="Remove from the list").press("Enter")
    expect(row).to_have_count(0)
    expect(document.locator("#image-upload")).to_be_focused()


def test_an_upload_that_found_no_site_is_tried_again(document: Page) -> None:
    document.route("**/api/documents/*/pages/", lambda route: route.abort())
    document.set_input_files("#image-upload", [scan()])
    expect(document.locator(".upload")).to_have_attribute("data-state", "refused")
    document.unroute("**/api/documents/*/pages/")
    document.get_by_role("button", name="Try again").click()

    expect(document.locator(".page-card .card-name")).to_have_count(1)
    expect(document.locator(".upload")).to_have_count(0)


def test_a_pdf_gives_its_pages(document: Page) -> None:
    pdf = FilePayload(name="letters.pdf", mimeType="application/pdf", buffer=encoded("PDF", pages=3))
    document.set_input_files("#image-upload", [pdf])
    expect(document.locator(".page-card .card-name")).to_have_text(["letters 1", "letters 2", "letters 3"])
    document.locator(".page-card .card-link").nth(1).click()
    ready(document)

    expect(document.locator(".page-count")).to_have_text("2 of 3")
    document.keyboard.press("]")
    document.wait_for_url("**/pages/3/")
    ready(document)


def test_leaving_while_a_file_is_on_its_way_is_asked_about(document: Page) -> None:
    held: list[Route] = []

    def hold(request: Route) -> None:
        held.append(request)

    document.route("**/api/documents/*/pages/", hold)
    document.set_input_files("#image-upload", [scan()])
    expect(document.locator(".upload")).to_have_attribute("data-state", "running")
    asks_before_leaving(document)

    expect(document.locator(".upload")).to_have_attribute("data-state", "running")
    for request in held:
        request.continue_()
    expect(document.locator(".page-card .card-name")).to_have_text(["scan"])


def test_an_order_that_is_not_kept_is_taken_back(document: Page) -> None:
    document.set_input_files("#image-upload", [scan("one.png")])
    names = document.locator(".page-card .card-name")
    expect(names).to_have_text(["one"])
    document.set_input_files("#image-upload", [scan("two.png")])
    expect(names).to_have_text(["one", "two"])
    document.route("**/order/", lambda route: route.fulfill(status=500))
    document.get_by_role("button", name="Move two one place earlier").press("Enter")

    expect(document.locator("#document-status")).to_contain_text("the pages stand as before")
    expect(names).to_have_text(["one", "two"])
    expect(document.get_by_role("button", name="Move two one place earlier")).to_be_focused()


def test_process_keeps_the_focus(visit: Visit, alice: Account, sample_file: Path) -> None:
    page = visit(alice.document_path, alice)
    page.locator("#process-btn").press("Enter")
    expect(page.locator("#result-panel")).to_have_attribute("data-state", "done")
    expect(page.locator("#process-btn")).to_be_focused()
    page.get_by_role("button", name="Close the result").press("Enter")
    expect(page.locator("#process-btn")).to_be_focused()


def test_the_divider_follows_the_pointer(visit: Visit, alice: Account) -> None:
    page = visit(alice.document_path, alice)
    page.locator("#process-btn").click()
    expect(page.locator("#result-panel")).to_have_attribute("data-state", "done")
    divider = page.get_by_role("slider", name="Divider")
    divider.scroll_into_view_if_needed()
    grip = divider.locator(".compare-grip").bounding_box()
    frame = page.locator("#result-compare").bounding_box()
    assert grip is not None
    assert frame is not None
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] * 0.8, grip["y"], steps=4)
    page.mouse.up()

    expect(divider).to_have_attribute("aria-valuenow", "80")
    page.mouse.move(frame["x"] + 10, grip["y"])
    expect(divider).to_have_attribute("aria-valuenow", "80")
