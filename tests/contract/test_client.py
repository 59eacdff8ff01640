"""Django's ImagingClient against the real FastAPI application."""

import io
import json
import socket
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from PIL import Image

from django_app.imaging import client as imaging
from django_app.imaging.client import ImagingClient, ImagingError, StoredFile
from django_app.pages import renditions
from django_app.pages.files import cache_folder
from django_app.texts.formats import FORMATS
from telemetry import logs


@pytest.fixture
def client_of_alice(engine: str, alice: Any) -> ImagingClient:
    return ImagingClient(alice)


def image(content: bytes, name: str = "page.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


def test_info(client_of_alice: ImagingClient) -> None:
    info = client_of_alice.info()
    assert {"eng", "heb"} <= set(info["languages"])
    assert info["presets"]
    assert info["limits"]["max_upload_bytes"] > 0


def test_info_is_kept_for_a_minute(client_of_alice: ImagingClient) -> None:
    info = client_of_alice.info()
    with override_settings(FASTAPI_URL="http://127.0.0.1:9"):
        assert ImagingClient(client_of_alice.user).info() == info


def test_inspect(client_of_alice: ImagingClient, page: Any, page_image: bytes) -> None:
    for source in (page.current, StoredFile(page.current.key), image(page_image)):
        found = client_of_alice.inspect(source)
        assert found.format == "png"
        assert [(frame.width, frame.height) for frame in found.frames] == [(300, 400)]


def test_a_page_within_a_file(client_of_alice: ImagingClient, media_root: Any) -> None:
    frames = [Image.new("L", (80, 60), 200), Image.new("L", (60, 90), 200)]
    (media_root / "two.tif").parent.mkdir(exist_ok=True)
    frames[0].save(media_root / "two.tif", save_all=True, append_images=frames[1:])
    assert len(client_of_alice.inspect(StoredFile("two.tif")).frames) == 2
    with Image.open(io.BytesIO(client_of_alice.thumbnail(StoredFile("two.tif", 1), 45))) as small:
        assert small.size == (30, 45)


def test_tiles(client_of_alice: ImagingClient, page: Any) -> None:
    with client_of_alice.tiles(page.current) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        names = [member.name for member in tar]
    assert "page.dzi" in names
    assert "page_files/9/0_0.jpg" in names


def test_auto_process(client_of_alice: ImagingClient, page: Any, page_image: bytes) -> None:
    recipe = json.dumps({"version": 1, "steps": [{"step": "binarize", "method": "otsu"}]})
    stored = client_of_alice.auto_process(page.current, {"recipe": recipe})
    sent = client_of_alice.auto_process(image(page_image), {"recipe": recipe})
    assert stored.content == sent.content
    assert json.loads(stored.headers["X-Recipe"])["steps"][0]["method"] == "otsu"
    assert stored.headers.keys() == {"X-Skew-Angle", "X-Matrix", "X-Recipe", "Server-Timing"}


def test_text(client_of_alice: ImagingClient, page: Any) -> None:
    reading = client_of_alice.text(page.current, ["eng", "heb"])
    assert reading["pages"][0]["width"] == 300
    assert isinstance(reading["text"], str)


def test_request_id_travels(client_of_alice: ImagingClient) -> None:
    with logs.about(request_id="abc-123"):
        answer = client_of_alice.ask("GET", "info", "/api/images/info")
    assert answer.headers["X-Request-ID"] == "abc-123"


# --- Every way to fail ---------------------------------------------------------------------------------------------


def code(call: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ImagingError) as refusal:
        call()
    assert refusal.value.message.endswith((".", "…"))
    return refusal.value.status, refusal.value.code


def test_not_an_image(client_of_alice: ImagingClient) -> None:
    assert code(lambda: client_of_alice.inspect(image(b"plain words"))) == (415, "not_an_image")


def test_unusable_image(client_of_alice: ImagingClient, page_image: bytes) -> None:
    broken = image(page_image[: len(page_image) // 2])
    assert code(lambda: client_of_alice.auto_process(broken)) == (422, "unusable_image")


def test_image_too_large(client_of_alice: ImagingClient) -> None:
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    assert code(lambda: client_of_alice.inspect(image(file.getvalue()))) == (413, "image_too_large")


def test_bad_parameter(client_of_alice: ImagingClient, page: Any) -> None:
    bad = {"strength": "900"}
    assert code(lambda: client_of_alice.auto_process(page.current, bad)) == (422, "bad_parameter")


def test_bad_recipe(client_of_alice: ImagingClient, page: Any) -> None:
    for bad in ("{", '{"steps": [{"step": "fold"}]}', "[]"):
        assert code(lambda bad=bad: client_of_alice.auto_process(page.current, {"recipe": bad})) == (422, "bad_recipe")


def test_unknown_language(client_of_alice: ImagingClient, page: Any) -> None:
    assert code(lambda: client_of_alice.text(page.current, ["xyz"])) == (422, "unknown_language")


def test_file_is_gone(client_of_alice: ImagingClient) -> None:
    assert code(lambda: client_of_alice.inspect(StoredFile("originals/gone.png"))) == (404, "not_found")


def test_engine_unavailable(alice: Any) -> None:
    nobody = ImagingClient(alice)
    assert code(nobody.info) == (503, "engine_unavailable")


def test_credentials_are_not_the_users_fault(engine: str, alice: Any, tmp_path: Any, settings: Any) -> None:
    from tests.conftest import write_key

    settings.JWT_PRIVATE_KEY_FILE = write_key(tmp_path / "unknown.pem")
    assert code(ImagingClient(alice).info) == (503, "engine_unavailable")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"HTTP/1.1 503 Busy\r\n\r\n" + b'{"code": "queue_full", "detail": "Full."}', (503, "queue_full")),
        (b"HTTP/1.1 429 Slow\r\n\r\n" + b'{"code": "too_many", "detail": "Slowly."}', (429, "too_many")),
        (b"HTTP/1.1 500 Oops\r\n\r\n" + b'{"code": "internal_error", "detail": "Oops."}', (502, "internal_error")),
        (b"HTTP/1.1 502 Bad\r\n\r\n<html>", (502, "engine_unavailable")),
        (b"HTTP/1.1 302 Moved\r\nLocation: http://example.org/\r\n\r\n", (502, "engine_unavailable")),
        (b"not http", (503, "engine_unavailable")),
        (b"", (503, "engine_unavailable")),
    ],
)
def test_an_engine_that_answers_oddly(alice: Any, page: Any, said: bytes, expected: tuple[int, str]) -> None:
    with one_answer(said) as url:
        assert code(lambda: ImagingClient(alice, base_url=url).inspect(page.current)) == expected


