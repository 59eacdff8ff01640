"""What a person does before the page's scripts have arrived is not lost."""

import re
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.browser.conftest import Account, Visit

SCRIPT = re.compile(r"/recto/document(\.[0-9a-f]+)?\.js")


def test_a_file_chosen_before_the_script_runs(visit: Visit, alice: Account, sample_file: Path) -> None:
    page = visit("/documents/", alice)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(SCRIPT, hold)
    with page.expect_request(SCRIPT):
        page.goto(alice.document_path, wait_until="commit")
    page.set_input_files("#image-upload", sample_file)
    held[0].continue_()

    expect(page.locator("#page-grid .page-card")).to_have_count(2)
