"""What is sent to Sentry and to a collector of traces: received by a real server on this machine."""

import gzip
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from django_app.imaging.client import ImagingClient
from fastapi_app import measures
from fastapi_app.services.errors import NotAnImage
from telemetry import sentry, traces

TRACE = "0af7651916cd43dd8448eb211c80319c"
SECRET = "a letter of alice"
seen: dict[str, Any] = {}


def breaks(request: HttpRequest, number: int) -> HttpResponse:
    private = request.GET["q"]
    raise RuntimeError(f"page {number} of {len(private)}")


def asks_the_engine(request: HttpRequest) -> HttpResponse:
    seen["headers"] = ImagingClient(request.user).headers(None)  # type: ignore[arg-type]
    with pytest.raises(NotAnImage), measures.measured("process"):
        raise NotAnImage("no")
    return HttpResponse()


urlpatterns = [
    path("breaks/<int:number>/", breaks),
    path("asks/", asks_the_engine),
    path("", include("django_app.config.urls")),
]
handler500 = "django_app.api.problems.server_error"


class Receiver:
    """The bodies of what was posted, unpacked, by address."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes]] = []

    def take(self, address: str, body: bytes, encoding: str | None) -> None:
        self.got.append((address, gzip.decompress(body) if encoding == "gzip" else body))


@contextmanager
def listening() -> Iterator[tuple[str, Receiver]]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            receiver.take(self.path, self.rfile.read(length), self.headers["Content-Encoding"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def receiver() -> Iterator[tuple[str, Receiver]]:
    with listening() as found:
        yield found


@pytest.fixture
def sent(receiver: tuple[str, Receiver]) -> Iterator[Receiver]:
    """Sentry, told of everything that is logged as an error."""
    import sentry_sdk

    sentry.start(f"http://key@{receiver[0]}/1", "django", "1.2.3")
    yield receiver[1]
    sentry_sdk.init(default_integrations=False)  # the default ones would look into every request from now on


@pytest.fixture
def traced(receiver: tuple[str, Receiver], monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv(traces.ENDPOINT, f"http://{receiver[0]}")
    traces.start("django", "1.2.3")
    yield receiver[1]
    traces.stop()


@pytest.mark.urls(__name__)
def test_an_error_in_a_view_arrives(sent: Receiver, alice: Any, capfd: pytest.CaptureFixture[str]) -> None:
    import sentry_sdk

    client = Client(raise_request_exception=False)
    client.force_login(alice)
    answer = client.get("/breaks/7/", {"q": SECRET}, headers={"X-Request-ID": "reported.1", "Cookie": "a=b"})
    sentry_sdk.flush(30)
    assert answer.status_code == 500
    assert "letter" not in capfd.readouterr().err
    [(address, body)] = sent.got
    event = json.loads(body.splitlines()[2])
    assert address == "/api/1/envelope/"
    assert event["tags"]["request_id"] == "reported.1"
    assert event["tags"]["service"] == "django"
    assert event["release"] == "recto@1.2.3"
    assert event["exception"]["values"][-1]["value"] == f"page 7 of {len(SECRET)}"
    assert not {"request", "user", "breadcrumbs", "extra"} & event.keys()
    for private in (SECRET, "letter", "alice", "/breaks/7", "vars", client.cookies["sessionid"].value):
        assert private not in body.decode(), private


@pytest.mark.urls(__name__)
def test_a_trace_arrives(traced: Receiver, as_alice: Client) -> None:
    headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "X-Request-ID": "traced.1"}
    as_alice.get("/asks/", {"q": SECRET}, headers=headers)
    traces.stop()
    [(address, body)] = traced.got
    [resource] = ExportTraceServiceRequest.FromString(body).resource_spans
    spans = {span.name: span for scope in resource.scope_spans for span in scope.spans}
    facts = {fact.key: fact.value for fact in spans["GET /asks/"].attributes}
    assert address == "/v1/traces"
    assert facts["recto.request_id"].string_value == "traced.1"
    assert facts["http.response.status_code"].int_value == 200
    assert {span.trace_id.hex() for span in spans.values()} == {TRACE}
    assert spans["work process"].parent_span_id == spans["GET /asks/"].span_id
    assert seen["headers"]["traceparent"].startswith(f"00-{TRACE}-{spans['GET /asks/'].span_id.hex()}")
    assert SECRET.encode() not in body


def test_without_a_collector_nothing_is_carried_on(rf: Any) -> None:
    traces.start("django", "1")
    with traces.request("GET", {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}), traces.piece("work"):
        assert traces.headers() == {}


@pytest.mark.parametrize(("package", "word"), [("sentry_sdk", "sentry-sdk"), ("opentelemetry.sdk", "opentelemetry")])
def test_without_the_extra_a_sentence(
    package: str, word: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (package, *(name for name in sys.modules if name.startswith(f"{package}."))):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setenv(traces.ENDPOINT, "http://127.0.0.1:9")
    caplog.set_level("WARNING", "recto")  # the engine of an earlier test in this process logs only errors
    if word == "sentry-sdk":
        sentry.start("http://key@127.0.0.1:9/1", "django", "1")
    else:
        traces.start("django", "1")
    [record] = caplog.records
    assert word in record.getMessage()
    assert "is not installed" in record.getMessage()
