"""Every page: axe finds nothing serious, nothing sticks out at 390 px, and it works right-to-left and in the dark."""

import pytest
from playwright.sync_api import expect

from launcher.stack import Stack
from tests.browser.conftest import NARROW, WIDE, Account, Visit, completed
from tests.browser.looking import serious, sideways
from tests.running import PASSWORD, Visitor, unique_name

SIGNED_OUT = ("/", "/accounts/login/", "/accounts/signup/", "/not-here/")
SIGNED_IN = (
    "/documents/",
    "{document}",
    "{page}",
    "{compare}",
    "/projects/",
    "{project}",
    "{project}invoices/",
    "/jobs/",
    "/accounts/password/",
    "/accounts/security/",
    "/accounts/security/second-factor/on/",
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


def test_the_password_is_changed(visit: Visit, stack: Stack) -> None:
    page = visit("/accounts/password/", Account(Visitor(stack, unique_name("bob")).sign_up(), {}))
    page.get_by_label("Old password").fill("wrong")
    page.get_by_label("New password", exact=True).fill("1")
    page.get_by_label("New password confirmation").fill("2")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".field-error").first).to_be_visible()
    assert not serious(page)
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(PASSWORD[::-1])
    page.get_by_label("New password confirmation").fill(PASSWORD[::-1])
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("heading", name="Password changed")).to_be_visible()
    assert not serious(page)


SEND_FORM = """([action, token]) => {
  const form = Object.assign(document.createElement('form'), { method: 'post', action });
  form.append(Object.assign(document.createElement('input'), { name: 'csrfmiddlewaretoken', value: token }));
  document.body.append(form);
  form.submit();
}"""


@pytest.mark.parametrize("form", ["forbidden", "too old"])
def test_what_is_refused(visit: Visit, alice: Account, stack: Stack, form: str) -> None:
    """A reader who may not rename the project, and a form whose token does not hold."""
    bob = Account(Visitor(stack, unique_name("bob")).sign_up(), {})
    project = addresses(alice)["project"]
    members = f"/api{project}members/"
    alice.visitor.post(members, json={"username": bob.visitor.name, "role": "reader"}).raise_for_status()
    page = visit(project, bob)
    token = bob.visitor.cookies["csrftoken"] if form == "forbidden" else "x" * 64
    with page.expect_navigation() as gone:
        page.evaluate(SEND_FORM, [f"{project}rename/", token])

    assert gone.value.status == 403
    heading = "You may not do this" if form == "forbidden" else "The form was too old"
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    assert not serious(page)
    assert sideways(page) <= 0


def test_dark_is_remembered(visit: Visit) -> None:
    page = visit("/")
    paper = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.locator("#theme-toggle").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto("/accounts/login/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.evaluate(paper) != light
