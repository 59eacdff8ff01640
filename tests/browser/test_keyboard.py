"""Everything without a mouse."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Account, Visit, completed, ready
from tests.running import PASSWORD


def tab_to(page: Page, selector: str, limit: int = 60) -> None:
    """Presses Tab until the element has the focus; it must be visible there."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_log_in_and_process(visit: Visit, alice: Account) -> None:
    page = visit("/accounts/login/")
    tab_to(page, "input[name=username]")
    page.keyboard.type(alice.visitor.name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/")
    tab_to(page, ".cover a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{alice.document_path}")
    tab_to(page, ".page-card .card-link")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{alice.page['url']}")
    ready(page)
    tab_to(page, "#process-way")
    page.keyboard.press("Enter")
    completed(page)


def test_the_divider(visit: Visit, alice: Account) -> None:
    page = ready(visit(alice.page["url"], alice))
    page.locator("#process-way").press("Enter")
    completed(page)
    if page.locator(".tool-split").get_attribute("aria-pressed") == "false":
        page.keyboard.press("c")
    divider = page.get_by_role("slider", name="Divider")
    divider.focus()
    before = int(divider.get_attribute("aria-valuenow") or 0)
    page.keyboard.press("ArrowRight")
    assert int(divider.get_attribute("aria-valuenow") or 0) > before
    page.keyboard.press("Home")
    expect(divider).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("End")
    expect(divider).to_have_attribute("aria-valuenow", "100")


def test_shortcuts_and_turning_the_page(visit: Visit, alice: Account, sample_file: Path) -> None:
    with sample_file.open("rb") as file:
        pages = f"/api/documents/{alice.page['document']}/pages/"
        alice.visitor.post(pages, files={"file": ("two.jpg", file)}).raise_for_status()
    page = visit(alice.page["url"], alice)
    page.keyboard.press("]")
    page.wait_for_url("**/pages/2/")
    page.keyboard.press("[")
    page.wait_for_url("**/pages/1/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_reordering_by_buttons(visit: Visit, alice: Account) -> None:
    page = visit(alice.document_path, alice)
    expect(page.locator("#page-count")).to_have_text("Pages: 2")
    names = page.locator(".page-card[data-page] .card-name")
    before = names.all_inner_texts()
    assert len(before) == 2
    page.locator(".page-card .card-later").first.focus()
    with page.expect_response("**/order/") as saved:
        page.keyboard.press("Enter")
    expect(names).to_have_text(before[::-1])
    assert saved.value.ok
    page.reload()
    expect(names).to_have_text(before[::-1])
