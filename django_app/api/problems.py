"""Errors as problem+json (RFC 9457) for programs, as pages for people. `detail` is always a sentence."""

import errno
import json
import math
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
)
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import exceptions

from django_app.config.storage import StorageAwayError
from django_app.imaging.client import ImagingError
from django_app.users import lockout
from telemetry import logs

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    413: "too_many_bytes",
    415: "unsupported_media_type",
    422: "bad_parameter",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}


class Unacceptable(exceptions.APIException):
    """422 with a sentence of its own, and a reason for each thing that is wrong."""

    status_code = 422

    def __init__(self, words: str, reasons: list[dict[str, Any]]) -> None:
        super().__init__(words)
        self.errors = reasons


def problem(
    status: int,
    detail: str,
    code: str | None = None,
    *,
    errors: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
    facts: dict[str, Any] | None = None,
) -> HttpResponse:
    """`facts`: members beside the standard's own (RFC 9457, 3.2)."""
    body: dict[str, Any] = {
        **(facts or {}),
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(detail),
        "code": code or CODES.get(status, "error"),
        "request_id": logs.request_id(),
    }
    if errors is not None:
        body["errors"] = errors
    content = json.dumps(body, ensure_ascii=False, default=str)
    return HttpResponse(content, status=status, content_type="application/problem+json", headers=headers)


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:  # noqa: PLR0911  a table
    """DRF's door: what a view raises, as an answer. What nobody expected stays for Django's 500."""
    match error:
        case ImagingError():
            return of_imaging(error)
        case exceptions.ValidationError():
            return invalid(error.detail)
        case ModelValidationError():
            return invalid(error.message_dict if hasattr(error, "error_dict") else error.messages)
        case RequestDataTooBig() | TooManyFilesSent():
            return too_large(error)
        case OperationalError() | OSError():
            return of_outage(error)
        case Http404() | ObjectDoesNotExist():
            return problem(404, str(error) if isinstance(error, Http404) and error.args else _("Not found."))
        case PermissionDenied():
            return problem(403, str(error) or _("You may not do that."))
        case exceptions.APIException():
            return of_api(error)
    return None


def too_large(error: SuspiciousOperation) -> HttpResponse:
    """What Django itself stops reading."""
    if isinstance(error, TooManyFilesSent):
        most = {"most": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
        return problem(413, _("One request takes at most %(most)d files.") % most, "too_many_files")
    return problem(413, _("The request is larger than what is taken here."))


def of_outage(error: BaseException | None) -> HttpResponse | None:
    later = {"Retry-After": "5"}
    match error:
        case OperationalError():
            return problem(503, _("The database does not answer at the moment."), headers=later)
        case StorageAwayError():
            sentence = _("The images cannot be reached at the moment. Try again in a few seconds.")
            return problem(503, sentence, "storage_away", headers=later)
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return problem(507, _("The file could not be stored: the disk is full."), "storage_full")
    return None


def of_api(error: exceptions.APIException) -> HttpResponse:
    headers = {}
    if error.status_code == 429:
        headers["Retry-After"] = str(int(getattr(error, "wait", None) or 60))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    detail = error.detail.get("detail", error.default_detail) if isinstance(error.detail, dict) else error.detail
    told = {name: getattr(error, name, None) for name in ("errors", "facts")}
    return problem(error.status_code, str(detail), code_of(error), headers=headers, **told)


def code_of(error: exceptions.APIException) -> str | None:
    """The exception's own, if it has one; else that of its status."""
    return getattr(error, "problem_code", None)


def of_imaging(error: ImagingError) -> HttpResponse:
    headers = {"Retry-After": error.retry_after or "5"} if error.status in (429, 503) else {}
    errors = [dict(each) for each in error.errors] if error.status == 422 else None
    return problem(error.status, error.message, error.code, errors=errors, headers=headers)


def invalid(detail: Any) -> HttpResponse:
    errors = [{"loc": loc, "msg": msg} for loc, msg in flat(detail)]
    sentence = "; ".join(": ".join([*map(str, error["loc"][-1:]), str(error["msg"])]) for error in errors)
    return problem(422, sentence or _("The request cannot be used."), errors=errors)


def flat(detail: Any, loc: tuple[Any, ...] = ()) -> Iterator[tuple[list[Any], str]]:
    """DRF's nested messages, each with where it belongs."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            here = loc if name in ("non_field_errors", "__all__") else (*loc, name)
            yield from flat(inner, here)
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            yield from flat(inner, (*loc, number) if isinstance(inner, dict | list) else loc)
    else:
        yield list(loc), str(detail)


FOR_PROGRAMS = ("/api/", "/versions/", "/healthz", "/health", "/readyz", "/ping", "/version", "/.well-known/")


def for_programs(request: HttpRequest) -> bool:
    return request.path.startswith(FOR_PROGRAMS)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if for_programs(request):
        return problem(403, _("The form's protection against forged requests has expired. Reload the page."), "csrf")
    return render(request, "403_csrf.html", status=403)


def locked_out(request: HttpRequest, _response: HttpResponse | None, credentials: Mapping[str, Any]) -> HttpResponse:
    """429 after too many failed log-ins."""
    seconds = lockout.seconds_left(request, credentials)
    minutes = math.ceil(seconds / 60)
    wait = ngettext("Try again in %(minutes)d minute.", "Try again in %(minutes)d minutes.", minutes)
    wait %= {"minutes": minutes}
    if for_programs(request):
        answer = problem(429, _("Too many log-ins failed here.") + " " + wait, "locked_out")
    else:
        answer = render(request, "users/locked.html", {"wait": wait}, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if for_programs(request):
        return problem(400, _("The request cannot be understood."))
    return render(request, "404.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if for_programs(request):
        return problem(403, str(exception) or _("You may not do that."))
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if for_programs(request):
        return problem(404, _("Not found."))
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page is made without the request: reading who asks may be what failed."""
    error = sys.exception()
    status = 503 if isinstance(error, OperationalError | StorageAwayError) else 500
    if for_programs(request):
        unknown = _("Something went wrong on our side. The request ID helps us to find it.")
        return of_outage(error) or problem(status, unknown)
    page = loader.render_to_string("500.html", {"request_id": logs.request_id()})
    return HttpResponse(page, status=status, headers={"Retry-After": "5"} if status == 503 else {})
