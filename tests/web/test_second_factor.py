"""Logging in in two steps: turning it on and off, at the page's door and at the API's."""

import re
from base64 import b32decode
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from django_app.users import second_factor
from django_app.users.tokens import RefreshToken
from tests.conftest import signed_in

ON, OFF, CODES = (f"/accounts/security/second-factor/{each}/" for each in ("on", "off", "codes"))
LOGIN, STEP = "/accounts/login/", "/accounts/second-factor/"
PASSWORD = {"username": "alice", "password": "alice-password"}


class App:
    """Somebody's phone: the key that it has seen, and a clock that goes on by half a minute with every code."""

    def __init__(self, key: bytes) -> None:
        self.totp = TOTP(key)
        self.totp.time = timezone.now().timestamp() - 30

    def code(self) -> str:
        self.totp.time += 30
        return f"{self.totp.token():06d}"


@pytest.fixture
def app(alice: Any) -> App:
    """alice has turned it on, and has used no code yet but one of long ago."""
    device = second_factor.begin(alice)
    device.confirmed = True
    device.save()
    return App(device.bin_key)


def passed(client: Client) -> bool:
    return client.get("/documents/").status_code == 200


def codes_on(page: Any) -> list[str]:
    return re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", page.content.decode())


def test_it_works(as_alice: Client, alice: Any) -> None:
    """From the page to the phone, and with what the phone says to the recovery codes; other sessions end."""
    elsewhere, program = signed_in(alice), str(RefreshToken.for_user(alice))
    page = as_alice.get(ON)
    assert "data:image/svg+xml" in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    key = re.search(r'dir="ltr">([A-Z2-7 ]+)<', page.content.decode())
    assert key is not None
    app, before = App(b32decode(key[1].replace(" ", ""))), as_alice.session.session_key
    answer = as_alice.post(ON, {"password": "alice-password", "code": app.code()})
    assert len(set(codes_on(answer))) == 10
    assert passed(as_alice)
    assert as_alice.session.session_key != before
    assert not passed(elsewhere)
    assert Client().post("/api/token/refresh/", {"refresh": program}).status_code == 401
    assert "10 recovery codes" in as_alice.get("/accounts/security/").content.decode()


@pytest.mark.parametrize("wrong", [{"code": "000000"}, {"password": "guess"}, {"code": ""}])
def test_it_is_not_turned_on_by_mistake(as_alice: Client, alice: Any, wrong: dict[str, str]) -> None:
    app = App(second_factor.begin(alice).bin_key)
    answer = as_alice.post(ON, {"password": "alice-password", "code": app.code()} | wrong)
    assert (answer.status_code, second_factor.is_on(alice)) == (200, False)
    assert not StaticToken.objects.exists()


def test_login_in_two_steps(client: Client, app: App) -> None:
    client.get("/")
    answer = client.post(LOGIN, PASSWORD | {"next": "/projects/"})
    assert (answer.status_code, answer["Location"]) == (302, STEP)
    assert not passed(client)
    half_way = client.session.session_key
    assert client.post(STEP, {"code": "000000"}).status_code == 200
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert client.post(STEP, {"code": app.code()})["Location"] == "/projects/"
    assert passed(client)
    assert client.session.session_key != half_way
    assert "half_way" not in client.session


def test_a_code_counts_once(client: Client, app: App) -> None:
    code = app.code()
    for expected in (302, 200):
        other = Client()
        other.post(LOGIN, PASSWORD)
        assert other.post(STEP, {"code": code}).status_code == expected


def test_no_second_step_without_the_first(client: Client, app: App, alice: Any, monkeypatch: Any) -> None:
    assert client.post(STEP, {"code": app.code()})["Location"] == LOGIN
    client.post(LOGIN, PASSWORD)
    alice.set_password("another long one")
    alice.save()
    assert client.post(STEP, {"code": app.code()})["Location"] == LOGIN


