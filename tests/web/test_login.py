from django.test import Client

URL = "/accounts/login/"


def test_it_works(client: Client, alice: object) -> None:
    answer = client.post(URL, {"username": "alice", "password": "alice-password"})
    assert answer.status_code == 302
    assert client.get("/documents/").status_code == 200


def test_wrong_password(client: Client, alice: object) -> None:
    assert client.post(URL, {"username": "alice", "password": "wrong"}).status_code == 200
    assert client.get("/documents/").status_code == 302


def test_the_session_gets_a_new_key(client: Client, alice: object) -> None:
    """One that somebody else has put into the browser before opens nothing afterwards."""
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.post(URL, {"username": "alice", "password": "alice-password"})
    assert client.session.session_key != before
    client.cookies["sessionid"] = before
    assert client.get("/documents/").status_code == 302


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
