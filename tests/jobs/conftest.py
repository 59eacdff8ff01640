"""A document whose pages are small drawn photographs, a Redis on a private socket, and a real worker."""

import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import cv2
import numpy as np
import pytest
import redis
from django.db import OperationalError, connection

import samples
from django_app.config.celery import app as celery
from django_app.config.celery import broker_url
from django_app.documents.models import Document
from django_app.jobs import tasks
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.pages import versions
from django_app.pages.models import Page
from django_app.projects.models import Project
from tests.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[2]
LINES = ("The recto and the verso", "A leaf of a book has two sides", "one of them lies on the right")
RECIPE = {"steps": [{"step": "deskew"}, {"step": "binarize", "method": "otsu"}]}
ANGLE = 2.0
SLOW = {"steps": [{"step": "denoise", "method": "nlmeans", "strength": 10}]}

Process = subprocess.Popen[bytes]
MakePages = Callable[..., list[Page]]


@cache
def photographed() -> bytes:
    """PNG, 900 x 420 pixels, turned by ANGLE degrees."""
    page = samples.draw(LINES, width=900, height=420, size=48, margin=60)
    return encoded(samples.photograph(page, angle=ANGLE, shade=0.3, grain=3))


@cache
def large(side: int = 900) -> bytes:
    """PNG of grain, `side` pixels square; non-local means works a second on 900."""
    tile = np.random.default_rng(1).integers(0, 255, (100, 100), dtype=np.uint8)
    return encoded(np.tile(tile, (side // 100, side // 100)))


def encoded(pixels: Any) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "originals").mkdir(parents=True)
    return settings.MEDIA_ROOT


@pytest.fixture
def make_pages(document: Document, media: Path, alice: Any) -> MakePages:
    def make(count: int, content: bytes | None = None) -> list[Page]:
        data = photographed() if content is None else content
        return [add(data) for _ in range(count)]

    def add(data: bytes) -> Page:
        key = f"originals/{document.pages.count() + 1}.png"
        (media / key).write_bytes(data)
        width, height = struct.unpack(">II", data[16:24])  # of a PNG's header
        return versions.add_original(
            document, key=key, format="png", height=height, width=width, by=alice, name=f"Folio {key[10:-4]}"
        )

    return make


@pytest.fixture
def folio(make_pages: MakePages) -> Page:
    return make_pages(1)[0]


@pytest.fixture
def start(project: Project, document: Document, alice: Any) -> Callable[..., Job]:
    def start(pages: list[Page], kind: str = "apply", **params: Any) -> Job:
        given = params or ({"recipe": RECIPE} if kind == "apply" else {"languages": ["eng"]})
        return Job.objects.start(kind, project=project, document=document, params=given, pages=pages, by=alice)

    return start


class Outage:
    """A database that goes away: statements with all of `words` fail as often as is said, from the first one on that
    contains `after`, as they do when the server is gone."""

    def __init__(self, *words: str, times: int = 1, after: str = "") -> None:
        self.words = words
        self.times = times
        self.after = after
        self.happened = 0

    def __call__(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if not self.after and self.happened < self.times and all(word in sql for word in self.words):
            self.happened += 1
            raise OperationalError("server closed the connection unexpectedly")
        self.after = "" if self.after in sql else self.after
        return execute(sql, *arguments)

    def __enter__(self) -> Self:
        connection.execute_wrappers.append(self)
        return self

    def __exit__(self, *_error: object) -> None:
        connection.execute_wrappers.remove(self)


def deliver(item: JobItem, task_id: str = "") -> JobItem:
    """What a worker does when the message arrives."""
    tasks.run.apply(args=[item.pk], task_id=task_id or uuid4().hex, throw=True)
    item.refresh_from_db()
    return item


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with RedisServer() as server:
        yield server.url


@pytest.fixture
def broker(redis_url: str, settings: Any) -> Iterator[redis.Redis]:
    """An empty Redis that this process enqueues and publishes to."""
    settings.REDIS_URL = redis_url
    with enqueueing_to(redis_url), redis.Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture
def no_broker(settings: Any, tmp_path: Path) -> Iterator[None]:
    """The address of a Redis that does not run."""
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    with enqueueing_to(settings.REDIS_URL):
        yield


@contextmanager
def enqueueing_to(redis_url: str) -> Iterator[None]:
    before = celery.conf.broker_url
    celery.conf.broker_url = broker_url(redis_url)
    celery._after_fork()  # drops the connections it keeps, which lead to the broker of an earlier test
    try:
        yield
    finally:
        celery.conf.broker_url = before
        celery._after_fork()


@pytest.fixture
def worker_log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


@pytest.fixture
def worker(
    broker: redis.Redis, redis_url: str, media: Path, worker_log: Path, transactional_db: None
) -> Iterator[Process]:
    """A worker with one child, on the test's own database."""
    with run_worker(redis_url, worker_log, RECTO_MEDIA_ROOT=str(media)) as process:
        yield process


@contextmanager
def run_worker(redis_url: str, log: Path, **storage: str) -> Iterator[Process]:
    environment = os.environ | storage
    environment |= {
        "RECTO_DATABASE_URL": database_url(),
        "RECTO_REDIS_URL": redis_url,
        "RECTO_SECRET_KEY": "of the tests",
    }
    command = [sys.executable, "-m", "celery", "-A", "django_app.config", "worker", "--concurrency", "1"]
    command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=output) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def database_url() -> str:
    """Of the test's database, which has another name than the one in the environment."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['RECTO_DATABASE_URL'].rpartition('/')[0]}/{name}"


def children(process: Process) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
