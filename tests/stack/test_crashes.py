"""A process that is killed comes back by itself, and meanwhile people and programs are told so in words."""

import os
import signal
from typing import Any

import pytest
import requests

from launcher.stack import Stack
from launcher.supervision import State
from tests.running import Visitor
from tests.waiting import until


def stop(stack: Stack, name: str) -> State:
    """Kills a program of the stack together with its children; gives what it was."""
    state = stack.supervisor.states()[name]
    os.killpg(state.pid, signal.SIGKILL)
    return state


def has_returned(stack: Stack, before: State) -> None:
    until(
        lambda: stack.supervisor.states()[before.name],
        lambda now: now.state == "RUNNING" and now.pid != before.pid,
    )


def is_away(answer: requests.Response) -> bool:
    return answer.status_code == 503


def test_fastapi_is_killed(stack: Stack, alice: Visitor) -> None:
    before = stop(stack, "fastapi")
    answer = until(lambda: alice.get("/api/fastapi/images/health"), is_away)

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "2"
    assert answer.json()["code"] == "engine_unavailable"
    assert "image service" in answer.json()["detail"]
    has_returned(stack, before)
    until(lambda: alice.get("/api/fastapi/images/health").status_code, lambda status: status == 200)


def test_fastapi_is_killed_behind_django(stack: Stack, alice: Visitor, photo: bytes) -> None:
    """Django says it too, in its own words, and works again afterwards."""
    before = stop(stack, "fastapi")
    answer = alice.post("/api/fastapi/auto-process/", files={"image": ("page.jpg", photo)})

    assert answer.status_code in (502, 503)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    has_returned(stack, before)
    until(
        lambda: alice.post("/api/fastapi/auto-process/", files={"image": ("page.jpg", photo)}).status_code,
        lambda status: status == 200,
    )


def test_django_is_killed(stack: Stack, alice: Visitor) -> None:
    """Programs get a problem, people a page, in the meantime; whoever was signed in still is."""
    before = stop(stack, "django")
    problem = until(lambda: alice.get("/api/projects/"), is_away)
    page = until(lambda: alice.get("/documents/"), is_away)

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