def test_an_engine_that_breaks_off(alice: Any, page: Any) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("page.dzi"))
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(file.getvalue())}\r\n\r\n".encode()
    for said in (head + file.getvalue()[:700], b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"):
        with one_answer(said) as url:
            client = ImagingClient(alice, base_url=url)
            assert code(lambda client=client: renditions.tiles(page.current, client)) == (503, "engine_unavailable")
    assert {path.name for path in cache_folder(page.current_id).iterdir()} == {".tiles.lock"}


def test_an_engine_that_is_stuck(alice: Any, page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(imaging.READ_SECONDS, "inspect", 0.2)
    with one_answer(None) as url:
        assert code(lambda: ImagingClient(alice, base_url=url).inspect(page.current)) == (503, "timed_out")


def test_threads_stay_free_for_pages(alice: Any, page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds all seats taken is told so at once."""
    monkeypatch.setattr(imaging, "seats", threading.BoundedSemaphore(1))
    full = b'HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n{"code": "queue_full", "detail": "Full."}'
    with imaging.seat("inspect"):
        assert code(lambda: ImagingClient(alice, base_url="http://unasked").inspect(page.current)) == (
            503,
            "queue_full",
        )
        with one_answer(full) as url:
            assert code(lambda: ImagingClient(alice, base_url=url).ask("GET", "info", "/")) == (503, "queue_full")
    with one_answer(b"HTTP/1.1 404 No\r\n\r\n" + b'{"code": "gone", "detail": "Gone."}') as url:
        assert code(lambda: ImagingClient(alice, base_url=url).inspect(page.current)) == (404, "gone")


def test_retry_after_reaches_the_client(as_alice: Client, page: Any) -> None:
    full = b'HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n{"code": "queue_full", "detail": "Full."}'
    with one_answer(full) as url, override_settings(FASTAPI_URL=url):
        answer = as_alice.post("/api/fastapi/auto-process/", {"page": page.pk})
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "queue_full", "7")


@contextmanager
def one_answer(said: bytes | None) -> Iterator[str]:
    """A server that takes one request and answers with exactly these bytes; None: it never answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            if said is None:
                done.wait(10)
            else:
                connection.sendall(said)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        done.set()
        thread.join()
        listening.close()


def test_every_format_of_text_is_the_engines(client_of_alice: ImagingClient) -> None:
    assert set(FORMATS) == set(client_of_alice.info()["text_formats"])
