from django.test import Client


def test_signed_out_sees_the_landing_page(client: Client, db: None) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert b"/accounts/signup/" in answer.content


def test_signed_in_goes_to_the_documents(as_alice: Client) -> None:
    assert as_alice.get("/")["Location"] == "/documents/"


def test_what_is_not_there(as_alice: Client) -> None:
    answer = as_alice.get("/nowhere/")
    assert answer.status_code == 404
    assert "text/html" in answer["Content-Type"]


def test_every_page_lives_under_the_policy(client: Client, db: None) -> None:
    answer = client.get("/")
    assert answer["Content-Security-Policy"].startswith("default-src 'self'")
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"


def test_request_id_goes_in_and_out(client: Client, db: None) -> None:
    answer = client.get("/", headers={"X-Request-ID": "abc-123"})
    assert answer["X-Request-ID"] == "abc-123"
    assert float(answer["X-Process-Time"]) >= 0
    assert client.get("/", headers={"X-Request-ID": "no\tgood"})["X-Request-ID"] != "no\tgood"
