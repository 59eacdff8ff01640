"""JSON that is too large, too deep, or says what no column can hold: refused with 4xx wherever it arrives."""

from typing import Any

import pytest
from django.test import Client

JSON = "application/json"


def refusal(client: Client, path: str, body: str | bytes) -> tuple[int, str]:
    answer = client.post(path, body, JSON)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"name": ' + "[" * 40 + "]" * 40 + "}",
        '{"name": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"name": 1e999}',
        '{"name": NaN}',
        '{"name": ' + "9" * 5000 + "}",
        b'{"name": "\xff"}',
        "{",
    ],
)
def test_not_to_be_read(client: Client, as_bob: Client, body: str | bytes) -> None:
    assert refusal(client, "/api/token/", body) == (400, "bad_request")
    assert refusal(as_bob, "/api/documents/", body) == (400, "bad_request")


def test_too_large(as_bob: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert refusal(as_bob, "/api/documents/", '{"name": "' + "x" * 1000 + '"}') == (413, "too_many_bytes")


def test_a_recipe_comes_as_json(as_bob: Client, page: Any) -> None:
    """A form would bring it as text that nobody has measured."""
    answer = as_bob.post(f"/api/pages/{page.pk}/versions/", {"recipe": "[" * 100_000})
    assert answer.status_code == 415


def test_a_document_that_no_number_names(as_bob: Client) -> None:
    for digits in (str(10**30), "9" * 5000, "0"):
        assert as_bob.get("/api/jobs/", {"document": digits}).json()["count"] == 0


def test_a_preset_without_nul(as_bob: Client, project: Any) -> None:
    steps = [{"step": "binarize", "method": "ot\0su"}]
    answer = as_bob.post(f"/api/projects/{project.pk}/presets/", {"name": "x", "steps": steps}, JSON)
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["steps"])
