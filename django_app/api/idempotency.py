"""`Idempotency-Key`: a client that did not hear the answer asks again and gets the first one, for a day."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

DAY = 24 * 3600
LONGEST_RUN = 10 * 60


class KeyReused(APIException):
    status_code = 422
    default_detail = _("This Idempotency-Key was used for a different request.")


class StillRunning(APIException):
    status_code = 409
    default_detail = _("The first request with this Idempotency-Key is still running.")


def idempotent(view: Callable[..., Response]) -> Callable[..., Response]:
    """For a DRF function view or method that creates something. Refusals are not kept: they may be tried again."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Response:
        request = next(arg for arg in args if isinstance(arg, Request))
        key = request.headers.get("Idempotency-Key")
        if not key or request.method != "POST":
            return view(*args, **kwargs)
        name = "idempotency." + digest(request.user.pk, request.path, key)
        body = fingerprint(request)
        if not cache.add(name, {"body": body, "answer": None}, LONGEST_RUN):
            return first_answer(cache.get(name), body)
        try:
            response = view(*args, **kwargs)
        except BaseException:
            cache.delete(name)
            raise
        cache.set(name, {"body": body, "answer": frozen(response)}, DAY)
        return response

    return answer


def frozen(response: Response) -> dict[str, Any]:
    headers = {"Location": response["Location"]} if "Location" in response else {}
    return {
        "data": json.loads(JSONRenderer().render(response.data)),
        "status": response.status_code,
        "headers": headers,
    }


def first_answer(kept: dict[str, Any] | None, body: str) -> Response:
    if kept is not None and kept["body"] != body:
        raise KeyReused
    if kept is None or kept["answer"] is None:
        raise StillRunning
    return Response(**kept["answer"])


def fingerprint(request: Request) -> str:
    """Of what the request says, however it was encoded; multipart boundaries differ between two tries."""
    data = request.data
    if hasattr(data, "lists"):
        return digest(*(part for name, values in sorted(data.lists()) for part in (name, *map(plain, values))))
    return digest(json.dumps(data, sort_keys=True, default=str))


def plain(value: Any) -> str:
    if not isinstance(value, UploadedFile):
        return str(value)
    found = hashlib.sha256()
    for chunk in value.chunks():
        found.update(chunk)
    value.seek(0)
    return f"{value.name} {found.hexdigest()}"


def digest(*parts: Any) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
