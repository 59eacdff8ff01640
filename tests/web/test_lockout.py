"""Failed log-ins: who is locked out where, and who is not."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from django_app.users.lockout import TIMES

URL = "/accounts/login/"
RIGHT = {"username": "alice", "password": "alice-password"}
WRONG = RIGHT | {"password": "guess"}
LIMIT = 3


@pytest.fixture(autouse=True)
def few(settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = LIMIT


def log_in(credentials: dict[str, str], address: str = "192.0.2.1", url: str = URL) -> Any:
    """In a browser of its own; by way of nginx, which says whose address it is, whatever the client says."""
    options = {"content_type": "application/json"} if url != URL else {}
    return Client().post(url, credentials, headers={"X-Forwarded-For": f"9.9.9.9, {address}"}, **options)


def fail(times: int, address: str = "192.0.2.1", username: str = "alice") -> list[int]:
    return [log_in(WRONG | {"username": username}, address).status_code for _ in range(times)]


def test_it_works(alice: Any) -> None:
    """After the last try that counts, and for the right password, too."""
    assert fail(LIMIT) == [200] * (LIMIT - 1) + [429]
    answer = log_in(RIGHT)
    assert answer.status_code == 429
    assert 890 <= int(answer["Retry-After"]) <= 900
    assert "Try again in 15 minutes." in answer.content.decode()
    assert "users/locked.html" in {template.name for template in answer.templates}
    assert "default-src" in answer["Content-Security-Policy"]


def test_programs_count_with_people(alice: Any) -> None:
    fail(LIMIT - 1)
    assert log_in(WRONG, url="/api/token/").status_code == 429
    answer = log_in(RIGHT, url="/api/token/")
    assert (answer.status_code, answer.json()["code"]) == (429, "locked_out")
    assert answer["Content-Type"] == "application/problem+json"
    assert int(answer["Retry-After"]) > 890


def test_elsewhere_the_person_still_gets_in(alice: Any, bob: Any) -> None:
    fail(LIMIT)
    assert log_in(RIGHT, "192.0.2.2").status_code == 302
    assert log_in({"username": "bob", "password": "bob-password"}).status_code == 302


@pytest.mark.parametrize("url", [URL, "/api/token/"])
def test_a_success_forgives_typos(alice: Any, url: str) -> None:
    for _ in range(3):
        fail(LIMIT - 1)
        assert log_in(RIGHT, url=url).status_code in (200, 302)


def test_logging_in_often_is_no_guessing(alice: Any) -> None:
    assert {log_in(RIGHT, url="/api/token/").status_code for _ in range(12)} == {200}


def test_an_account_from_many_addresses(alice: Any) -> None:
    """And who has come from theirs before is not locked out there, however long it goes on."""
    log_in(RIGHT, "192.0.2.99")
    for number in range(LIMIT * TIMES[1]):
        fail(1, f"192.0.2.{number}")
    assert log_in(RIGHT, "192.0.2.50").status_code == 429
    assert log_in(RIGHT, "192.0.2.99").status_code == 302


def test_many_accounts_from_one_address(alice: Any) -> None:
    for number in range(LIMIT * TIMES[2]):
        fail(1, username=f"somebody{number}")
    assert log_in(RIGHT).status_code == 429
    assert log_in(RIGHT, "192.0.2.2").status_code == 302


def test_ones_own_success_forgives_no_other_account(alice: Any, bob: Any) -> None:
    fail(LIMIT)
    log_in({"username": "bob", "password": "bob-password"})
    assert log_in(RIGHT).status_code == 429


def test_it_ends(alice: Any) -> None:
    """Tries while locked out do not prolong it."""
    fail(LIMIT)
    before = AccessAttempt.objects.get().attempt_time
    fail(2)
    assert AccessAttempt.objects.get().attempt_time == before
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(seconds=901))
    assert log_in(RIGHT).status_code == 302


def test_without_redis(alice: Any, settings: Any) -> None:
    """Failures are rows: nothing is forgotten when the cache is."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert fail(LIMIT + 1)[-1] == 429


def test_no_limit(alice: Any, settings: Any) -> None:
    settings.AXES_ENABLED = False
    assert fail(LIMIT * 2) == [200] * (LIMIT * 2)


def test_no_secret_is_kept(alice: Any) -> None:
    Client().post(URL, WRONG | {"code": "123456", "csrfmiddlewaretoken": "t" * 64})
    row = AccessAttempt.objects.get()
    assert not {"guess", "123456", "t" * 64} & set(row.post_data.replace("=", "\n").splitlines())


def test_administrators_come_by_the_same_door(alice: Any, client: Client) -> None:
    asked = client.get("/admin/", follow=True)
    assert asked.redirect_chain[-1][0] == f"{URL}?next=/admin/"
    assert client.post("/admin/login/", RIGHT)["Location"].startswith(URL)
    client.force_login(alice)
    assert client.get("/admin/login/").status_code == 403
