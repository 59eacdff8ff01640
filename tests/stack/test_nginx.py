"""The one nginx configuration, looked at from both sides: what travels in, and what comes out."""

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from launcher.places import ROOT
from tests.stack.nginx_alone import STRICT, nginx_alone


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nginx_alone(tmp_path_factory.mktemp("nginx")) as origin:
        yield origin


def ask(
    door: str, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, with the path exactly as given: requests would tidy it up."""
    connection = http.client.HTTPConnection(urlsplit(door).netloc, timeout=10)
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    result = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return result


ENGINE_DOORS = ("status", "cancel", "download", "validation", "anomalies", "check-task")


@pytest.mark.parametrize(
    ("path", "name", "arrives"),
    [
        ("/", "django", "/"),
        ("/documents/1/?a=b", "django", "/documents/1/?a=b"),
        ("/api/projects/", "django", "/api/projects/"),
        ("/api/get-fastapi-token?page=7", "django", "/api/get-fastapi-token?page=7"),
        ("/api/fastapi/auto-process", "django", "/api/fastapi/auto-process"),
        ("/api/fastapi/auto-process/", "django", "/api/fastapi/auto-process/"),
        ("/api/fastapi/auto-process/x", "fastapi", "/api/auto-process/x"),
        ("/api/fastapi/images/auto-process?deskew=false", "fastapi", "/api/images/auto-process?deskew=false"),
        ("/api/fastapi/images/info", "fastapi", "/api/images/info"),
        ("/api/fastapi/ocr", "fastapi", "/api/ocr"),
        ("/api/fastapi/ocr?languages=eng%2Bheb", "fastapi", "/api/ocr?languages=eng%2Bheb"),
        ("/api/fastapi/image-sync", "fastapi", "/api/image-sync"),
        ("/api/fastapi/docs", "fastapi", "/api/docs"),
        ("/ws/process", "fastapi", "/ws/process"),
        ("/.well-known/jwks.json", "django", "/.well-known/jwks.json"),
        ("/healthz", "django", "/healthz"),
        # The engine's own doors do not exist out here: these are Django's addresses, where nothing is.
        ("/upload/", "django", "/upload/"),
        *((f"/{each}/t1", "django", f"/{each}/t1") for each in ENGINE_DOORS),
        ("/api/fastapi/upload/", "fastapi", "/api/upload/"),  # where the engine has nothing
        ("/img-echo/", "django", "/img-echo/"),
    ],
)
def test_routes(door: str, path: str, name: str, arrives: str) -> None:
    status, _, body = ask(door, path)

    assert status == 200
    assert (json.loads(body)["name"], json.loads(body)["path"]) == (name, arrives)


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/metrics/",
        "/api/metrics",
        "/api/fastapi/metrics",
        "/api/validate-session/handle",
        "/api/validate-session/handle/",
        "/api/validate-session",
        "/api/fastapi/renditions/inspect",
        "/api/fastapi/renditions/tiles?x=1",
        # the same, disguised
        "//api//validate-session/handle",
        "/x/../api/validate-session/handle",
        "/api/%76alidate-session/handle",
        "/api/validate-session%2Fhandle",
        "/api/fastapi/./renditions/inspect",
        "/api/fastapi//renditions/inspect",
        "/api/fastapi/%2e/renditions%2finspect",
        "/api/fastapi/images/../renditions/inspect",
    ],
)
def test_refused(door: str, path: str) -> None:
    status, headers, body = ask(door, path)

    assert status == 404
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "code": "not_found",
        "request_id": headers["x-request-id"],
    }


@pytest.mark.parametrize("path", ["/api/fastapi/../metrics", "/api/fastapi/%2e%2e/%2e%2e/metrics", "/ws/../metrics"])
def test_no_way_round_to_the_engines_root(door: str, path: str) -> None:
    status, _, body = ask(door, path)

    assert status in (400, 404) or json.loads(body)["name"] == "django"


def test_client_cannot_pretend(door: str) -> None:
    """Who asks, and by which protocol, is what nginx sees, not what the client says."""
    claims = {
        "X-Forwarded-For": "9.9.9.9",
        "X-Real-IP": "9.9.9.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=9.9.9.9",
        "X-Request-Start": "t=1.000",
        "Upgrade": "h2c",
        "Connection": "Upgrade",
    }
    headers = json.loads(ask(door, "/", headers=claims)[2])["headers"]

    assert headers["X-Forwarded-For"] in ("127.0.0.1", "::1")
    assert headers["X-Real-IP"] in ("127.0.0.1", "::1")
    assert headers["X-Forwarded-Proto"] == "http"
    assert headers["X-Forwarded-Host"] == headers["Host"] == urlsplit(door).netloc
    assert "Forwarded" not in headers
    assert abs(float(headers["X-Request-Start"].removeprefix("t=")) - time.time()) < 5
    assert "Upgrade" not in headers


@pytest.mark.parametrize("path", ["/", "/api/fastapi/images/info"])
def test_request_id(door: str, path: str) -> None:
    _, headers, body = ask(door, path, headers={"X-Request-ID": "from-outside.1"})

    assert headers["x-request-id"] == json.loads(body)["headers"]["X-Request-ID"] == "from-outside.1"


@pytest.mark.parametrize("given", [None, 'a"b', "x" * 65, "a b"])
def test_request_id_is_made(door: str, given: str | None) -> None:
    _, headers, body = ask(door, "/", headers={} if given is None else {"X-Request-ID": given})

    assert len(headers["x-request-id"]) == 32
    assert headers["x-request-id"] == json.loads(body)["headers"]["X-Request-ID"]


@pytest.mark.parametrize(
    "path", ["/", "/api/fastapi/images/info", "/metrics", "/static/absent.css", "/outage/away.html"]
)
def test_security_headers(door: str, path: str) -> None:
    answer = requests.get(door + path, timeout=10)

    policies = answer.raw.headers.getlist("Content-Security-Policy")
    assert len(policies) == 1
    assert "default-src 'self'" in policies[0]
    assert "unsafe" not in policies[0]
    assert answer.raw.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert answer.raw.headers.getlist("Referrer-Policy") == ["same-origin"]
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Server"] == "nginx"


def test_stricter_policy_stays(door: str) -> None:
    answer = requests.get(f"{door}/strict", timeout=10)

    assert answer.raw.headers.getlist("Content-Security-Policy") == [STRICT]


def test_media_only_when_django_says_so(door: str) -> None:
    answer = requests.get(f"{door}/redirect-inside", timeout=10)

    assert answer.text == "a page of alice's"
    assert answer.raw.headers.getlist("Content-Security-Policy") == [STRICT]
    assert answer.raw.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    # What the file is, Django has said: its name on disk does not count.
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Content-Disposition"] == 'inline; filename="page.json"'
    assert answer.headers["Cache-Control"] == "private"
    assert ask(door, "/internal-media/secret.txt")[0] == 404
    assert ask(door, "/internal-media/../internal-media/secret.txt")[0] == 404


def test_headers_are_added_in_one_place() -> None:
    """An add_header in a location drops all those of the server."""
    template = (ROOT / "nginx" / "recto.conf.template").read_text()

    assert set(re.findall(r"^( *)add_header ", template, re.MULTILINE)) == {"    "}


def test_engine_cannot_open_media(door: str) -> None:
    assert "alice" not in requests.get(f"{door}/api/fastapi/redirect-inside", timeout=10).text


def test_body_limit(door: str) -> None:
    for path in ("/api/documents/1/pages/", "/api/fastapi/images/binarize", "/api/fastapi/auto-process"):
        status, headers, body = ask(door, path, "POST", {"Content-Length": "100001"})
        assert status == 413
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(body)["code"] == "image_too_large"
        assert "100000 bytes" in json.loads(body)["detail"]


def test_body_limit_without_a_length(door: str) -> None:
    """A chunked body has no length to look at; nginx counts."""
    chunks = (b"x" * 10_000 for _ in range(11))
    answer = requests.post(f"{door}/api/fastapi/images/binarize", data=chunks, timeout=10)

    assert answer.status_code == 413
    assert answer.json()["code"] == "image_too_large"


def test_body_limit_on_a_page(door: str) -> None:
    status, headers, body = ask(door, "/documents/1/", "POST", {"Content-Length": "100001"})

    assert status == 413
    assert headers["content-type"].startswith("text/html")
    assert b"too large" in body


def test_garbage_is_answered(door: str) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(door).port or 0), timeout=10) as raw:
        raw.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert b"400" in raw.recv(1000)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ("GET /api/%00 HTTP/1.1\r\nHost: localhost", 400, "bad_request"),
        ("TRACE /api/ HTTP/1.1\r\nHost: localhost", 405, "method_not_allowed"),
        (f"GET /api/{'x' * 20_000} HTTP/1.1\r\nHost: localhost", 414, "uri_too_long"),
        (f"GET /api/ HTTP/1.1\r\nHost: localhost\r\nX-Long: {'x' * 20_000}", 431, "headers_too_large"),
        ("GET /internal-media/secret.txt HTTP/1.1\r\nHost: localhost", 404, "not_found"),
        ("GET /static/nothing.css HTTP/1.1\r\nHost: localhost", 404, "not_found"),
    ],
)
def test_what_nginx_refuses_is_a_problem_too(door: str, sent: str, status: int, code: str) -> None:
    host, port = urlsplit(door).netloc.split(":")
    with socket.create_connection((host, int(port)), 10) as line:
        line.sendall(f"{sent}\r\nConnection: close\r\n\r\n".encode())
        with http.client.HTTPResponse(line) as answer:
            answer.begin()
            problem = json.loads(answer.read())
            headers = answer.headers
    assert answer.status == problem["status"] == status
    assert problem["code"] == code
    assert problem["detail"]
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["X-Request-ID"] == problem["request_id"]
    assert float(headers["X-Process-Time"]) >= 0


def test_every_answer_says_how_long_it_took(door: str) -> None:
    for path in ("/redirect-inside", "/static/nothing.css", "/api/validate-session/x"):
        _, headers, _ = ask(door, path)
        assert float(headers["x-process-time"]) >= 0
