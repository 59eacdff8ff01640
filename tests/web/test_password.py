from typing import Any

from django.test import Client

URL = "/accounts/password/"
CHANGE = {"old_password": "alice-password", "new_password1": "spine and vellum", "new_password2": "spine and vellum"}


def test_it_works(as_alice: Client, alice: Any) -> None:
    answer = as_alice.post(URL, CHANGE, follow=True)
    assert answer.status_code == 200
    alice.refresh_from_db()
    assert alice.check_password("spine and vellum")
    assert as_alice.get("/documents/").status_code == 200


def test_other_sessions_end(as_alice: Client, alice: Any) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    as_alice.post(URL, CHANGE)
    assert elsewhere.get("/documents/").status_code == 302


def test_signed_out(client: Client, db: None) -> None:
    assert client.get(URL).status_code == 302


def test_wrong_old_password(as_alice: Client, alice: Any) -> None:
    as_alice.post(URL, CHANGE | {"old_password": "wrong"})
    alice.refresh_from_db()
    assert alice.check_password("alice-password")
