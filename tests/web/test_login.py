from typing import Any

from django.test import Client

URL = "/accounts/login/"


def test_it_works(client: Client, alice: object) -> None:
    answer = client.post(URL, {"username": "alice", "password": "alice-password"})
    assert answer.status_code == 302
    assert client.get("/documents/").status_code == 200


def test_wrong_password(client: Client, alice: object) -> None:
    assert client.post(URL, {"username": "alice", "password": "wrong"}).status_code == 200
    assert client.get("/documents/").status_code == 302


def test_guessing_is_slowed_down(client: Client, alice: object, settings: Any) -> None:
    settings.TOKEN_RATE = "3/min"
    right = {"username": "alice", "password": "alice-password"}
    for _ in range(3):
        client.post(URL, right | {"password": "guess"})
    assert client.post(URL, right).status_code == 200
    assert client.post(URL, right | {"username": "bob"}).status_code == 200
    assert client.get("/documents/").status_code == 302


def test_signing_in_often_is_no_guessing(client: Client, alice: object, settings: Any) -> None:
    settings.TOKEN_RATE = "3/min"
    for _ in range(5):
        assert client.post(URL, {"username": "alice", "password": "alice-password"}).status_code == 302
        client.logout()


def test_next_leads_nowhere_else(client: Client, alice: object) -> None:
    there = {"username": "alice", "password": "alice-password", "next": "https://example.org/"}
    assert client.post(URL, there)["Location"] == "/"


def test_logout_is_a_post(as_alice: Client) -> None:
    assert as_alice.get("/accounts/logout/").status_code == 405
    assert as_alice.post("/accounts/logout/").status_code == 302
    assert as_alice.get("/documents/")["Location"].startswith(URL)


def test_without_csrf_token(alice: object) -> None:
    answer = Client(enforce_csrf_checks=True).post(URL, {"username": "alice", "password": "alice-password"})
    assert answer.status_code == 403
    assert "text/html" in answer["Content-Type"]
