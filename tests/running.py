"""Recto as real processes, on free ports and in a folder of its own: for tests/stack and tests/browser.

One stack serves a whole pytest session, whichever folders ask for it; `visitor` walks in through nginx."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
import psycopg2
import pytest
import requests

from launcher.environment import clean_environment
from launcher.ports import Ports
from launcher.stack import Stack
from launcher.up import bring_up
from tests.waiting import until

shared = pytest.StashKey[Stack]()
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """All of Recto, ready; the same one for every folder that imports this fixture."""
    if shared not in pytestconfig.stash:
        pytestconfig.stash[shared] = _started(tmp_path_factory.mktemp("stack"), pytestconfig)
    return pytestconfig.stash[shared]


def _started(folder: Path, config: pytest.Config) -> Stack:
    database = own_database(os.environ.get("RECTO_DATABASE_URL", ""), folder)
    url = database.__enter__()
    config.add_cleanup(lambda: database.__exit__(None, None, None))
    ports, other = Ports.free(), Ports.free().nginx
    allowed = f"http://localhost:{ports.nginx},http://127.0.0.1:{other}"
    environment = clean_environment(
        RECTO_DATABASE_URL=url,
        RECTO_ALLOWED_ORIGINS=allowed,
        RECTO_LANGUAGES="en,he",
    )
    stack = Stack(folder, ports=ports, environment=environment)
    config.add_cleanup(stack.stop)  # before the database: the last one added is run first
    bring_up(stack, 100)
    return stack


@contextmanager
def own_database(url: str, folder: Path) -> Iterator[str]:
    """An empty database on the Postgres of `url`, dropped afterwards; a file in `folder` if that is not Postgres."""
    if not url.startswith("postgres"):
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    name = f"stack_{secrets.token_hex(4)}"
    rows(url, f"CREATE DATABASE {name}")
    try:
        yield f"{url.rpartition('/')[0]}/{name}"
    finally:
        rows(url, f"DROP DATABASE {name} WITH (FORCE)")


def rows(url: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the database at `url` answers, outside of any transaction."""
    facts = environ.Env.db_url_config(url)
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    connection = psycopg2.connect(**{key: facts[name] for key, name in keys.items() if facts[name]})
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


def other_site_port(stack: Stack) -> int:
    """Where a page of another site may stand: its origin on 127.0.0.1 is allowed, on localhost it is not."""
    return int(stack.environment["RECTO_ALLOWED_ORIGINS"].rpartition(":")[2])


def unique_name(name: str) -> str:
    """alice, and never the alice of another module: all share one database."""
    return f"{name}-{secrets.token_hex(3)}"


class Visitor(requests.Session):
    """Somebody at the public door: paths instead of addresses, and the page's CSRF token where a browser sends it."""

    def __init__(self, stack: Stack, name: str) -> None:
        super().__init__()
        self.trust_env = False
        self.origin = stack.origin
        self.name = name

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        options.setdefault("timeout", 60)
        headers = {"Origin": self.origin, "X-CSRFToken": self.cookies.get("csrftoken", "")}
        options["headers"] = headers | (options.get("headers") or {})
        return super().request(method, f"{self.origin}{url!s}", *args, **options)

    def sign_up(self) -> "Visitor":
        self.get("/accounts/signup/")
        form = {"username": self.name, "password1": PASSWORD, "password2": PASSWORD}
        self.post(
            "/accounts/signup/", data=form | {"csrfmiddlewaretoken": self.cookies["csrftoken"]}
        ).raise_for_status()
        assert "sessionid" in self.cookies
        return self

    def capability(self, page: int | None = None) -> str:
        """A token for the engine, as a page asks for it."""
        answer = self.get("/api/get-fastapi-token", params={} if page is None else {"page": page})
        answer.raise_for_status()
        token: str = answer.json()["access"]
        return token

    def new_page(self, image: bytes, name: str = "page.jpg") -> dict[str, Any]:
        """PAGE of an image uploaded into a new document, the first if there are many."""
        project = self.get("/api/projects/").json()["results"][0]["id"]
        document = self.post("/api/documents/", json={"name": "Letters", "project": project})
        document.raise_for_status()
        pages = self.post(f"/api/documents/{document.json()['id']}/pages/", files={"file": (name, image)})
        pages.raise_for_status()
        if pages.status_code == 202:
            self.job_done(pages.json(), 120)
            pages = self.get(f"/api/documents/{document.json()['id']}/pages/")
        found = pages.json()
        page: dict[str, Any] = (found.get("pages") or found["results"])[0]
        return page

    def job_done(self, job: dict[str, Any], seconds: float = 60) -> dict[str, Any]:
        """The job, once it is over."""
        return until(
            lambda: self.get(f"/api/jobs/{job['id']}/").json(),
            lambda now: now["state"] in ("completed", "failed", "cancelled"),
            seconds,
        )
