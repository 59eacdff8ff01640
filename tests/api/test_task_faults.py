"""Tasks when no worker is there, when too many wait, when Redis is away, and when a worker dies."""

import subprocess
import time
from pathlib import Path

import pytest
import redis

from tests.api.ordering import b64, look, ordered, post, watch, working
from tests.api.service import Service, messages_until, running, text_page
from tests.redis_server import RedisServer
from tests.waiting import until


def test_cancel_of_what_waits(media: Path, server: RedisServer, store: redis.Redis, page: bytes) -> None:
    with running(media, redis_url=server.url) as service:
        task = ordered(service, b64(page))
        assert look(service, task).json()["status"] == "queued"
        with watch(service, task) as socket:
            assert messages_until(socket, "status")[-1]["status"] == "queued"
            answer = service.http.delete("/image", params={"task_id": task}, headers=service.headers())
            assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
            assert messages_until(socket, "result")[-1]["status"] == "cancelled"
    assert not store.exists(f"recto:task:{task}:work")
    assert not store.hlen("recto:tasks")


def test_queue_bound(media: Path, server: RedisServer, store: redis.Redis, page: bytes) -> None:
    with running(media, redis_url=server.url, tasks=2) as service:
        for _ in range(2):
            ordered(service, b64(page))
        full = post(service, "/image", b64(page), {"Idempotency-Key": "full"})
        assert (full.status_code, full.json()["code"]) == (503, "queue_full")
        assert full.headers["Retry-After"]
        store.flushall()
        assert post(service, "/image", b64(page), {"Idempotency-Key": "full"}).status_code == 202
    with running(media, redis_url=server.url, task_bytes=len(page) + 10) as service:
        assert post(service, "/image", b64(page)).status_code == 503


def test_redis_is_away(media: Path, page: bytes) -> None:
    with running(media, redis_url="unix:///nowhere.sock") as service:
        for answer in (post(service, "/image", b64(page)), look(service, "x")):
            assert (answer.status_code, answer.json()["code"]) == (503, "queue_unavailable")
            assert answer.headers["Retry-After"]


def slow_images() -> list[str]:
    """Reading the last one takes seconds."""
    return [b64(text_page(400, 300)), b64(text_page(3000, 2400, angle=9))]


def tesseract_of(worker: subprocess.Popen[bytes]) -> list[str]:
    """Children that are reading, anywhere below the worker."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    family, found = {str(worker.pid)}, []
    for _ in range(4):
        for line in listed.splitlines()[1:]:
            pid, parent, arguments = line.split(None, 2)
            if parent in family and pid not in family:
                family.add(pid)
                found.append(arguments)
    return [each for each in found if each.startswith("tesseract") or "/tesseract" in each]


def done(service: Service, task: str) -> int:
    """Images."""
    return int(look(service, task).json()["progress"]["done"])


@pytest.mark.timeout(240)
def test_cancel_worker_dies_and_comes_back(server: RedisServer, media: Path, store: redis.Redis) -> None:
    """A running page ends within a second; a killed worker's task is gone on with by the next, once."""
    with running(media, redis_url=server.url) as service:
        with working(server, media / "log") as worker:
            task = ordered(service, slow_images())
            until(lambda: bool(tesseract_of(worker)) and done(service, task) == 1)
            service.http.delete("/image", params={"task_id": task}, headers=service.headers())
            asked = time.monotonic()
            until(lambda: not tesseract_of(worker))
            assert time.monotonic() < asked + 3  # a second, and a machine with other work
            cancelled = look(service, task).json()
            assert (cancelled["status"], cancelled["progress"]["done"], cancelled["result"]) == ("cancelled", 1, None)

            task = ordered(service, slow_images())
            until(lambda: done(service, task) == 1)
            worker.kill()
            worker.wait()
        with working(server, media / "log"):
            until(lambda: look(service, task).json()["status"] == "completed")
            until(lambda: ends_told(store) >= 2)
        facts = look(service, task).json()
        assert all(isinstance(text, str) for text in facts["result"])
        assert ends_told(store) == 2


def ends_told(store: redis.Redis) -> int:
    return sum("task_finished" in fields["event"] for _, fields in store.xrange("recto:events:7"))
