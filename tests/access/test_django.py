"""Who may ask Django for what: each address by each person, and no address that is not in the table."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from tests.access.rows import REFERENCES, TABLE, Reference, Row, filled
from tests.access.world import SECRET, World

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REFUSED = (401, 403, 404, 422)
OURS = ("text/html", "application/json", "application/vnd.oai.openapi")  # the rest are files that people made
SANDBOX = "sandbox; default-src 'none'"
STRANGERS = ("stranger", "nobody", "token")
LOGIN = "/accounts/login/"
WRITING = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, media_root: Path) -> Iterator[World]:
    """Made once: whatever a test does to it is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World(media_root)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker is there to answer."""
    monkeypatch.setattr("django_app.api.ocr_health.PING_SECONDS", 0.01)


def ask(world: World, row: Row, who: str, address: str, **options: Any) -> Any:
    """The answer; what it did is taken back, and `wrote` tells of it."""
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        send = getattr(world.as_(who, **options), row.method.lower())
        answer = send(address, **row.body(world.hers))
        answer.text_now = content(answer)
        answer.wrote = [query["sql"] for query in queries if writes(query["sql"])]
        transaction.set_rollback(True)
    return answer


def content(answer: Any) -> str:
    return (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_who_may(world: World, engine: str, row: Row) -> None:
    answers = {who: ask(world, row, who, row.address(world.hers)) for who in row.expected}

    assert {who: answer.status_code for who, answer in answers.items()} == row.expected
    assert not any(answer.wrote for answer in answers.values() if answer.status_code in REFUSED)
    headers_protect(answers["owner"])
    for who in STRANGERS:
        assert SECRET not in answers[who].text_now, who
        assert "X-Accel-Redirect" not in answers[who], who
    if row.expected["nobody"] == 302 and "logout" not in row.route:
        assert answers["nobody"]["Location"].startswith(LOGIN)


def headers_protect(answer: Any) -> None:
    """A file is never run in our name, nor taken for something else; and nobody on the way keeps a copy."""
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert re.search("no-store|private|public", answer["Cache-Control"])
    if answer.status_code == 200 and not answer["Content-Type"].startswith(OURS):
        assert answer["Content-Security-Policy"] == SANDBOX


def writes(sql: str) -> bool:
    """Who failed to log in is noted of everybody, and once a minute that a session is in use."""
    return sql.startswith(WRITING) and not any(f'"{table}' in sql for table in ("axes_", "django_session"))


def ids_of_other_things(row: Row) -> bool:
    return len(re.findall(r"<int:(?!number)", row.path or row.route)) > 1


@pytest.mark.parametrize("row", [row for row in TABLE if ids_of_other_things(row)], ids=lambda row: row.name)
def test_her_things_by_way_of_his_project(world: World, row: Row) -> None:
    """charlie owns the project in the address, and what it asks for there is alice's."""
    crossed = replace(world.hers, project=world.his.project)

    assert ask(world, row, "stranger", row.address(crossed)).status_code == 404


@pytest.mark.parametrize("row", [row for row in TABLE if row.method != "GET"], ids=lambda row: row.name)
def test_another_sites_form(world: World, row: Row) -> None:
    """The browser sends alice's session along, but no CSRF token."""
    answer = ask(world, row, "owner", row.address(world.hers), enforce_csrf_checks=True)

    assert answer.status_code == (403 if row.needs_csrf else row.expected["owner"])


@pytest.mark.parametrize("row", REFERENCES, ids=lambda row: f"{row.method} {row.path}")
def test_her_things_in_what_he_sends(world: World, row: Reference) -> None:
    send, address = getattr(world.as_("stranger"), row.method.lower()), "/" + filled(row.path, world.his)
    options = {"content_type": "application/json"} if row.is_json else {}
    answer = send(address, row.names(world), **options)

    assert answer.status_code == row.status
    assert SECRET not in content(answer)


def test_the_admin_is_for_staff(world: World) -> None:
    """Not for those who own projects."""
    for route in ADMIN:
        answer = world.as_("owner").get("/" + re.sub(r"<[^>]+>", "1", route).replace("(?P<url>.*)$", "1"))
        assert (answer.status_code, route) in [(302, route), (403, "admin/login/")]


# --- The table is whole --------------------------------------------------------------------------------------------


def routes(patterns: Any, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from routes(pattern.url_patterns, route)


ALL = dict(routes(get_resolver().url_patterns))
ADMIN = sorted(route for route in ALL if route.startswith("admin/"))
ROUTES = sorted(set(ALL) - set(ADMIN))


def test_every_address_has_its_rows(world: World) -> None:
    """What has no row is answered 405, and no row is of an address that is gone."""
    paths = {row.route: row.path for row in TABLE if row.path}
    named = {row.name for row in TABLE}
    asked = [Row(method, route, "", paths.get(route, "")) for route in ROUTES for method in METHODS]

    assert {row.name for row in asked if row.name not in named and is_possible(world, row)} == set()
    assert {row.route for row in TABLE} <= set(ROUTES)


def is_possible(world: World, row: Row) -> bool:
    """Whether anybody may, before it is asked who."""
    answers = (ask(world, row, who, row.address(world.hers)) for who in ("owner", "nobody"))
    return all(answer.status_code != 405 for answer in answers)
