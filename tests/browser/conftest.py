"""Debian's Chromium in front of the running Recto; a page fails its test when a script breaks or the policy is hit."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from launcher.stack import Stack
from samples import sample_page
from tests.running import PASSWORD, Visitor, stack, unique_name

__all__ = ["stack"]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
WIDE = {"width": 1280, "height": 860}
NARROW = {"width": 390, "height": 844}

expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One a module: Playwright's event loop must be gone before another folder's tests use Django's database."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Account:
    """Somebody who is signed in, with one document of one page."""

    visitor: Visitor
    page: dict[str, Any]

    @property
    def cookies(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "value": value, "url": self.visitor.origin} for name, value in self.visitor.cookies.items()
        ]

    @property
    def document_path(self) -> str:
        return str(self.page["url"]).split("/pages/")[0] + "/"


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shaded, skewed, grainy page, as a file to choose in a dialog."""
    file = tmp_path_factory.mktemp("sample") / "page.jpg"
    file.write_bytes(sample_page())
    return file


@pytest.fixture(scope="module")
def alice(stack: Stack, sample_file: Path) -> Account:
    visitor = Visitor(stack, unique_name("alice")).sign_up()
    return Account(visitor, visitor.new_page(sample_file.read_bytes()))


Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, stack: Stack) -> Iterator[Visit]:
    """`visit(path, account, **context)` → an open page. The test fails for script errors and breaches of the policy."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(
        path: str, account: Account | None = None, *, viewport: dict[str, int] = WIDE, **options: Any
    ) -> Page:
        context = chromium.new_context(base_url=stack.origin, viewport=viewport, reduced_motion="reduce", **options)
        contexts.append(context)
        if account is not None:
            context.add_cookies(account.cookies)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


def sign_up(page: Page, name: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()


@contextmanager
def requests_to(page: Page, part: str) -> Iterator[list[str]]:
    """The requests whose address contains `part`, as METHOD URL, while the block runs."""
    seen: list[str] = []

    def note(request: Any) -> None:
        if part in request.url:
            seen.append(f"{request.method} {request.url}")

    page.on("request", note)
    yield seen
    page.remove_listener("request", note)


def asks_before_leaving(page: Page) -> None:
    """Closes the page, which asks, and stays. The question is put away when this returns: Chromium 156 dies when a tab
    is closed before."""
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    page.evaluate("0")


def ready(page: Page) -> Page:
    """Waits until the page view is at work: the image is shown and the engine has told its steps."""
    page.wait_for_selector("#stage[data-state=ready]")
    page.wait_for_selector("#panel-process[data-state=ready]")
    return page


def completed(page: Page) -> None:
    """Waits for the end of a run in the page view."""
    expect(page.locator("#run-message")).to_contain_text("Completed in")
