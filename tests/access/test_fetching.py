"""No address that a user gives is ever fetched: who opens connections at all is counted here, and to whom.

Whoever wants to fetch what a user names must put a list of forbidden networks before it, and write a row that says so.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from launcher.places import ROOT

# What opens connections. Of http and urllib only parts do: urlsplit and HTTPStatus are harmless.
CLIENTS = {
    *("aiohttp", "boto3", "botocore", "ftplib", "httpx", "http.client", "pycurl", "requests", "smtplib", "socket"),
    *(
        "opentelemetry.exporter",
        "sentry_sdk",
        "ssl",
        "telnetlib",
        "urllib.request",
        "urllib3",
        "websocket",
        "websockets",
        "xmlrpc",
    ),
}
ASKED = {
    "django_app/config/bucket.py": "the bucket of the settings",
    "django_app/imaging/client.py": "the engine of the settings; every path is written in the module",
    "fastapi_app/auth.py": "Django of the settings; a session handle is quoted into one path",
    "fastapi_app/copies.py": "the address in a token, which only Django signs, and only for a key of the bucket",
    "fastapi_app/main.py": "makes the clients of auth and copies",
    "telemetry/sentry.py": "where the settings say that errors are reported, if they do",
    "telemetry/traces.py": "where the settings say that traces are collected, if they do",
}
STATUS_NAMES = {"fastapi_app/errors.py": {"http.client"}}  # the standard's phrases


def modules() -> Iterator[Path]:
    for package in ("django_app", "fastapi_app", "telemetry"):
        yield from sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Full names, `urllib.request` also of `from urllib import request`."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def clients(path: Path) -> set[str]:
    names = imported(path)
    return {client for client in CLIENTS if any(f"{name}.".startswith(f"{client}.") for name in names)}


def test_who_opens_connections() -> None:
    found = {str(path.relative_to(ROOT)): clients(path) for path in modules()}
    harmless = {name: used - STATUS_NAMES.get(name, set()) for name, used in found.items()}

    assert {name for name, used in harmless.items() if used} == set(ASKED)


@pytest.mark.parametrize(
    "line",
    ["import requests", "from urllib import request", "from urllib.request import urlopen", "import http.client"],
)
def test_a_new_one_is_seen(tmp_path: Path, line: str) -> None:
    module = tmp_path / "new.py"
    module.write_text(f"def late() -> None:\n    {line}\n")

    assert clients(module)


@pytest.mark.parametrize("host", ["http://169.254.169.254", "http://localhost:1", "gopher://127.0.0.1:6379", "file://"])
def test_an_images_address_is_looked_up_and_not_asked(as_alice: Client, page: Any, host: str) -> None:
    """What a user gives as an address is only the name of a row."""
    answer = as_alice.get("/get_img_result", {"img_url": f"{host}/versions/{page.original.pk}/image"})

    assert (answer.status_code, answer.json()["page"]) == (200, page.pk)
    assert answer.json()["image_url"] == f"/versions/{page.original.pk}/image"
