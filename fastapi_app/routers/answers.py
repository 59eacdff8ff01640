"""Runs whose result is a file: the request waits in line, the answer carries the bytes. And what all routers share."""

import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response

from fastapi_app.children import Event
from fastapi_app.presence import while_connected
from fastapi_app.workers import Workers

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/problem+json": {}}}
    for status, text in {
        400: "The body cannot be parsed",
        401: "No token, or one that does not count",
        404: "The file that the token names is gone",
        413: "Too many bytes or pixels",
        415: "Not an image",
        422: "The image or a parameter cannot be used",
        429: "More requests in a minute than one person may; see Retry-After",
        503: "The queue is full; see Retry-After",
    }.items()
}

# Shown or saved, never run, and of no other type than it is said to be.
UNTRUSTED = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}

FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "description": "The image. Without it, the page that the token names.",
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
            }
        },
    }
}


async def run(request: Request, work: str, **arguments: Any) -> Event:
    """The last event of a work, as long as the client waits for it."""
    workers: Workers = request.app.state.workers
    events = await while_connected(request, workers.collect(request.state.user, work, **arguments))
    return events[-1]


def file_answer(event: Event, filename: str = "", headers: dict[str, str] | None = None) -> Response:
    """The bytes of an event under its media type; `filename` is only a suggestion for saving."""
    headers = dict(headers or {}) | UNTRUSTED
    if filename:
        headers["Content-Disposition"] = disposition(filename)
    return Response(event.data, media_type=event.facts["media_type"], headers=headers)


def renamed(filename: str, extension: str) -> str:
    """page.jpg → page.png, without folders and without what could break a header or a shell."""
    stem = re.sub(r"[^\w.\- ]", "_", PurePosixPath(filename.replace("\\", "/")).stem)
    return f"{stem.strip(' .')[:100] or 'page'}.{extension}"


def disposition(filename: str) -> str:
    """RFC 6266: an ASCII name for all, the real one for those who can."""
    plain = re.sub(r"[^A-Za-z0-9._\- ]", "_", filename)
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
