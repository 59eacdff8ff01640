"""Files that are not in this machine's media folder come from where the token says, and from nowhere else."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import anyio
import httpx
import pytest

from fastapi_app import copies
from fastapi_app.copies import Copies
from fastapi_app.errors import StorageAway
from tests.api.service import Service, messages_until, say
from tests.conftest import NOBODY

DESKEW = "/api/images/deskew"


class Shelf:
    """A bucket as a token shows it: one address for each file."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.status = 200
        self.asked = 0
        self.short = 0  # bytes that an answer lacks
        self.url = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked += 1
        content = self.files.get(request.path)
        request.send_response(404 if content is None else self.status)
        request.send_header("Location", request.path)
        request.send_header("Content-Length", str(len(content or b"")))
        request.end_headers()
        request.wfile.write((content or b"")[: len(content or b"") - self.short])


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shelf.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    shelf.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield shelf
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def ask(service: Service, shelf: Shelf) -> Callable[..., httpx.Response]:
    """Asks for a page that lies only on the shelf."""

    def ask(file: str, url: str | None = None) -> httpx.Response:
        headers = service.headers(file=file, url=url or f"{shelf.url}/{file}")
        return service.http.post(DESKEW, headers=headers)

    return ask


Ask = Callable[..., httpx.Response]


def test_it_works(ask: Ask, shelf: Shelf, page: bytes, service: Service) -> None:
    shelf.files["/versions/works.png"] = page
    assert [ask("versions/works.png").status_code for _ in range(2)] == [200, 200]
    assert shelf.asked == 1
    assert not (service.media / "versions").exists()


def test_the_folder_comes_first(ask: Ask, shelf: Shelf, page: bytes, service: Service) -> None:
    (service.media / "here.png").write_bytes(page)
    assert ask("here.png").status_code == 200
    assert shelf.asked == 0


def test_a_socket(shelf: Shelf, page: bytes, service: Service) -> None:
    shelf.files["/versions/live.png"] = page
    with service.socket(file="versions/live.png", url=f"{shelf.url}/versions/live.png") as socket:
        say(socket, action="auto_process", recipe={"steps": [{"step": "deskew"}]})
        assert messages_until(socket, "complete", "error")[-1]["type"] == "complete"


def test_it_is_not_there(ask: Ask) -> None:
    answer = ask("versions/gone.png")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_key_that_leads_out(ask: Ask, shelf: Shelf, page: bytes) -> None:
    shelf.files["/../secret.png"] = page
    assert ask("../secret.png").status_code == 404
    assert shelf.asked == 0


def test_the_way_is_closed(ask: Ask, shelf: Shelf, page: bytes) -> None:
    """As a signed address is after five minutes."""
    shelf.files["/versions/late.png"] = page
    shelf.status = 403
    answer = ask("versions/late.png")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_a_redirect_is_not_followed(ask: Ask, shelf: Shelf, page: bytes) -> None:
    """The token's word is for one address."""
    shelf.files["/versions/moved.png"] = page
    shelf.status = 302
    answer = ask("versions/moved.png")
    assert (answer.status_code, answer.json()["code"], shelf.asked) == (503, "storage_away", 1)


@pytest.mark.parametrize("trouble", ["refused", "failing", "short"])
def test_away(ask: Ask, shelf: Shelf, page: bytes, trouble: str) -> None:
    name = f"versions/{trouble}.png"
    shelf.files[f"/{name}"] = page
    shelf.status = 500 if trouble == "failing" else 200
    shelf.short = 100 if trouble == "short" else 0
    answer = ask(name, f"{NOBODY}/{name}" if trouble == "refused" else None)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "storage_away", "5")
    assert shelf.url not in answer.text
    shelf.status, shelf.short = 200, 0
    assert ask(name).status_code == 200


def test_most(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest unused go, but none that may be in use."""
    names = ["/1", "/2", "/3"]
    shelf.files |= dict.fromkeys(names, bytes(1000))

    async def fetched() -> list[Path]:
        async with httpx.AsyncClient() as client:
            kept = Copies(tmp_path / "copies", 2500, client)
            paths = [await kept.of(name, shelf.url + name) for name in names]
            assert all(path.exists() for path in paths)
            monkeypatch.setattr(copies, "IN_USE", 0)
            assert await kept.of("/1", shelf.url) == paths[0]
            shelf.files["/4"] = bytes(1000)
            await kept.of("/4", f"{shelf.url}/4")
            return paths

    first, second, third = anyio.run(fetched)
    assert (first.exists(), second.exists(), third.exists()) == (True, False, False)


def test_two_at_once(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/1"] = bytes(10_000)

    async def both() -> set[Path]:
        found = set()
        async with httpx.AsyncClient() as client:
            kept = Copies(tmp_path / "copies", 10**6, client)

            async def one() -> None:
                found.add(await kept.of("/1", f"{shelf.url}/1"))

            async with anyio.create_task_group() as group:
                group.start_soon(one)
                group.start_soon(one)
        return found

    (path,) = anyio.run(both)
    assert list((tmp_path / "copies").iterdir()) == [path]


def test_nothing_is_left_of_what_broke_off(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/1"] = bytes(3_000_000)
    shelf.short = 1000

    async def broken() -> None:
        async with httpx.AsyncClient() as client:
            await Copies(tmp_path / "copies", 10**6, client).of("/1", f"{shelf.url}/1")

    with pytest.raises(StorageAway):
        anyio.run(broken)
    assert not list((tmp_path / "copies").iterdir())