def test_the_second_step_waits_five_minutes(client: Client, app: App) -> None:
    client.post(LOGIN, PASSWORD)
    session = client.session
    session["half_way"][2] -= 301
    session.save()
    assert client.get(STEP)["Location"] == LOGIN


def test_a_recovery_code_counts_once_and_is_no_use_in_a_stolen_database(client: Client, app: App, alice: Any) -> None:
    code = second_factor.new_recovery_codes(alice)[0]
    stored = StaticToken.objects.values_list("token", flat=True)
    assert code.replace("-", "") not in stored
    assert not second_factor.accepts(alice, stored[0])
    alice.staticdevice_set.update(throttling_failure_count=0)
    for typed, expected in ((f" {code.upper()} ", 302), (code, 200)):
        client = Client()
        client.post(LOGIN, PASSWORD)
        assert client.post(STEP, {"code": typed}).status_code == expected
    assert second_factor.recovery_codes_left(alice) == 9


def test_another_persons_codes(client: Client, app: App, bob: Any) -> None:
    device = second_factor.begin(bob)
    device.confirmed = True
    device.save()
    client.post(LOGIN, PASSWORD)
    assert client.post(STEP, {"code": App(device.bin_key).code()}).status_code == 200
    assert client.post(STEP, {"code": second_factor.new_recovery_codes(bob)[0]}).status_code == 200
    assert not passed(client)


def test_guessing_codes_locks_out(client: Client, app: App, settings: Any) -> None:
    """And whoever guesses has to wait twice as long each time."""
    settings.AXES_FAILURE_LIMIT = 3
    client.post(LOGIN, PASSWORD)
    assert [client.post(STEP, {"code": f"00000{n}"}).status_code for n in range(4)] == [200, 200, 429, 429]
    assert client.post(LOGIN, PASSWORD).status_code == 429
    assert TOTPDevice.objects.get().throttling_failure_count > 0


def test_programs_send_it_too(client: Client, app: App) -> None:
    def ask(**more: str) -> tuple[int, Any]:
        answer = client.post("/api/token/", PASSWORD | more, "application/json")
        return answer.status_code, answer.json().get("code")

    assert ask() == (401, "second_factor_required")
    assert ask(otp="000000") == (401, "unauthorized")
    TOTPDevice.objects.update(throttling_failure_count=0)
    code = app.code()
    assert ask(otp=code, password="guess") == (401, "unauthorized")
    assert ask(otp=code) == (200, None)
    assert ask(otp=code) == (401, "unauthorized")


@pytest.mark.parametrize("url", [OFF, CODES])
def test_changing_it_needs_password_and_code(app: App, alice: Any, url: str) -> None:
    browser, old = signed_in(alice), second_factor.new_recovery_codes(alice)
    for wrong in ({"code": "000000"}, {"password": "guess"}):
        form = {"password": "alice-password", "code": app.code()} | wrong
        assert browser.post(url, form).status_code == 200
        assert second_factor.is_on(alice)
        TOTPDevice.objects.update(throttling_failure_count=0)
    answer = browser.post(url, {"password": "alice-password", "code": old[0]})
    assert second_factor.is_on(alice) == (url == CODES)
    assert not any(second_factor.accepts(alice, code) for code in old)
    assert len(codes_on(answer)) == (10 if url == CODES else 0)
    assert passed(browser)


def test_with_it_the_admin_asks_too(client: Client, app: App, alice: Any) -> None:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    client.post(f"{LOGIN}?next=/admin/", PASSWORD | {"next": "/admin/"})
    assert client.get("/admin/").status_code == 302
    assert client.post(STEP, {"code": app.code()})["Location"] == "/admin/"
    device = TOTPDevice.objects.get()
    shown = client.get(f"/admin/otp_totp/totpdevice/{device.pk}/change/")
    assert (shown.status_code, device.key in shown.content.decode()) == (200, False)
