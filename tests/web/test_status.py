"""The status page of the staff: whoever else asks finds nothing, and it opens whatever is away."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from django_app.backup.models import Backup
from django_app.jobs import alive
from django_app.jobs.events import broker
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from tests.conftest import signed_in
from tests.redis_server import RedisServer


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def redis(server: RedisServer, settings: Any) -> str:
    settings.REDIS_URL = server.url
    broker(server.url).flushall()
    return server.url


@pytest.fixture
def as_staff(alice: Any) -> Client:
    alice.is_staff = True
    alice.save()
    return signed_in(alice)


def bad(answer: Any) -> set[str]:
    return {part.key for part in answer.context["parts"] if part.is_bad}


def facts(answer: Any, key: str) -> dict[str, str]:
    part = next(part for part in answer.context["parts"] if part.key == key)
    return {fact.name: fact.value for fact in part.facts}


def test_it_works(as_staff: Client, redis: str, engine: str, settings: Any) -> None:
    now = timezone.now()
    Backup.objects.create(begun_at=now, finished_at=now, rows=1, files=1, missing=0, size=2048, recto_version="1")
    answer = as_staff.get("/status/")
    assert answer.status_code == 200
    assert bad(answer) == set()
    assert facts(answer, "versions")["Recto"] == settings.VERSION
    assert facts(answer, "engine")["tesseract"] in answer.content.decode()
    assert facts(answer, "database")["Kind"].split()[0].lower() == connection.vendor
    assert facts(answer, "backup")["Size"] == "2.0\xa0KB"


def test_a_member_is_not_staff(as_alice: Client, as_charlie: Client, client: Client) -> None:
    assert as_alice.get("/status/").status_code == as_charlie.get("/status/").status_code == 404
    assert client.get("/status/")["Location"].startswith("/accounts/login/")


def test_everything_is_away(as_staff: Client, settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    answer = as_staff.get("/status/")
    assert answer.status_code == 200
    assert {"redis", "queue", "engine", "backup"} == bad(answer)
    assert "It does not answer." in answer.content.decode()


def test_the_database_goes_away(as_staff: Client, redis: str, rf: Any, alice: Any) -> None:
    """Only whoever is known already gets so far."""
    from django_app.status import parts

    def refuse(*_: Any) -> Any:
        raise OperationalError("the server is gone")

    with connection.execute_wrapper(refuse):
        found = {part.key for part in parts.parts(alice) if part.is_away}
        assert (parts.workers(), parts.failed_jobs()) == (None, None) or parts.failed_jobs() is None
    assert found == {"database", "queue", "backup", "engine"}


def test_workers_and_what_they_do(as_staff: Client, project: Any, alice: Any, redis: str) -> None:
    job = Job.objects.start("apply", project=project, params={}, names=["a", "b"], by=alice)
    job.items.get(position=2).claim(by="task-1")
    now = timezone.now().timestamp()
    alive.say(alive.Worker("worker@here", now - 7200, now, ["batch", "interactive"], ["task-1"]))
    broker(redis).hset(
        alive.KEY, "gone@here", json.dumps({"name": "gone@here", "since": 0, "seen": 0, "queues": [], "tasks": []})
    )
    said = as_staff.get("/status/").content.decode()
    assert "worker@here" in said
    assert "2\xa0hours" in said
    assert f"apply {job.pk}/2" in said
    assert "gone@here" not in said


def test_what_needs_a_look(as_staff: Client, project: Any, alice: Any, redis: str) -> None:
    then = timezone.now() - timedelta(hours=48)
    Backup.objects.create(begun_at=then, finished_at=then, rows=1, files=1, missing=0, size=1, recto_version="1")
    job = Job.objects.start("apply", project=project, params={}, names=["a"], by=alice)
    JobItem.objects.filter(job=job).update(seen_at=timezone.now() - timedelta(minutes=10))
    answer = as_staff.get("/status/")
    assert {"backup", "queue"} <= bad(answer)
    assert "No worker gives a sign of life" in answer.content.decode()


def test_failed_jobs_of_a_week(as_staff: Client, project: Any, alice: Any, redis: str) -> None:
    for days in (1, 8):
        job = Job.objects.start("read", project=project, params={}, names=["a"], by=alice)
        JobItem.objects.filter(job=job).update(state="failed", code=f"code_{days}")
        Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=days))
    said = as_staff.get("/status/").content.decode()
    assert "code_1" in said
    assert "code_8" not in said
    assert "Letters" in said
