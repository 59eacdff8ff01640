"""What each kind of token opens at FastAPI: each address by each token, and no address that is not in the table."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.access.engine_rows import PAGE, TABLE, Row
from tests.api.ordering import STRANGER, b64, ordered
from tests.api.service import ORIGIN, Service, running, text_page
from tests.redis_server import RedisServer

OURS = ("application/json", "text/html")  # the rest are files that people made
ALICE = "7"  # whom the service's tokens name
CLAIMS: dict[str, dict[str, Any] | None] = {
    "own": {},
    "file": {"file": "page.png"},
    "elsewhere": {"file": "../secret.png"},
    "stranger": STRANGER,
    "nobody": None,
    "expired": {"exp": int(time.time()) - 60},
    "foreign": {"aud": "recto"},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    media = tmp_path_factory.mktemp("alone") / "media"
    media.mkdir()
    (media / "page.png").write_bytes(PAGE)
    (media / "other.png").write_bytes(text_page(320, 240))
    (media.parent / "secret.png").write_bytes(PAGE)
    with RedisServer() as server, running(media, redis_url=server.url, slots=2) as service:
        yield service


@pytest.fixture
def images(service: Service) -> str:
    """A task of alice's that nobody works on."""
    return ordered(service, b64(PAGE))


@pytest.fixture
def invoices(service: Service) -> str:
    answer = service.http.post("/upload/", files={"files": ("page.png", PAGE)}, headers=service.headers())
    return str(answer.json()["task_id"])


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_what_it_opens(service: Service, images: str, invoices: str, row: Row) -> None:
    path = row.route.format(task_id=invoices, user_id=ALICE)
    ask = closed_with if row.method == "WS" else status

    assert {who: ask(service, row, path, who, images) for who in row.expected} == row.expected


def headers(service: Service, who: str) -> dict[str, str]:
    claims = CLAIMS[who]
    return {} if claims is None else service.headers(**claims)


def status(service: Service, row: Row, path: str, who: str, task: str) -> int:
    """Of an answer that no cache keeps and no browser runs."""
    answer = service.http.request(row.method, path, headers=headers(service, who), **row.sends(task))
    assert "no-store" in answer.headers["Cache-Control"]
    if answer.status_code == 200 and not answer.headers["Content-Type"].startswith(OURS):
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return answer.status_code


def closed_with(service: Service, row: Row, path: str, who: str, task: str) -> int:
    address = f"{service.url.replace('http', 'ws')}{path}?task_id={task}"
    with connect(address, additional_headers=headers(service, who), proxy=None) as socket:
        return code_of(socket)


def code_of(socket: ClientConnection) -> int:
    """0 if it stays open."""
    try:
        socket.send('{"action": "ping", "type": "ping"}')
        socket.recv(timeout=5)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else -1
    return 0


@pytest.mark.parametrize("row", [row for row in TABLE if row.method == "WS"], ids=lambda row: row.route)
def test_a_page_of_another_origin(service: Service, images: str, row: Row) -> None:
    """The browser tells where a socket was opened from; a token does not help such a page."""
    path = row.route.format(user_id=ALICE)
    address = f"{service.url.replace('http', 'ws')}{path}?task_id={images}"
    for origin, code in ((ORIGIN, 0), ("https://elsewhere.example", 4403)):
        with connect(address, additional_headers=service.headers(), origin=origin, proxy=None) as socket:
            assert code_of(socket) == code


def test_a_request_does_not_choose_the_file(service: Service) -> None:
    """Only the token names one, whatever else is said."""
    other = {"file": "other.png", "image": "other.png", "key": "other.png", "path": "other.png", "url": "other.png"}
    for sent in ({"params": other}, {"data": other}, {"params": other, "data": other}, {"json": other}):
        answer = service.http.post("/api/renditions/inspect", headers=headers(service, "file"), **sent)
        assert answer.json()["frames"][0]["width"] == 200


def test_every_address_has_its_row(service: Service) -> None:
    found = set()
    for context in iter_route_contexts(service.app.routes):
        if isinstance(context.original_route, Mount):
            continue  # Swagger's own files
        found |= {f"{method} {context.path}" for method in context.methods or ["WS"]}

    assert found == {row.name for row in TABLE}
