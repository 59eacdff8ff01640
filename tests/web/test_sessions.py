"""How long a session lasts, and how all of them end."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as now
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from django_app.users.tokens import RefreshToken, session_handle
from tests.conftest import signed_in


def ends_in(client: Client) -> float:
    return (Session.objects.get(pk=client.session.session_key).expire_date - timezone.now()).total_seconds()


def test_an_idle_session_ends(as_alice: Client, settings: Any) -> None:
    as_alice.get("/documents/")
    assert ends_in(as_alice) == pytest.approx(now.SESSION_COOKIE_AGE, abs=5)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert as_alice.get("/documents/").status_code == 302


def test_what_has_ended_goes_with_the_next_log_in(as_alice: Client, bob: Any) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    Client().post("/accounts/login/", {"username": "bob", "password": "bob-password"})
    assert Session.objects.count() == 1


def aged(client: Client, **facts: float) -> None:
    session = client.session
    session.update(facts)
    session.save()


def test_use_prolongs_it_and_its_age_ends_it(as_alice: Client, settings: Any) -> None:
    as_alice.get("/documents/")
    began = timezone.now().timestamp() - settings.SESSION_AGE + 600
    aged(as_alice, began=began, used=began)
    as_alice.get("/documents/")
    assert ends_in(as_alice) == pytest.approx(600, abs=5)
    aged(as_alice, began=began - 601, used=began)
    as_alice.get("/documents/")
    assert as_alice.get("/documents/").status_code == 302


def test_a_session_in_use_is_written_once_a_minute(as_alice: Client, django_assert_num_queries: Any) -> None:
    as_alice.get("/accounts/password/")
    with django_assert_num_queries(2):  # the session, the user
        as_alice.get("/accounts/password/")


def test_log_out_everywhere_else(as_alice: Client, alice: Any) -> None:
    elsewhere, program, handle = signed_in(alice), str(RefreshToken.for_user(alice)), session_handle(alice)
    before = as_alice.session.session_key
    assert as_alice.post("/accounts/security/sessions/end/", follow=True).status_code == 200
    assert as_alice.session.session_key != before
    assert elsewhere.get("/documents/").status_code == 302
    assert Client().post("/api/token/refresh/", {"refresh": program}).status_code == 401
    assert Client().get(f"/api/validate-session/{handle}").status_code == 401


def test_guessing_the_old_password_in_an_open_browser(as_alice: Client, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    form = {"old_password": "guess", "new_password1": "spine and vellum", "new_password2": "spine and vellum"}
    assert [as_alice.post("/accounts/password/", form).status_code for _ in range(3)] == [200, 200, 429]
