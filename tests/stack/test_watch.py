"""What those who run Recto see of it: numbers of every program, and logs whose lines belong together."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from launcher.stack import Stack
from tests.running import PASSWORD, Visitor
from tests.waiting import until

PROGRAMS = ("nginx", "django", "fastapi", "worker", "quick", "tasks")
ASKED = "watched.1"
FAREWELL = "worker: Warm shutdown (MainProcess)"  # Celery says it in its signal handler, where nothing may be logged


@pytest.fixture(scope="module")
def job(stack: Stack, alice: Visitor, photo: bytes) -> dict[str, Any]:
    """A page that alice had cleaned, by a request with an id."""
    page = alice.new_page(photo)
    body = {"kind": "apply", "params": {"recipe": {"steps": [{"step": "deskew"}]}}, "pages": [page["id"]]}
    made = alice.post(f"/api/documents/{page['document']}/jobs/", json=body, headers={"X-Request-ID": ASKED})
    made.raise_for_status()
    return alice.job_done(made.json())


def asked(port: int) -> requests.Response | None:
    """The worker of tasks is the last that starts."""
    with suppress(requests.ConnectionError):
        return requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10)
    return None


def numbers(port: int) -> dict[tuple[str, ...], float]:
    page = until(lambda: asked(port))
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
    }


def lines(stack: Stack, program: str) -> Iterator[dict[str, Any]]:
    for line in (stack.var / "log" / f"{program}.log").read_text().splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def test_every_program_has_numbers(stack: Stack, job: dict[str, Any]) -> None:
    fastapi = numbers(stack.ports.fastapi)
    django = until(lambda: numbers(stack.ports.django), lambda now: now.get(("recto_workers", "worker")) == 2)
    items = ("recto_items_total", "apply", "done")
    workers = until(
        lambda: [numbers(stack.ports.worker_metrics + number) for number in range(3)],
        lambda now: sum(worker.get(items, 0) for worker in now) >= 1,
    )
    assert django["recto_up", "redis"] == django["recto_up", "database"] == fastapi["recto_up", "redis"] == 1
    assert django["recto_processes", "django"] == 3
    assert fastapi["recto_work_seconds_count", "done", "inspect"] >= 1
    assert sum(worker.get(("recto_step_seconds_count", "deskew"), 0) for worker in workers) >= 1
    assert all(
        worker["recto_resident_bytes", "main", name] > 0
        for worker, name in zip(workers, ("worker", "worker", "tasks"), strict=True)
    )


def test_all_of_gunicorns_processes_count_as_one(stack: Stack, nobody: Visitor) -> None:
    name = ("recto_requests_total", "GET", "/version", "django", "200")
    before = numbers(stack.ports.django).get(name, 0)
    for _ in range(20):
        nobody.get("/version")
    assert numbers(stack.ports.django)[name] == before + 20


def test_one_story_by_its_id(stack: Stack, alice: Visitor, job: dict[str, Any]) -> None:
    """From nginx through Django to the worker that did it, with whose it was and which job."""

    def told() -> dict[str, list[dict[str, Any]]]:
        return {name: [line for line in lines(stack, name) if line.get("request_id") == ASKED] for name in PROGRAMS}

    def whole(story: dict[str, list[dict[str, Any]]]) -> bool:
        return bool(story["nginx"] and requests_of(story) and ends_of(story))

    story = until(told, whole)
    (asked,), (done,) = requests_of(story), ends_of(story)
    assert len(story["nginx"]) == 1
    assert asked["job"] == done["job"] == job["id"]
    assert asked["user"] == done["user"]
    assert done["state"] == "done"


def requests_of(story: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [line for line in story["django"] if line["logger"] == "recto.request"]


def ends_of(story: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [line for line in story["worker"] + story["quick"] if "state" in line]


def test_every_line_can_be_read_by_a_machine(stack: Stack, job: dict[str, Any]) -> None:
    for program in ("django", "fastapi", "worker", "quick", "tasks"):
        written = (stack.var / "log" / f"{program}.log").read_text().splitlines()
        plain = {line for line in written if line and line[0] != "{"}
        assert plain <= {FAREWELL}, program
        assert all(
            {"time", "level", "logger", "message", "request_id", "user", "job"} <= line.keys()
            for line in lines(stack, program)
        )


def test_no_secret_is_logged(stack: Stack, alice: Visitor, job: dict[str, Any], photo: bytes) -> None:
    token = alice.post("/api/token/", data={"username": alice.name, "password": PASSWORD}).json()
    alice.post("/api/token/", data={"username": alice.name, "password": "not the password"})
    alice.get("/healthz", params={"token": token["access"]})
    alice.post(
        "/api/fastapi/ocr", files={"file": ("page.jpg", photo)}, headers={"Authorization": f"Bearer {token['access']}"}
    )
    written = "".join((stack.var / "log" / f"{name}.log").read_text() for name in PROGRAMS)
    secrets = (
        PASSWORD,
        "not the password",
        token["access"],
        token["refresh"],
        alice.cookies["sessionid"],
        alice.cookies["csrftoken"],
    )
    assert [secret for secret in secrets if secret in written] == []
    assert "quick brown fox" not in written
