"""What nginx counts: requests of an address a minute, by what they ask for, and what is open at the same time."""

import itertools
import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from select import select
from urllib.parse import urlsplit

import pytest
import requests

from launcher.nginx import LIMITS, nginx_configurations
from launcher.ports import Ports
from launcher.programs import Layout
from launcher.trouble import Trouble
from tests.stack.nginx_alone import nginx_alone

TOKEN = {"Authorization": "Bearer x"}
Door = Callable[..., requests.Response]
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """This machine is a proxy that may say for whom it asks, so that each test has an address of its own."""
    limits = {"RECTO_ADDRESS_RATE": "9", "RECTO_ANONYMOUS_RATE": "6", "RECTO_LOGIN_RATE": "3", "RECTO_UPLOAD_RATE": "3"}
    folder = tmp_path_factory.mktemp("limits")
    with nginx_alone(folder, RECTO_TRUSTED_PROXIES="127.0.0.0/8, ::1", RECTO_CONNECTIONS="2", **limits) as origin:
        yield origin


@pytest.fixture
def ask(origin: str) -> Door:
    address = f"192.0.2.{next(numbers)}"

    def ask(method: str, path: str, **options: object) -> requests.Response:
        headers = {"X-Forwarded-For": address, **options.pop("headers", {})}  # type: ignore[dict-item]
        return requests.request(method, origin + path, headers=headers, timeout=10, **options)  # type: ignore[arg-type]

    return ask


def answers(ask: Door, times: int, *request: str, **options: object) -> list[int]:
    return [ask(*request, **options).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("times", "method", "path", "options"),
    [
        (9, "GET", "/api/projects/", {"headers": TOKEN}),
        (9, "GET", "/documents/", {"headers": {"Cookie": "a=b; __Host-sessionid=x"}}),
        (6, "GET", "/documents/", {}),
        (3, "POST", "/accounts/login/", {}),
        (3, "POST", "/api/token", {}),
        (3, "POST", "/api/fastapi/ocr", {"headers": TOKEN, "files": {"file": b"x"}}),
        (3, "POST", "/api/documents/1/pages/", {"headers": TOKEN, "files": {"file": b"x"}}),
    ],
)
def test_one_more_is_refused(ask: Door, times: int, method: str, path: str, options: dict[str, object]) -> None:
    """The first request is not of the burst."""
    assert answers(ask, times + 1, method, path, **options) == [200] * (times + 1)
    refused = ask(method, path, **options)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert "default-src 'self'" in refused.headers["Content-Security-Policy"]


def test_a_program_gets_a_problem_and_a_person_a_page(ask: Door) -> None:
    answers(ask, 8, "GET", "/api/projects/")
    problem, page = ask("GET", "/api/fastapi/images/info"), ask("GET", "/documents/")
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert (problem.json()["status"], problem.json()["code"]) == (429, "too_many_requests")
    assert (page.status_code, page.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert "Too many requests" in page.text


def test_what_costs_nothing_is_free(ask: Door) -> None:
    assert answers(ask, 15, "GET", "/healthz") == [200] * 15
    assert answers(ask, 15, "GET", "/static/absent.css") == [404] * 15


def test_open_at_the_same_time(origin: str) -> None:
    """A request whose body does not come holds its place."""
    host, port = urlsplit(origin).netloc.split(":")
    head = "POST /x HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.251\r\nContent-Length: 9\r\n\r\n"
    lines = [socket.create_connection((host, int(port)), 10) for _ in range(3)]
    for line in lines:
        line.sendall(head.encode())
    (refused,) = select(lines, [], [], 10)[0]
    assert b" 429 " in refused.recv(100)
    held = [line for line in lines if line is not refused]
    assert not select(held, [], [], 0.2)[0]
    for line in lines:
        line.close()


def test_a_named_proxy_is_believed(ask: Door) -> None:
    """And what it was told by its client is not: of several addresses the last that is no proxy's counts."""
    said = {"X-Forwarded-For": "9.9.9.9, 203.0.113.7", "X-Forwarded-Proto": "https"}
    headers = ask("GET", "/", headers=said).json()["headers"]
    assert (headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]) == ("203.0.113.7", "https")
    odd = ask("GET", "/", headers=said | {"X-Forwarded-Proto": "https, http"}).json()["headers"]
    assert odd["X-Forwarded-Proto"] == "http"


def configured(tmp_path: Path, **settings: str) -> str:
    env = {"RECTO_STATIC_ROOT": "", "RECTO_MEDIA_ROOT": "", **settings}
    layout = Layout.under(tmp_path)
    return nginx_configurations(layout, Ports(), "localhost", env)[layout.run / "recto.conf"]


@pytest.mark.parametrize("name", LIMITS)
def test_no_limit(tmp_path: Path, name: str) -> None:
    assert str(LIMITS[name]) in configured(tmp_path)
    assert f"{LIMITS[name]}r/m" not in configured(tmp_path, **{name: "0"})


@pytest.mark.parametrize(
    "wrong", [{"RECTO_LOGIN_RATE": "5/min"}, {"RECTO_TRUSTED_PROXIES": "10.0.0.1; include /etc/passwd"}]
)
def test_what_nginx_would_not_understand(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(Trouble, match=next(iter(wrong))):
        configured(tmp_path, **wrong)


def test_nothing_is_limited_at_zero(tmp_path_factory: pytest.TempPathFactory) -> None:
    off = dict.fromkeys(LIMITS, "0")
    with nginx_alone(tmp_path_factory.mktemp("off"), **off) as origin:
        assert {requests.post(f"{origin}/api/token/", timeout=10).status_code for _ in range(40)} == {200}
        assert json.loads(requests.get(origin, timeout=10).text)["name"] == "django"
