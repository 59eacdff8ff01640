"""One table from error class to HTTP status, and the answers (problem+json, RFC 9457) that are made from it.

    ServiceError
    ├── Unauthorized        401  no token, or one that does not count
    ├── Forbidden           403  a token or a page for something else
    ├── NotFound            404  the file that a token names is gone
    ├── TooManyBytes        413  upload over the limit
    ├── MissingFile         422  neither an upload nor a token that names a file
    ├── BadMessage          422  a socket message that cannot be understood
    ├── KeyReused           422  an Idempotency-Key that was used for something else
    ├── StillRunning        409  the first request with this Idempotency-Key is not answered yet
    ├── TooManyRequests     429  more in a minute than one person may
    ├── ClientGone          499  nobody is waiting for the answer
    ├── Overloaded          503  the queue is full, or too many sockets
    ├── QueueUnavailable    503  Redis does not answer
    ├── StorageAway         503  the bucket with the file that a token names does not answer
    └── DjangoUnreachable   503  a token cannot be checked now

The engine's own tree stands in `services.errors`.
"""

from collections.abc import Mapping, Sequence
from http.client import responses
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from fastapi_app.services import errors as engine


class ServiceError(Exception):
    """An expected refusal of the service itself; `code` is stable, the message is for people."""

    code = "service_error"

    def __init__(self, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.headers = dict(headers or {})


class Unauthorized(ServiceError):
    code = "unauthorized"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"WWW-Authenticate": 'Bearer realm="recto"'})


class Forbidden(ServiceError):
    code = "forbidden"


class NotFound(ServiceError):
    code = "not_found"


class TooManyBytes(ServiceError):
    code = "too_many_bytes"


class MissingFile(ServiceError):
    code = "missing_file"


class BadMessage(ServiceError):
    code = "bad_message"

    @classmethod
    def because(cls, error: ValidationError) -> "BadMessage":
        """Of JSON that does not fit its model: the first fault and where it is."""
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return cls(f"{where}: {first['msg']}" if where else first["msg"])


class KeyReused(ServiceError):
    code = "key_reused"


class StillRunning(ServiceError):
    code = "still_running"


class TooManyRequests(ServiceError):
    code = "too_many_requests"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "Too many requests came in one minute. Try again in a few seconds.", headers={"Retry-After": str(seconds)}
        )


class ClientGone(ServiceError):
    code = "client_gone"


class Overloaded(ServiceError):
    code = "queue_full"

    def __init__(self, message: str = "Too many runs are waiting. Try again in a few seconds.") -> None:
        super().__init__(message, headers={"Retry-After": "5"})


class QueueUnavailable(ServiceError):
    code = "queue_unavailable"

    def __init__(self, message: str = "Tasks cannot be had at the moment. Try again in a few seconds.") -> None:
        super().__init__(message, headers={"Retry-After": "5"})


class StorageAway(ServiceError):
    code = "storage_away"

    def __init__(self, message: str = "The images cannot be reached now. Try again in a few seconds.") -> None:
        super().__init__(message, headers={"Retry-After": "5"})


class DjangoUnreachable(ServiceError):
    code = "auth_unavailable"

    def __init__(self, message: str = "Tokens cannot be checked at the moment. Try again in a few seconds.") -> None:
        super().__init__(message, headers={"Retry-After": "5"})


STATUS: dict[type[Exception], int] = {
    engine.EngineError: 500,
    engine.NotAnImage: 415,
    engine.ImageTooLarge: 413,
    engine.UnusableImage: 422,
    engine.BadParameter: 422,
    engine.BadRecipe: 422,
    engine.NoText: 422,
    engine.NotAnInvoice: 422,
    engine.UnknownLanguage: 422,
    engine.TimedOut: 422,
    engine.EngineUnavailable: 503,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    TooManyBytes: 413,
    MissingFile: 422,
    BadMessage: 422,
    KeyReused: 422,
    StillRunning: 409,
    TooManyRequests: 429,
    ClientGone: 499,
    Overloaded: 503,
    QueueUnavailable: 503,
    StorageAway: 503,
    DjangoUnreachable: 503,
}

CODES = {400: "bad_request", 401: "unauthorized", 404: "not_found", 405: "method_not_allowed", 422: "bad_parameter"}


def problem(
    request_id: str,
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The one shape in which this service refuses."""
    title = responses.get(status, "Client Closed Request")
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    body["request_id"] = request_id
    if errors is not None:
        body["errors"] = list(errors)
    return JSONResponse(body, status, headers=dict(headers or {}), media_type="application/problem+json")


def internal_error(request_id: str) -> JSONResponse:
    """What is said when something failed that nobody foresaw: nothing about the inside."""
    detail = "Something went wrong on our side. The request ID helps us to find it."
    return problem(request_id, 500, "internal_error", detail)


def install(app: FastAPI) -> None:
    """Make every expected error of this application a problem+json answer."""
    app.add_exception_handler(ServiceError, _refused)
    app.add_exception_handler(engine.EngineError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    status = STATUS[type(error)]
    errors = engine_errors(error) if status == 422 else None
    headers = getattr(error, "headers", None) or ({"Retry-After": "30"} if status == 503 else None)
    return problem(_request_id(request), status, error.code, str(error), errors=errors, headers=headers)  # type: ignore[attr-defined]


def engine_errors(error: Exception) -> list[Mapping[str, Any]]:
    """Where in the input the trouble is, as far as the engine said so."""
    facts = getattr(error, "facts", {})
    found = facts.get("errors")
    return list(found) if found else [{"loc": list(facts.get("loc", ())), "msg": str(error)}]


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [{"loc": list(each["loc"]), "msg": each["msg"]} for each in error.errors()]
    detail = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in errors) or "A parameter cannot be used."
    return problem(_request_id(request), 422, "bad_parameter", detail, errors=errors)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = CODES.get(error.status_code, "http_error")
    return problem(_request_id(request), error.status_code, code, str(error.detail), headers=error.headers)


def _request_id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))
