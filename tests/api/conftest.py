import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.api.service import Service, noise, running, text_page
from tests.redis_server import RedisServer

# Before the first child is started: what none of them may see.
os.environ["RECTO_SECRET_KEY"] = "top-secret-of-the-test"


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests that leave no trace in it."""
    with running(tmp_path_factory.mktemp("media"), slots=2) as service:
        yield service


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def store(server: RedisServer) -> Iterator[redis.Redis]:
    """The client of an empty one."""
    client = redis.Redis.from_url(server.url, decode_responses=True)
    client.flushall()
    with client:
        yield client


@pytest.fixture
def media(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(scope="session")
def page() -> bytes:
    return text_page(angle=3.0)


@pytest.fixture(scope="session")
def slow_page() -> bytes:
    """Non-local means takes seconds on it."""
    return noise(2400, 2000)
