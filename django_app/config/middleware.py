"""What every request gets: an id that is carried through all services, its time, one log line, and the page policy."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import is_valid_path
from django.utils.functional import SimpleLazyObject

from django_app.config.metrics import metrics
from telemetry import logs, traces

View = Callable[[HttpRequest], HttpResponseBase]

access_log = logging.getLogger("recto.request")
SERVICE = "django"
QUIET = ("/healthz", "/readyz", "/health", "/ping")  # asked by machines, every few seconds


def request_log(get_response: View) -> View:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        about = logs.about(request_id=logs.acceptable_id(request.headers.get("X-Request-ID", "")))
        with about, traces.request(request.method or "", request.headers) as span:
            response = get_response(request)
            span |= {"http.route": route_of(request), "http.response.status_code": response.status_code}
            seconds = time.perf_counter() - started
            response.headers["X-Request-ID"] = logs.request_id()
            response.headers["X-Process-Time"] = f"{seconds:.4f}"
            log_request(request, response, seconds)
        metrics.count_request(SERVICE, request.method or "", route_of(request), response.status_code, seconds)
        return response

    return middleware


def log_request(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    user = getattr(request, "user", None)
    access_log.log(
        logging.DEBUG if request.path in QUIET and response.status_code == 200 else logging.INFO,
        "%s %s %s",
        request.method,
        (path := loggable_path(request)),
        response.status_code,
        extra={
            "method": request.method,
            "path": path,
            "status": response.status_code,
            "seconds": round(seconds, 4),
            "user": user.pk if user is not None and user.is_authenticated else None,
        },
    )


def loggable_path(request: HttpRequest) -> str:
    """The path without the query; a session handle is a credential and stays out of the log."""
    match = request.resolver_match
    return f"/{match.route}" if match and "handle" in match.kwargs else request.path


def route_of(request: HttpRequest) -> str:
    """The pattern of its address."""
    return f"/{request.resolver_match.route}" if request.resolver_match else "none"


def known_user(get_response: View) -> View:
    """What is logged after the view has asked whose request it is tells that. Nobody is asked for a log's sake."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        asked = request.user
        request.user = SimpleLazyObject(lambda: noted(asked))  # type: ignore[assignment]
        return get_response(request)

    return middleware


def noted(user: Any) -> Any:
    logs.note(user=user.pk)
    return user


def with_slash(get_response: View) -> View:
    """An address of the API is the same without its last slash: a redirect would lose the body of a POST."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if (
            path.startswith("/api/")
            and not path.endswith("/")
            and not is_valid_path(path)
            and is_valid_path(f"{path}/")
        ):
            request.path_info, request.path = f"{path}/", f"{request.path}/"
        return get_response(request)

    return middleware


def no_copies(get_response: View) -> View:
    """Answers are for one person: nothing on the way keeps one, and the browser none of what a program asks."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_page = not request.path.startswith("/api/")
        response.headers.setdefault("Cache-Control", "private, no-cache" if is_page else "no-store")
        return response

    return middleware


def content_security_policy(get_response: View) -> View:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        return response

    return middleware
