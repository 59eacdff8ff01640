"""What a job's progress and end do to the pages that are open: over the socket, and where there is none."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from playwright.sync_api import Page, WebSocketRoute, expect

from launcher.stack import Stack
from samples import sample_page
from tests.browser.conftest import Account, Visit
from tests.browser.looking import serious, sideways

OTSU = {"version": 1, "steps": [{"step": "binarize", "method": "otsu"}]}
NO_WORKER_NEEDED = 424242  # a job that only its events know


@pytest.fixture
def publish(stack: Stack) -> Iterator[Any]:
    """An event for the person of a page, as a worker writes it, which the page has heard; or for a `user` whose pages
    are closed."""

    def publish(page: Page, event: str, *, user: str = "", **facts: Any) -> None:
        user, is_awaited = user or user_of(page), not user
        counts = {"total": 3, "done": 1, "failed": 0, "percent": 33}
        body = {"type": event, "kind": "read", "document": None, "state": "running"} | counts | facts
        event_id = client.xadd(f"recto:events:{user}", {"event": json.dumps(body)})
        if is_awaited:
            heard = "(id) => Object.values(sessionStorage).some((value) => value.includes(id))"
            page.wait_for_function(heard, arg=event_id)

    with redis.Redis.from_url(stack.environment["RECTO_REDIS_URL"], decode_responses=True) as client:
        yield publish


def user_of(page: Page) -> str:
    return page.locator("body").get_attribute("data-user") or ""


def connected(page: Page) -> Page:
    """Waits until the page hears what happens, and knows from where on."""
    page.wait_for_function("() => Object.keys(sessionStorage).some((key) => key.startsWith('recto-event-'))")
    return page


def clean(account: Account) -> dict[str, Any]:
    """A job on the account's page, just started."""
    job = account.visitor.post(f"/api/pages/{account.page['id']}/versions/", json={"recipe": OTSU})
    job.raise_for_status()
    answer: dict[str, Any] = job.json()
    return answer


def test_progress_without_asking(visit: Visit, alice: Account) -> None:
    """The bar and the words move; the page asks until it hears of the job, and at the end. Of two pages that are done
    at the same moment both events may tell of two."""
    document = alice.document_path.rstrip("/").rpartition("/")[2]
    for _ in range(2):
        alice.visitor.post(f"/api/documents/{document}/pages/", files={"file": ("page.jpg", sample_page())})
    page = connected(visit(alice.document_path, alice))
    with page.expect_websocket() as socket:
        page.reload()
    story: list[str] = []
    socket.value.on("framereceived", lambda frame: story.append("heard") if '"job_progress"' in str(frame) else None)
    page.evaluate("""() => {
        window.said = [];
        const list = document.getElementById('job-list');
        const hear = () => said.push(list.querySelector('.job-words')?.textContent);
        new MutationObserver(hear).observe(list, { childList: true, subtree: true });
    }""")
    page.on("request", lambda asked: story.append("asked") if re.search(r"/api/jobs/\d+/", asked.url) else None)
    page.get_by_role("button", name="Apply to all pages").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Apply to all pages").press("Enter")
    expect(page.locator("#document-status")).to_have_text("Finished, pages: 3", timeout=40_000)

    said = set(page.evaluate("() => said"))
    assert {"0 of 3 pages", "Finished, pages: 3"} <= said
    assert {"1 of 3 pages", "2 of 3 pages"} & said
    following = story[story.index("asked") :]  # what came before may have come before the page followed the job
    heard = following.index("heard") if "heard" in following else len(following)
    assert following[heard:].count("asked") <= 2
    expect(page.locator(".toast-paper")).to_have_count(0)  # the page has said it already


def test_socket_is_blocked(visit: Visit, alice: Account) -> None:
    """Behind a proxy that lets no socket through, the page asks."""

    def block(route: WebSocketRoute) -> None:
        route.close(code=1011)

    page = visit("/documents/", alice)
    page.route_web_socket("**/ws/*", block)
    page.goto("/jobs/")
    job = clean(alice)
    page.reload()
    expect(page.locator(f"tr[data-job='{job['id']}']")).to_have_attribute("data-state", "completed", timeout=40_000)


def test_fastapi_goes_and_what_was_missed_is_told(visit: Visit, alice: Account, stack: Stack) -> None:
    page = connected(visit("/documents/", alice))
    stack.supervisor.stop("fastapi")
    try:
        job = alice.visitor.job_done(clean(alice))
    finally:
        stack.supervisor.start("fastapi")
    toast = page.locator(f".toast-paper[data-job='{job['id']}']")
    expect(toast).to_contain_text("Finished, pages: 1", timeout=60_000)
    expect(page.locator("#toasts")).to_have_attribute("aria-live", "polite")


def test_two_tabs_and_the_way_to_the_document(visit: Visit, alice: Account) -> None:
    first = connected(visit("/documents/", alice))
    second = first.context.new_page()
    second.goto("/projects/")
    connected(second)
    job = clean(alice)
    for page in (first, second):
        expect(page.locator(f".toast-paper[data-job='{job['id']}']")).to_be_visible(timeout=40_000)
    assert not serious(first)
    assert sideways(first) <= 0
    second.get_by_role("button", name="Dismiss").press("Enter")
    expect(second.locator(".toast-paper")).to_have_count(0)
    first.get_by_role("link", name="Clean pages").click()
    first.wait_for_url(f"**{alice.document_path}")


def test_what_ended_between_two_pages(visit: Visit, alice: Account, publish: Any) -> None:
    page = connected(visit("/documents/", alice))
    user = user_of(page)
    page.goto("about:blank")
    publish(page, "job_finished", user=user, job=NO_WORKER_NEEDED, state="completed")
    page.goto("/projects/")
    expect(page.locator(".toast-paper")).to_contain_text("Finished, pages: 3")


def test_desktop(visit: Visit, alice: Account, publish: Any) -> None:
    """Asked by a click, remembered; told when a long job ends and nobody looks."""
    page = visit("/jobs/", alice)
    page.context.grant_permissions(["notifications"])
    page.context.add_init_script(
        "window.told = []; const Real = Notification;"
        "window.Notification = class extends Real { constructor(...all) { super(...all); told.push(all); } };"
    )
    page.clock.install()
    page.reload()
    toggle = page.get_by_role("button", name="Tell me on the desktop")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.press("Enter")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(toggle).to_have_attribute("aria-pressed", "true")

    connected(page)
    page.evaluate("() => Object.defineProperty(document, 'hidden', { get: () => true })")
    publish(page, "job_progress", job=NO_WORKER_NEEDED, item={})
    publish(page, "job_finished", job=NO_WORKER_NEEDED, state="completed")
    expect(page.locator(".toast-paper")).to_have_count(1)
    assert page.evaluate("() => told") == []  # it was quick
    publish(page, "job_progress", job=NO_WORKER_NEEDED + 1, item={})
    page.clock.fast_forward(11_000)
    publish(page, "job_finished", job=NO_WORKER_NEEDED + 1, state="completed")
    page.wait_for_function("() => told.length")
    title, options = page.evaluate("() => told[0]")
    assert (title, options["body"]) == ("Read text", "Finished, pages: 3")
