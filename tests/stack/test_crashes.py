"""A process that is killed comes back by itself, and meanwhile people and programs are told so in words."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
import requests

from launcher.stack import Stack
from launcher.supervision import State
from tests.running import Visitor
from tests.waiting import until


def stop(stack: Stack, name: str) -> State:
    """Kills a program of the stack together with its children; gives what it was."""
    state: State = until(lambda: stack.supervisor.states()[name], lambda now: now.state == "RUNNING")
    os.killpg(state.pid, signal.SIGKILL)
    return state


def has_returned(stack: Stack, before: State) -> None:
    until(
        lambda: stack.supervisor.states()[before.name],
        lambda now: now.state == "RUNNING" and now.pid != before.pid,
    )


def away(stack: Stack, name: str, ask: Callable[[], requests.Response], *said: int) -> requests.Response:
    """What is answered without the program, which is killed once more if it was back before it was asked for."""

    def look() -> requests.Response:
        if (answer := ask()).ok:
            stop(stack, name)
        return answer

    answer: requests.Response = until(look, lambda now: now.status_code in said)
    return answer


def test_fastapi_is_killed(stack: Stack, alice: Visitor) -> None:
    before = stop(stack, "fastapi")
    answer = away(stack, "fastapi", lambda: alice.get("/api/fastapi/images/health"), 503)

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "2"
    assert answer.json()["code"] == "engine_unavailable"
    assert "image service" in answer.json()["detail"]
    has_returned(stack, before)
    until(lambda: alice.get("/api/fastapi/images/health").status_code, lambda status: status == 200)


def test_fastapi_is_killed_behind_django(stack: Stack, alice: Visitor, photo: bytes) -> None:
    """Django says it too, in its own words, and works again afterwards."""
    before = stop(stack, "fastapi")
    image = {"image": ("page.jpg", photo)}
    answer = away(stack, "fastapi", lambda: alice.post("/api/fastapi/auto-process/", files=image), 502, 503)

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    has_returned(stack, before)
    until(
        lambda: alice.post("/api/fastapi/auto-process/", files=image).status_code,
        lambda status: status == 200,
    )


def test_django_is_killed(stack: Stack, alice: Visitor) -> None:
    """Programs get a problem, people a page, in the meantime; whoever was signed in still is."""
    before = stop(stack, "django")
    problem = away(stack, "django", lambda: alice.get("/api/projects/"), 503)
    page = away(stack, "django", lambda: alice.get("/documents/"), 503)

    assert problem.json()["code"] == "unavailable"
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Back in a moment" in page.text
    assert alice.get("/outage/outage.css").headers["Content-Type"].startswith("text/css")
    has_returned(stack, before)
    until(lambda: alice.get("/api/projects/").status_code, lambda status: status == 200)


@pytest.fixture
def page(alice: Visitor, photo: bytes) -> dict[str, Any]:
    return alice.new_page(photo)


def test_worker_is_killed(stack: Stack, alice: Visitor, page: dict[str, Any]) -> None:
    """A job that is ordered while no worker lives is done by the next one."""
    before = stop(stack, "worker")
    job = alice.post(f"/api/pages/{page['id']}/read/", json={"languages": ["eng"]})

    assert job.status_code == 202
    has_returned(stack, before)
    assert alice.job_done(job.json(), 90)["state"] == "completed"


def test_redis_is_killed(stack: Stack, alice: Visitor, page: dict[str, Any]) -> None:
    """Everything finds the next one, and what was queued is on disk."""
    before = stop(stack, "redis")
    has_returned(stack, before)
    until(lambda: requests.get(f"{stack.origin}/readyz", timeout=10).status_code, lambda status: status == 200)
    job = alice.post(f"/api/pages/{page['id']}/read/", json={"languages": ["eng"]})

    assert job.status_code == 202
    assert alice.job_done(job.json(), 90)["state"] == "completed"
