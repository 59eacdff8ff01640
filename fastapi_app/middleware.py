"""Around every request: its id, its time, one line in the log, and an answer even when nobody foresaw the error."""

import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fastapi_app.errors import internal_error, problem
from telemetry import logs, metrics, traces

log = logging.getLogger("recto.requests")

SERVICE = "fastapi"
QUIET = ("/healthz", "/readyz", "/ping", "/health", "/metrics")  # asked by machines, every few seconds
EXPOSED_HEADERS = ("X-Skew-Angle", "X-Matrix", "X-Recipe", "Server-Timing", "X-Process-Time", "X-Request-ID")
ALLOWED_HEADERS = ("Authorization", "Content-Type", "X-Request-ID", "Idempotency-Key")


class Observed:
    """X-Request-ID and X-Process-Time on every answer, none kept by a cache, and a line per request (per socket, when
    it closes)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = logs.acceptable_id(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {})["request_id"] = request_id
        status = 101

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("Cache-Control", "no-store")  # every answer is for one person
                headers["X-Process-Time"] = f"{time.perf_counter() - started:.4f}"
            elif message["type"] == "websocket.close":
                status = message.get("code", 1000)
            await send(message)

        with (
            logs.about(request_id=request_id),
            traces.request(scope.get("method", "WEBSOCKET"), Headers(scope=scope)) as span,
        ):
            try:
                await self._app(scope, receive, stamped)
            finally:
                span |= {"http.route": _route(scope), "http.response.status_code": status}
                _report(scope, status, time.perf_counter() - started)


def _report(scope: Scope, status: int, seconds: float) -> None:
    facts = {
        "method": scope.get("method", "WEBSOCKET"),
        "path": scope["path"],
        "status": status,
        "seconds": round(seconds, 4),
        "user": scope["state"].get("user"),
    }
    level = logging.DEBUG if scope["path"] in QUIET else logging.INFO
    log.log(level, f"{facts['method']} {facts['path']} {status}", extra=facts)
    took = None if scope["type"] == "websocket" else seconds
    metrics.count_request(SERVICE, facts["method"], _route(scope), status, took)


def _route(scope: Scope) -> str:
    """The pattern of its address."""
    return str(getattr(scope.get("route"), "path", "none"))


class Origins(CORSMiddleware):
    """CORS whose refusals are problems, too."""

    def preflight_response(self, request_headers: Headers) -> Response:
        answer = super().preflight_response(request_headers)
        return answer if answer.status_code == 200 else RefusedPreflight(answer)


class RefusedPreflight(Response):
    """Says why to whoever looks; the browser only sees that the permission is missing."""

    def __init__(self, refusal: Response) -> None:
        super().__init__()
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = {name: value for name, value in self._refusal.headers.items() if not name.startswith("content-")}
        detail = f"{bytes(self._refusal.body).decode()}."
        await problem(scope["state"]["request_id"], 400, "bad_origin", detail, headers=kept)(scope, receive, send)


class LastResort:
    """The default 500, and one of the two broad excepts of the project."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            request_id = scope["state"]["request_id"]
            log.exception("unforeseen error")
            if begun:
                raise
            await internal_error(request_id)(scope, receive, send)
