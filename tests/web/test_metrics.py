"""/metrics of Django, and what rows, queues and the disk say there."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from django_app.backup.models import Backup
from django_app.jobs import alive
from django_app.jobs.events import broker
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
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


def numbers(client: Client) -> dict[tuple[str, ...], float]:
    """By name and the values of labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.content
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_it_works(client: Client, db: None, redis: str) -> None:
    before = numbers(client).get(("recto_requests_total", "GET", "/healthz", "django", "200"), 0)
    client.get("/healthz")
    found = numbers(client)
    assert found["recto_requests_total", "GET", "/healthz", "django", "200"] == before + 1
    assert found["recto_up", "database"] == found["recto_up", "redis"] == found["recto_up", "disk"] == 1
    assert found["recto_resident_bytes", "main", "django"] > 1_000_000
    assert 0 < found["recto_disk_free_bytes",] < found["recto_disk_bytes",]


def test_the_pattern_of_an_address_is_counted(as_alice: Client, page: Any, client: Client) -> None:
    as_alice.get(f"/api/documents/{page.document_id}/")
    client.get("/nowhere/4711")
    routes = {name[2] for name in numbers(client) if name[0] == "recto_requests_total"}
    assert "/api/documents/<int:pk>/" in routes
    assert "none" in routes
    assert not any("4711" in route for route in routes)


def test_any_host_name_will_do(client: Client, db: None, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["recto.example"]
    assert client.get("/metrics", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.post("/metrics", headers={"Host": "10.0.0.7:8000"}).status_code == 405


def test_jobs(client: Client, as_alice: Client, page: Any, project: Any, alice: Any, redis: str) -> None:
    def start(*states: str, **facts: Any) -> Job:
        job = Job.objects.start("apply", project=project, params={}, names=["a"] * len(states), by=alice)
        for item, state in zip(job.items.all(), states, strict=True):
            JobItem.objects.filter(pk=item.pk).update(state=state, **facts)
        return job

    now = timezone.now()
    waiting = start("queued", "queued", seen_at=now - timedelta(minutes=5))
    running = start("running", "done")
    ended = [start("done", "failed"), start("failed"), start("cancelled", "done"), start("done")]
    Job.objects.filter(pk=waiting.pk).update(created_at=now - timedelta(hours=1))
    Job.objects.filter(pk=running.pk).update(started_at=now)
    Job.objects.filter(pk__in=[job.pk for job in ended]).update(started_at=now, finished_at=now)
    Job.objects.filter(pk=ended[-1].pk).update(finished_at=now - timedelta(days=2))
    broker(redis).lpush("batch", "a", "b")
    found = numbers(client)
    states = {name[1]: value for name, value in found.items() if name[0] == "recto_jobs"}
    assert states == {"queued": 1, "running": 1, "completed": 1, "failed": 1, "cancelled": 1}
    assert (found["recto_items", "queued"], found["recto_items", "running"]) == (2, 1)
    assert 300 <= found["recto_queue_oldest_seconds", "batch"] < 360
    assert found["recto_queue_oldest_seconds", "interactive"] == 0
    assert 3600 <= found["recto_oldest_job_seconds",] < 3660
    assert (found["recto_queue_messages", "batch"], found["recto_queue_messages", "interactive"]) == (2, 0)


def test_workers(client: Client, db: None, redis: str) -> None:
    now = timezone.now().timestamp()
    alive.say(alive.Worker("worker@here", now - 60, now, ["batch"], []))
    alive.say(alive.Worker("dead@here", now - 60, now - 16, ["batch"], []))
    assert numbers(client)["recto_workers", "worker"] == 1


def test_the_last_backup(client: Client, db: None) -> None:
    assert ("recto_last_backup_timestamp_seconds",) not in numbers(client)
    then = timezone.now() - timedelta(hours=3)
    Backup.objects.create(begun_at=then, finished_at=then, rows=1, files=1, missing=0, size=1, recto_version="1")
    assert numbers(client)["recto_last_backup_timestamp_seconds",] == pytest.approx(then.timestamp(), abs=0.001)


def test_redis_is_away(client: Client, db: None, settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    found = numbers(client)
    assert (found["recto_up", "redis"], found["recto_up", "database"]) == (0, 1)
    assert ("recto_queue_messages", "batch") not in found


def test_the_database_is_away(client: Client, db: None, redis: str) -> None:
    def refuse(*_: Any) -> Any:
        raise OperationalError("the server is gone")

    with connection.execute_wrapper(refuse):
        found = numbers(client)
    assert (found["recto_up", "redis"], found["recto_up", "database"]) == (1, 0)
    assert found["recto_disk_bytes",] > 0


def test_however_many_jobs_the_questions_are_as_many(
    client: Client, project: Any, alice: Any, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(3):
        Job.objects.start("apply", project=project, params={}, names=["a", "b"], by=alice)
    with django_assert_max_num_queries(6):
        numbers(client)
