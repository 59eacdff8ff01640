"""Reading text over HTTP, and the echo."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.api.service import Service, decoded, encoded, running, text_page

LINES = ["The quick brown fox", "jumps over the lazy dog", "and reads the page", "once again"]


def stack(*pages: bytes) -> bytes:
    """A TIFF of these pages."""
    images = [Image.open(io.BytesIO(page)) for page in pages]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:])
    return out.getvalue()


@pytest.mark.parametrize("path", ["/api/ocr", "/"])
def test_it_works(service: Service, path: str) -> None:
    answer = service.post(path, text_page(angle=2.0), languages="eng")

    assert answer.status_code == 200
    read = answer.json()
    assert [line["text"] for line in read["results"]] == LINES
    assert "The quick brown fox" in read["text"]
    assert read["languages"] == ["eng"]
    assert read["engine"].startswith("tesseract")
    assert 0.5 < read["confidence"] <= 1
    assert (read["pages"][0]["width"], read["pages"][0]["height"]) == (900, 700)
    x, y, width, height = read["results"][0]["box"]
    assert (60 < x < 110, 60 < y < 140, width > 400, 30 < height < 120) == (True,) * 4


def test_text(service: Service) -> None:
    answer = service.post("/api/ocr", text_page(), format="text", clean="false")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.split("\n")[0] == LINES[0]


@pytest.mark.parametrize(
    ("format", "media_type", "extension", "told"),
    [
        ("tsv", "text/tab-separated-values; charset=utf-8", ".tsv", "\tquick\n"),
        ("hocr", "application/xhtml+xml", ".hocr", ">quick</span>"),
        ("alto", "application/xml", ".alto.xml", 'CONTENT="quick"'),
        ("page", "application/xml", ".page.xml", "<Unicode>quick</Unicode>"),
        ("pdf", "application/pdf", ".pdf", "%PDF-"),
    ],
)
def test_formats(service: Service, format: str, media_type: str, extension: str, told: str) -> None:
    answer = service.post("/api/ocr", text_page(), format=format, clean="false", engine="tesseract")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert f'filename="page{extension}"' in answer.headers["content-disposition"]
    assert told in answer.text


@pytest.mark.parametrize("clean", ["auto", "true", "false"])
def test_cleaning(service: Service, clean: str) -> None:
    answer = service.post("/api/ocr", text_page(), format="text", clean=clean)
    assert "quick brown fox" in answer.text


@pytest.mark.parametrize(
    ("engine", "by"), [("rapidocr", "rapidocr"), ("auto", "tesseract"), ("tesseract", "tesseract")]
)
def test_engines(service: Service, engine: str, by: str) -> None:
    """RapidOCR too fits into a child's limits."""
    read = service.post("/api/ocr", text_page(), engine=engine).json()
    assert read["engine"].startswith(by)
    assert LINES[1] in read["text"]


def test_every_page_of_a_file(service: Service) -> None:
    answer = service.post("/api/ocr", stack(text_page(), text_page()), languages="eng")
    assert len(answer.json()["pages"]) == 2


def test_token_names_one_page(service: Service) -> None:
    (service.media / "two.tiff").write_bytes(stack(text_page(), text_page(700, 700)))
    answer = service.http.post("/api/ocr", headers=service.headers(file="two.tiff", frame=1))
    assert [page["width"] for page in answer.json()["pages"]] == [700]


def test_too_many_pages(media: Path) -> None:
    with running(media, max_read_pages=2) as service:
        answer = service.post("/api/ocr", stack(*[text_page(60, 40)] * 3))
        assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")


@pytest.mark.parametrize("separator", ["+", " ", ","])
def test_two_languages(service: Service, separator: str) -> None:
    answer = service.post("/api/ocr", text_page(), languages=f"eng{separator}heb")
    assert answer.json()["languages"] == ["eng", "heb"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"languages": "xxx"}, "unknown_language"),
        ({"languages": "../eng"}, "unknown_language"),
        ({"languages": ""}, "bad_parameter"),
        ({"format": "docx"}, "bad_parameter"),
        ({"clean": "maybe"}, "bad_parameter"),
        ({"engine": "magic"}, "bad_parameter"),
        ({"psm": "99"}, "bad_parameter"),
    ],
)
def test_bad_parameter(service: Service, query: dict[str, str], code: str) -> None:
    answer = service.post("/api/ocr", text_page(60, 40), **query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"]


def test_who_may_not(service: Service) -> None:
    for path in ("/api/ocr", "/", "/img-echo/", "/api/img-echo/"):
        assert service.http.post(path, files={"file": text_page(60, 40)}).status_code == 401


@pytest.mark.parametrize("path", ["/img-echo/", "/api/img-echo/"])
@pytest.mark.parametrize(
    ("extension", "media_type"), [(".png", "image/png"), (".jpg", "image/jpeg"), (".webp", "image/webp")]
)
def test_echo(service: Service, path: str, extension: str, media_type: str) -> None:
    image = np.full((40, 60, 3), (200, 100, 50), np.uint8)
    answer = service.post(path, encoded(image, extension))
    assert answer.headers["content-type"] == media_type
    assert np.abs(decoded(answer.content).astype(int) - image).max() < 12


def test_echo_of_a_format_that_is_not_written(service: Service) -> None:
    answer = service.post("/img-echo/", encoded(np.zeros((20, 20), np.uint8), ".bmp"))
    assert answer.headers["content-type"] == "image/png"


def test_echo_refuses(service: Service) -> None:
    assert service.post("/img-echo/", b"no image").status_code == 415
