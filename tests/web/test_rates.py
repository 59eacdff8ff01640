"""How many requests a minute the API takes, of whom."""

from typing import Any

import pytest
from django.test import Client

from django_app.users import tokens


@pytest.fixture(autouse=True)
def few(settings: Any) -> None:
    settings.USER_RATE, settings.ANONYMOUS_RATE = 3, 2


@pytest.fixture(autouse=True)
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_app.api.throttles.time.time", lambda: 1_800_000_015.5)


def test_it_works(as_alice: Client, alice: Any, as_charlie: Client) -> None:
    """One person is one, with a session and with a token."""
    bearer = {"Authorization": f"Bearer {tokens.access_for(alice)}"}
    answers = [
        as_alice.get("/api/projects/"),
        as_alice.get("/api/jobs/"),
        Client().get("/api/projects/", headers=bearer),
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    for refused in (as_alice.get("/api/projects/"), Client().get("/api/projects/", headers=bearer)):
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert refused["Retry-After"] == "45"
    assert as_charlie.get("/api/projects/").status_code == 200


def refresh(address: str) -> int:
    said = {"X-Forwarded-For": f"9.9.9.9, {address}"}
    return int(Client().post("/api/token/refresh/", {"refresh": "x"}, "application/json", headers=said).status_code)


def test_without_a_credential(db: None) -> None:
    assert [refresh("192.0.2.1") for _ in range(3)] == [401, 401, 429]
    assert refresh("192.0.2.2") == 401


def test_the_next_minute(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        answer = as_alice.get("/api/projects/")
    monkeypatch.setattr("django_app.api.throttles.time.time", lambda: 1_800_000_060.0)
    assert (answer.status_code, as_alice.get("/api/projects/").status_code) == (429, 200)


def test_what_the_engine_asks_is_not_counted(client: Client, db: None) -> None:
    assert {client.get("/.well-known/jwks.json").status_code for _ in range(5)} == {200}
    assert {client.get("/api/validate-session/x").status_code for _ in range(5)} == {401}


def test_no_limit(as_alice: Client, settings: Any) -> None:
    settings.USER_RATE = 0
    assert {as_alice.get("/api/projects/").status_code for _ in range(5)} == {200}


def test_without_redis(as_alice: Client, settings: Any) -> None:
    """Nobody is refused: nginx still counts."""
    nobody = {"BACKEND": "django_app.config.cache.TolerantRedisCache", "LOCATION": "redis://127.0.0.1:9/0"}
    settings.CACHES = {"default": nobody}
    assert {as_alice.get("/api/projects/").status_code for _ in range(5)} == {200}
