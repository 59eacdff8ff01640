"""GET /api/ocr-health/ with a worker, a Redis and the engine, and without each."""

from typing import Any

import pytest
import redis
from django.test import Client

from tests.jobs.conftest import Process
from tests.waiting import until

pytestmark = pytest.mark.django_db


def ask(client: Client) -> Any:
    answer = client.get("/api/ocr-health/")
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.django_db(transaction=True)
def test_it_works(as_charlie: Client, engine: str, broker: redis.Redis, worker: Process) -> None:
    empty = {"interactive": 0, "batch": 0}  # but for the moment in which the worker rings for its own sweep
    facts = until(lambda: (seen := ask(as_charlie))["workers"] and seen["queue_depth"] == empty and seen)
    assert (facts["status"], facts["workers"]) == ("ok", 1)
    assert "eng" in facts["languages"]
    assert facts["engines"]["tesseract"]


def test_without_anything(as_charlie: Client, no_broker: None) -> None:
    missing = {"engines": {}, "languages": [], "queue_depth": None, "workers": 0}
    assert ask(as_charlie) == {"status": "degraded", **missing}


def test_messages_wait_for_a_worker(as_charlie: Client, broker: redis.Redis) -> None:
    broker.lpush("batch", "message")
    facts = ask(as_charlie)
    assert (facts["status"], facts["queue_depth"]["batch"], facts["workers"]) == ("degraded", 1, 0)


def test_nobody(client: Client) -> None:
    assert client.get("/api/ocr-health/").status_code == 401
