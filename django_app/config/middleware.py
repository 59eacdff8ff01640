"""What every request gets: an id that is carried through all services, its time, one log line, and the page policy."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import is_valid_path

View = Callable[[HttpRequest], HttpResponseBase]

request_id: ContextVar[str] = ContextVar("request_id", default="")
access_log = logging.getLogger("recto.request")
ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIdFilter(logging.Filter):
    """Puts the id of the current request, or an empty string, on every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


def request_log(get_response: View) -> View:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if ACCEPTABLE_ID.fullmatch(given) else uuid.uuid4().hex)
        started = time.perf_counter()
        try:
            response = get_response(request)
            seconds = time.perf_counter() - started
            response.headers["X-Request-ID"] = request_id.get()
            response.headers["X-Process-Time"] = f"{seconds:.4f}"
            log_request(request, response, seconds)
        finally:
            request_id.reset(token)
        return response

    return middleware


def log_request(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    user = getattr(request, "user", None)
    access_log.info(
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
