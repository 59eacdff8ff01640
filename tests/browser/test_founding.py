"""The founding end-to-end test, under its own names."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Account, Visit


def test_upload_process_result(visit: Visit, alice: Account, sample_file: Path) -> None:
    page = visit(alice.document_path, alice)
    page.set_input_files("#image-upload", sample_file)
    page.click("#process-btn")
    page.wait_for_selector(".result-image")

    expect(page.locator("#result-note")).to_contain_text("Processing completed in")
    assert page.locator(".result-image").evaluate("image => image.naturalWidth") > 1000
