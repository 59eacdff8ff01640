"""POST /api/fastapi/auto-process/: the way through Django."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

URL = "/api/fastapi/auto-process/"


def image(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("page.png", content, "image/png")


@pytest.mark.parametrize("field", ["image", "file"])
@pytest.mark.parametrize("url", [URL, URL.rstrip("/")])
def test_it_works(as_alice: Client, engine: str, page_image: bytes, url: str, field: str) -> None:
    answer = as_alice.post(url, {field: image(page_image)})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as result:
        assert result.mode == "1"
    assert float(answer["X-Skew-Angle"]) == pytest.approx(0, abs=1)
    assert json.loads(answer["X-Recipe"])["steps"]
    assert "binarize;dur=" in answer["Server-Timing"]


def test_a_stored_page(as_bob: Client, engine: str, page: Any) -> None:
    recipe = json.dumps({"version": 1, "steps": [{"step": "binarize", "method": "otsu"}]})
    answer = as_bob.post(URL, {"page": page.pk, "recipe": recipe})
    assert answer.status_code == 200
    assert [step["step"] for step in json.loads(answer["X-Recipe"])["steps"]] == ["binarize"]


def test_with_a_session_handle(as_bob: Client, engine: str, page: Any, settings: Any) -> None:
    """A handle cannot name a file: a stored page still goes by its token."""
    settings.PROXY_CREDENTIAL = "session"
    assert as_bob.post(URL, {"page": page.pk}).status_code == 200


def test_a_client_that_accepts_images(as_bob: Client, engine: str, page: Any) -> None:
    answer = as_bob.post(URL, {"page": page.pk}, headers={"Accept": "image/png"})
    assert answer["Content-Type"] == "image/png"
    refused = as_bob.post(URL, {}, headers={"Accept": "image/png"})
    assert refused["Content-Type"] == "application/problem+json"


def test_json(as_alice: Client, engine: str, page_image: bytes) -> None:
    answer = as_alice.post(URL + "?return_json=true", {"image": image(page_image)})
    assert answer.json()["output"]["image_base64"]


def test_nothing_sent(as_alice: Client) -> None:
    answer = as_alice.post(URL, {})
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_not_an_image(as_alice: Client, engine: str) -> None:
    answer = as_alice.post(URL, {"image": image(b"no image at all")})
    assert (answer.status_code, answer.json()["code"]) == (415, "not_an_image")


def test_bad_recipe(as_alice: Client, engine: str, page_image: bytes) -> None:
    answer = as_alice.post(URL, {"image": image(page_image), "recipe": '{"steps": [{"step": "fold"}]}'})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_recipe")
    assert answer.json()["errors"]


def test_engine_is_down(as_alice: Client, page_image: bytes) -> None:
    answer = as_alice.post(URL, {"image": image(page_image)})
    assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")


def test_get_is_refused(as_alice: Client) -> None:
    assert as_alice.get(URL).status_code == 405
