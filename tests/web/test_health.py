from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client


@pytest.mark.parametrize("path", ["/healthz", "/health", "/ping", "/version", "/readyz"])
def test_it_works(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Process-Time"]


def test_alive_asks_no_database(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


def test_not_ready_without_the_key(client: Client, db: None, settings: Any, tmp_path: Path) -> None:
    settings.JWT_PRIVATE_KEY_FILE = tmp_path / "missing.pem"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "key" in answer.json()["detail"]
    assert str(tmp_path) not in answer.content.decode()


def test_not_ready_without_tables(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE users_user RENAME TO elsewhere")
    assert client.get("/readyz").status_code == 503


def test_not_ready_without_redis(client: Client, db: None, settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    assert "Redis" in client.get("/readyz").json()["detail"]


@pytest.fixture
def no_redis(settings: Any, tmp_path: Path) -> None:
    tolerant = "django_app.config.cache.TolerantRedisCache"
    settings.CACHES = {"default": {"BACKEND": tolerant, "LOCATION": f"unix://{tmp_path}/nobody.sock"}}


def test_pages_open_without_redis(no_redis: None, as_alice: Client, page: Any) -> None:
    assert as_alice.get(f"/documents/{page.document_id}/pages/1/").status_code == 200
    key = {"Idempotency-Key": "k"}
    assert as_alice.post("/api/projects/", {"name": "x"}, "application/json", headers=key).status_code == 201


def test_signing_in_without_redis(no_redis: None, client: Client, alice: Any) -> None:
    credentials = {"username": "alice", "password": "alice-password"}
    assert client.post("/accounts/login/", credentials | {"password": "wrong"}).status_code == 200
    assert client.post("/accounts/login/", credentials).status_code == 302
    assert client.post("/api/token/", credentials, "application/json").status_code == 200


def test_the_database_is_away(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transport is replaced: from here on every statement fails as it does when Postgres has gone."""

    def gone(*_: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    as_alice.raise_request_exception = False
    with connection.execute_wrapper(gone):
        shown, answered = as_alice.get("/documents/"), as_alice.get("/api/projects/")
    assert shown.status_code == 503
    assert "text/html" in shown["Content-Type"]
    assert (answered.status_code, answered.json()["code"]) == (503, "unavailable")
    assert "server closed" not in shown.content.decode() + answered.content.decode()


def test_what_nobody_foresaw(as_alice: Client, settings: Any) -> None:
    as_alice.raise_request_exception = False
    settings.MAX_UPLOAD_BYTES = None
    file = SimpleUploadedFile("page.png", b"x")
    answer = as_alice.post("/api/fastapi/auto-process/", {"image": file})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/healthz", "/health", "/ping", "/version", "/readyz"])
def test_nothing_to_post_to(client: Client, path: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(path)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "POST is not possible here."
