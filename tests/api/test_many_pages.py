"""Files of many pages: each page is a run, the answer is one text."""

import io
import socket
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pypdfium2
import pytest
from PIL import Image

from fastapi_app.services.formats import FORMATS
from samples.drawing import draw
from tests.api.service import Service, noise, running
from tests.waiting import until

WORDS = ["Alpha", "Bravo", "Charlie", "Delta", "Foxtrot"]
QUICK = {"engine": "tesseract", "clean": "false"}


def bound(pages: Sequence[Image.Image], form: str, **options: str) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, form, save_all=True, append_images=pages[1:], **options)
    return out.getvalue()


def sheets() -> list[Image.Image]:
    """The first is read longest, so that others are done before it."""
    lines = [[f"{word} is the first word of its page"] for word in WORDS]
    lines[0] += ["and many other lines follow it"] * 6
    return [Image.fromarray(draw(each, width=1500, height=1000, margin=100)) for each in lines]


@pytest.fixture(scope="module")
def book() -> bytes:
    return bound(sheets(), "PDF")


@pytest.fixture(scope="module")
def slow_book() -> bytes:
    """Tesseract takes seconds for each page."""
    return bound([Image.open(io.BytesIO(noise(2400, 2000)))] * 4, "TIFF")


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Nobody may wait for one of the two slots."""
    with running(tmp_path_factory.mktemp("media"), slots=2, queue=0) as service:
        yield service


def told(answer: httpx.Response) -> str:
    """What stands in an answer, whichever way it is packed."""
    if answer.content.startswith(b"%PDF"):
        document = pypdfium2.PdfDocument(answer.content)
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return "\n".join(archive.read(name).decode() for name in sorted(archive.namelist()))
    return answer.text


@pytest.mark.parametrize("format", FORMATS)
def test_pages_in_order(narrow: Service, book: bytes, format: str) -> None:
    answer = narrow.post("/api/ocr", book, name="book.pdf", format=format, **QUICK)
    assert answer.status_code == 200, answer.text
    text = told(answer)
    places = [text.find(word) for word in WORDS]
    assert places[0] >= 0, text
    assert places == sorted(places), text
    assert narrow.busy == 0


def test_searchable_pdf_shows_every_page(narrow: Service, book: bytes) -> None:
    found = pypdfium2.PdfDocument(narrow.post("/api/ocr", book, format="pdf", **QUICK).content)
    assert len(found) == 5
    for page in found:
        assert page.render(scale=0.2).to_numpy().min() < 200, "no ink"


def test_one_page_is_one_child(narrow: Service) -> None:
    workers = narrow.app.state.workers
    until(lambda: len(workers._spares) == 2)
    before = workers._count
    answer = narrow.http.post(
        "/api/ocr", params=QUICK, files={"file": bound(sheets()[1:2], "PNG")}, headers=narrow.headers(sub="newcomer")
    )
    assert answer.status_code == 200
    until(lambda: len(workers._spares) == 2)
    assert workers._count == before + 1


def test_page_that_cannot_be_read(narrow: Service) -> None:
    data = bytearray(bound(sheets(), "TIFF", compression="tiff_deflate"))
    with Image.open(io.BytesIO(data)) as image:
        image.seek(2)
        start, length = image.tag_v2[273][0], image.tag_v2[279][0]  # type: ignore[attr-defined]
    data[start : start + length] = bytes(length)
    answer = narrow.post("/api/ocr", bytes(data), **QUICK)
    assert (answer.status_code, answer.json()["code"]) == (422, "unusable_image")
    assert answer.json()["detail"].startswith("Page 3: ")
    narrow.wait_for_slots(0)


def test_parameter_is_no_pages_fault(narrow: Service, book: bytes) -> None:
    answer = narrow.post("/api/ocr", book, languages="xxx", **QUICK)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_language")
    assert "Page" not in answer.json()["detail"]


def test_page_that_takes_too_long(media: Path) -> None:
    """Its pages are counted in far less than the limit, and take far longer to read."""
    slower_book = bound([Image.open(io.BytesIO(noise(4200, 3600)))] * 2, "TIFF")
    with running(media, run_seconds=2) as service:
        answer = service.post("/api/ocr", slower_book, **QUICK)
    assert (answer.status_code, answer.json()["code"]) == (422, "timed_out")
    assert answer.json()["detail"].startswith("Page 1: ")


def test_client_that_vanishes_frees_all_slots(media: Path, slow_book: bytes) -> None:
    with running(media, slots=2) as service:
        request = service.http.build_request(
            "POST", "/api/ocr", params=QUICK, files={"file": slow_book}, headers=service.headers()
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        address = urlsplit(service.url)
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(f"POST {request.url.raw_path.decode()} HTTP/1.1\r\n{head}\r\n".encode() + request.read())
            service.wait_for_slots(2)
        service.wait_for_slots(0)
        assert service.app.state.workers.waiting == 0


def test_another_user_need_not_wait_for_the_whole_file(media: Path, book: bytes) -> None:
    with running(media, slots=1) as service, ThreadPoolExecutor(1) as pool:
        long = pool.submit(service.post, "/api/ocr", bound(sheets() * 4, "PDF"), **QUICK)
        service.wait_for_slots(1)
        one = {"file": bound(sheets()[1:2], "PNG")}
        answer = service.http.post("/api/ocr", params=QUICK, files=one, headers=service.headers(sub="8"))
        assert answer.status_code == 200
        assert not long.done()
        assert len(long.result().json()["pages"]) == 20
