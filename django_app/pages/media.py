"""Answers that are files: those that nginx is handed over, after the view has asked whether this person may see them,
and how a browser must treat whatever people made."""

import re
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext as _

from django_app.config import copies
from django_app.config.storage import media

MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".tif": "image/tiff",
    ".bmp": "image/bmp",
    ".jp2": "image/jp2",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".hocr": "application/xhtml+xml",
    ".dzi": "application/xml",
    ".xml": "application/xml",
}
SANDBOX = "sandbox; default-src 'none'"
UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\s]+')


Answer = TypeVar("Answer", bound=HttpResponseBase)


def media_response(request: HttpRequest, key: str, *, etag: str, download_as: str | None = None) -> HttpResponseBase:
    """`key` through X-Accel-Redirect. A version never changes, so `etag` (its id and the kind of file) is enough.

    Raises Http404, StorageAwayError.
    """
    response: HttpResponseBase
    quoted = f'"{etag}"'
    if quoted in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        bring(key)
        ending = PurePosixPath(key).suffix
        response = HttpResponse(content_type=MEDIA_TYPES.get(ending, "application/octet-stream"))
        response["X-Accel-Redirect"] = f"/internal-media/{quote(key)}"
        name = f"{safe_name(download_as)}{ending}" if download_as else f"{etag}{ending}"
        response["Content-Disposition"] = content_disposition_header(download_as is not None, name) or "inline"
    response["ETag"] = quoted
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    patch_vary_headers(response, ["Cookie"])
    return sandboxed(response)


def sandboxed(response: Answer) -> Answer:
    """Shown or saved, never run: no scripts, no origin, and of no other type than it is said to be."""
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response


def bring(key: str) -> None:
    """nginx serves what lies in the media folder."""
    try:
        if not key.startswith(f"{copies.RENDITIONS}/"):
            media.local(key)
    except FileNotFoundError:
        raise Http404(_("The file of this page is missing.")) from None


def safe_name(name: str) -> str:
    """A file name that no system stumbles over."""
    return UNSAFE_IN_NAMES.sub(" ", name).strip(" .")[:150] or "page"
