"""Settings that a project keeps under a name, beside the engine's own presets."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Account, Visit, ready


def test_save_use_and_delete(visit: Visit, alice: Account) -> None:
    page = ready(visit(alice.page["url"], alice))
    angle = page.locator("#step-deskew-max_angle")
    angle.fill("21")
    page.get_by_role("button", name="Save these settings as a preset").press("Enter")
    page.get_by_role("dialog").get_by_label("Name").fill("Faded ink")
    page.keyboard.press("Enter")
    expect(chosen(page)).to_have_text("Faded ink")
    expect(page.locator("#keep-preset")).to_be_focused()

    page.reload()
    ready(page)
    expect(chosen(page)).to_have_text("Manuscript")
    page.get_by_label("Recipe", exact=True).select_option(label="Faded ink")
    expect(angle).to_have_value("21")
    _on_the_document(visit, alice)

    page.get_by_role("button", name="Delete the preset Faded ink").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    expect(page.locator("#preset-select option", has_text="Faded ink")).to_have_count(0)
    expect(chosen(page)).to_have_text("Your own settings")


def chosen(page: Page) -> Locator:
    return page.locator("#preset-select option:checked")


def _on_the_document(visit: Visit, alice: Account) -> None:
    """The same preset in the menu of the document's quick Process."""
    page = visit(alice.document_path, alice)
    page.get_by_label("What to do").select_option(label="Faded ink")
    with page.expect_request("**/api/fastapi/auto-process/") as sent:
        page.locator("#process-btn").click()
    assert '"max_angle":21' in (sent.value.post_data or "")
    expect(page.locator("#result-panel")).to_have_attribute("data-state", "done")
