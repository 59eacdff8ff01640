"""Orders to the developer API, as its clients make them, and a worker that works on them."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from launcher.places import ROOT
from tests.api.service import Service, messages_until
from tests.redis_server import RedisServer

STRANGER = {"sub": "8"}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@contextmanager
def working(server: RedisServer, log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the developer API, ready."""
    command = [sys.executable, "-m", "celery", "-A", "fastapi_app.tasks", "worker", "--pool", "threads"]
    command += ["--concurrency", "1", "--queues", "recto-tasks", "--without-gossip", "--without-mingle"]
    settings = {"RECTO_REDIS_URL": server.url, "RECTO_LOG_LEVEL": "INFO"} | environment
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def post(service: Service, path: str, images: Any, headers: dict[str, str] | None = None, **more: Any) -> Any:
    body = {"image_data": images} | more
    return service.http.post(path, json=body, headers=service.headers() | (headers or {}))


def ordered(service: Service, images: Any, **more: Any) -> str:
    answer = post(service, "/image", images, **more)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


def look(service: Service, task: str, **claims: Any) -> Any:
    return service.http.get("/image", params={"task_id": task}, headers=service.headers(**claims))


def watch(service: Service, task: str, path: str = "/watch-task", **claims: Any) -> ClientConnection:
    address = f"{service.url.replace('http', 'ws')}{path}?task_id={task}"
    return connect(address, additional_headers=service.headers(**claims), proxy=None, max_size=None)


def result(service: Service, task: str) -> Any:
    with watch(service, task) as socket:
        return messages_until(socket, "result")[-1]
