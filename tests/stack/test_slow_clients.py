"""Clients that take their time, on purpose or not: nginx keeps them from the applications, and from everybody else."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from launcher.programs import Layout
from tests.stack.nginx_alone import HELD, nginx_alone
from tests.waiting import MOST, until

SLOW = 200
QUICKLY = {  # the same time-outs, but so that a test can wait for them
    "client_header_timeout 30s": "client_header_timeout 1s",
    "client_body_timeout 60s": "client_body_timeout 4s",
    "client_body_buffer_size 4m": "client_body_buffer_size 16k",
    "max_conns=256": "max_conns=2",
}
HEAD = b"POST /api/fastapi/images/binarize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def door(folder: Path) -> Iterator[str]:
    with nginx_alone(folder, changes=QUICKLY) as origin:
        yield origin


def connect(door: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(door).port or 0), timeout=10)


def crowd(door: str, everybody: ExitStack, said: bytes) -> list[socket.socket]:
    """So many who have said only that."""
    lines = [everybody.enter_context(connect(door)) for _ in range(SLOW)]
    for line in lines:
        line.sendall(said)
    return lines


def drip(line: socket.socket) -> bool:
    """Whether nginx still listens to one more byte."""
    try:
        line.sendall(b"x")
        line.setblocking(False)
        return line.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def spooled(run: Path) -> list[Path]:
    """Bodies that nginx's processes hold open; their files have no names from the start."""
    master = (run / "nginx.pid").read_text().strip()
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    links = (link for worker in workers for link in Path(f"/proc/{worker}/fd").iterdir())
    return [link for link in links if target(link).is_relative_to(run / "body")]


def target(link: Path) -> Path:
    """Nowhere for a descriptor that has just been closed."""
    try:
        return link.readlink()
    except FileNotFoundError:
        return Path()


def told(folder: Path, status: int) -> int:
    """Requests that nginx has noted with this status."""
    return (folder / "log" / "nginx.log").read_text().count(f'"status":{status},')


def test_others_are_served_beside_slow_headers(door: str) -> None:
    """A header has its time as a whole: a byte now and then buys no more of it."""
    with ExitStack() as everybody:
        lines = crowd(door, everybody, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        deadline = time.monotonic() + 30
        while lines and time.monotonic() < deadline:
            assert requests.get(f"{door}/documents/", timeout=10).json()["name"] == "django"
            lines = [line for line in lines if drip(line)]
            time.sleep(0.05)
        assert not lines


def test_slow_bodies_reach_no_application(door: str, folder: Path) -> None:
    """More than nginx holds in memory, so that each has a file; none is left."""
    run, before = Layout.under(folder).run / "nginx", told(folder, 408)
    with ExitStack() as everybody:
        lines = crowd(door, everybody, HEAD + b"x" * 40_000)
        assert requests.post(f"{door}/api/fastapi/images/binarize", data=b"x", timeout=10).json()["name"] == "fastapi"
        until(lambda: len(spooled(run)), lambda count: count > SLOW / 2)
        until(lambda: told(folder, 408) - before, lambda count: count >= SLOW)
        assert all(line.recv(1) == b"" for line in lines)
    assert not spooled(run)
    assert not list((run / "body").iterdir())


def test_who_finds_an_application_full_is_told_when_to_come_again(door: str) -> None:
    """Two are being answered, so the third is not kept waiting; another application has room."""
    with ExitStack() as everybody:
        for _ in range(2):
            everybody.enter_context(connect(door)).sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert HELD.acquire(timeout=MOST)
        for path, kind in (("/documents/", "text/html"), ("/api/projects/", "application/problem+json")):
            refused = requests.get(f"{door}{path}", timeout=10)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
            assert refused.headers["Content-Type"].startswith(kind)
        assert requests.get(f"{door}/api/fastapi/images/info", timeout=10).ok
    until(lambda: requests.get(f"{door}/documents/", timeout=10).status_code, lambda status: status == 200)
