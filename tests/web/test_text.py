"""GET /api/pages/{id}/text/ and /pages/{id}/text/download"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, override_settings

from django_app.texts import store
from django_app.texts.models import Layer, LineText


def word(text: str, left: int, top: int, confidence: float = 0.9) -> dict[str, Any]:
    return {"text": text, "confidence": confidence, "box": [left, top, 40, 12]}


def line(text: str, top: int, direction: str = "ltr") -> dict[str, Any]:
    words = [word(each, 40 * number, top) for number, each in enumerate(text.split())]
    return {"text": text, "confidence": 0.9, "box": [0, top, 200, 12], "direction": direction, "words": words}


LAYOUT = {
    "width": 300,
    "height": 400,
    "languages": ["eng", "heb"],
    "engine": "tesseract 5.3.0",
    "confidence": 0.9,
    "regions": [
        {"box": [0, 0, 200, 60], "lines": [line("The recto", 0), line("and the verso", 20)]},
        {"box": [0, 80, 200, 40], "lines": [line("על הדף", 80, "rtl")]},
    ],
}
PLAIN = "The recto\nand the verso\n\nעל הדף\n"


@pytest.fixture
def layer(page: Any, alice: Any) -> Layer:
    return store.add_layer(page, LAYOUT, version=page.current, by=alice)


def test_it_works(as_reader: Client, page: Any, layer: Layer) -> None:
    body = as_reader.get(f"/api/pages/{page.pk}/text/").json()
    facts = body.pop("layer")
    assert body == LAYOUT
    assert (facts["id"], facts["version"], facts["by"]) == (layer.pk, page.current_id, "alice")


def test_the_newest_layer_counts(as_alice: Client, page: Any, layer: Layer, derived: Any, alice: Any) -> None:
    again = store.add_layer(page, {**LAYOUT, "regions": []}, version=derived, by=alice)
    body = as_alice.get(f"/api/pages/{page.pk}/text/").json()
    assert (body["layer"]["id"], body["regions"], body["confidence"]) == (again.pk, [], 0.0)
    assert (body["width"], body["height"]) == (300, 400)
    assert Layer.objects.filter(pk=layer.pk).exists()


def test_a_persons_text_stands_before_the_machines(as_alice: Client, page: Any, layer: Layer, alice: Any) -> None:
    first = layer.regions.get(position=1).lines.get(position=1)
    first.texts.create(text="The Recto", confidence=1, words=[], by=alice)
    body = as_alice.get(f"/api/pages/{page.pk}/text/").json()
    assert body["regions"][0]["lines"][0]["text"] == "The Recto"
    assert LineText.objects.filter(line=first).count() == 2


def test_no_text_yet(as_alice: Client, page: Any) -> None:
    answer = as_alice.get(f"/api/pages/{page.pk}/text/")
    assert answer.status_code == 404
    assert "not been read" in answer.json()["detail"]
    assert as_alice.get(f"/pages/{page.pk}/text/download").status_code == 404


def test_queries_do_not_grow_with_the_text(
    as_alice: Client, page: Any, alice: Any, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    long = {**LAYOUT, "regions": [{"box": [0, 0, 9, 9], "lines": [line("word " * 8, 0)] * 40}] * 5}
    with django_assert_max_num_queries(8):
        store.add_layer(page, long, version=page.current, by=alice)
    with django_assert_max_num_queries(7):  # session, user, page, layer, regions, lines, texts
        as_alice.get(f"/api/pages/{page.pk}/text/")


def test_download_works(as_reader: Client, page: Any, layer: Layer) -> None:
    page.name = "דף א.jpg"
    page.save()
    answer = as_reader.get(f"/pages/{page.pk}/text/download?format=text")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == PLAIN
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%D7%93%D7%A3%20%D7%90.txt"


def test_an_unknown_format(as_alice: Client, page: Any, layer: Layer) -> None:
    assert as_alice.get(f"/pages/{page.pk}/text/download?format=parchment").status_code == 400


@pytest.mark.parametrize(
    ("format", "media_type", "extension", "told"),
    [
        ("pdf", "application/pdf", "pdf", b"%PDF-"),
        ("alto", "application/xml", "alto.xml", 'CONTENT="הדף"'.encode()),
        ("page", "application/xml", "page.xml", b'imageFilename="leaf 1.png"'),
        ("hocr", "application/xhtml+xml", "hocr", b">recto</span>"),
        ("tsv", "text/tab-separated-values; charset=utf-8", "tsv", b"\tverso\n"),
        ("json", "application/json", "json", b'"regions"'),
    ],
)
def test_every_format(
    engine: str, as_bob: Client, page: Any, layer: Layer, format: str, media_type: str, extension: str, told: bytes
) -> None:
    page.name = "leaf 1.png"
    page.save()
    answer = as_bob.get(f"/pages/{page.pk}/text/download?format={format}")
    assert (answer.status_code, answer["Content-Type"]) == (200, media_type)
    assert answer["Content-Disposition"] == f'attachment; filename="leaf 1.{extension}"'
    assert told in answer.content


def test_a_corrected_line_is_written_as_corrected(
    engine: str, as_alice: Client, page: Any, layer: Layer, alice: Any
) -> None:
    first = layer.regions.get(position=1).lines.get(position=1)
    first.texts.create(text="The Folio", confidence=1, words=[], by=alice)
    assert b">Folio</span>" in as_alice.get(f"/pages/{page.pk}/text/download?format=hocr").content


def test_without_the_engine_plain_text_is_left(as_alice: Client, page: Any, layer: Layer) -> None:
    with override_settings(FASTAPI_URL="http://127.0.0.1:9"):
        answer = as_alice.get(f"/pages/{page.pk}/text/download?format=alto")
        assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
        assert as_alice.get(f"/pages/{page.pk}/text/download").status_code == 200
