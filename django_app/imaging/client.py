"""The only Python in Django that knows FastAPI's addresses.

A stored page travels as a token that names its file; uploaded bytes travel as multipart, under a token or, with
RECTO_PROXY_CREDENTIAL=session, under a one-minute session handle (a handle cannot name a file).
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from tarfile import TarError
from typing import IO, Any, Protocol, TypeAlias, cast

import requests
from django.conf import settings
from django.core.cache import cache as shared_cache
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from django_app.users import tokens
from django_app.users.models import User
from telemetry import logs, traces

CONNECT_SECONDS = 3.0
INFO_CACHE_SECONDS = 60
# Calls that this process waits for at the same time: the other threads stay free for pages, however busy the engine is.
SEATS = 10
# Seconds to wait for an answer. The engine stops a run by itself earlier; these are for an engine that is stuck.
READ_SECONDS = {
    "info": 5,
    "inspect": 60,
    "thumbnail": 60,
    "tiles": 180,
    "auto-process": 180,
    "text": 300,
    "written": 60,
}
KEPT_HEADERS = ("X-Skew-Angle", "X-Matrix", "X-Recipe", "Server-Timing")


class ImagingError(Exception):
    """The engine refused or is not there. `status` is what Django's own answer should carry."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 503,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        retry_after: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.errors = list(errors)
        self.retry_after = retry_after


class Stored(Protocol):
    """A file under the media root: a PageVersion is one."""

    @property
    def key(self) -> str: ...
    @property
    def frame(self) -> int: ...


@dataclass(frozen=True)
class StoredFile:
    key: str
    frame: int = 0


Source: TypeAlias = Stored | UploadedFile  # type: ignore[type-arg]


@dataclass(frozen=True)
class Frame:
    """One page of a file; pixels and dots per inch."""

    width: int
    height: int
    dpi: float | None


@dataclass(frozen=True)
class ImageFile:
    format: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True)
class Processed:
    """An image as the engine sent it, with its X-Skew-Angle, X-Matrix, X-Recipe and Server-Timing."""

    content: bytes
    media_type: str
    headers: Mapping[str, str]


seats = threading.BoundedSemaphore(SEATS)


@contextmanager
def seat(verb: str) -> Iterator[None]:
    """For as long as a call waits for the engine; what it says of itself is said at once."""
    if verb == "info":
        yield
        return
    if not seats.acquire(blocking=False):
        raise ImagingError("queue_full", _("Too many requests wait for the image service. Try again in a few seconds."))
    try:
        yield
    finally:
        seats.release()


@cache
def default_session() -> requests.Session:
    """Nothing is tried twice, since a page that is too much once is too much again; so no connection is kept either,
    which the engine may close just as we write to it."""
    session = requests.Session()
    session.headers["Connection"] = "close"
    session.trust_env = False  # the engine is a neighbour: no proxy stands between
    adapter = HTTPAdapter(pool_maxsize=32, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def languages_of(info: Mapping[str, Any] | None) -> list[str]:
    """What the engine reads, by Tesseract's codes; none while it is away."""
    return list((info or {}).get("languages", []))


class ImagingClient:
    """The engine as `user` may use it. Every method raises ImagingError and nothing else."""

    def __init__(self, user: User, *, session: requests.Session | None = None, base_url: str | None = None) -> None:
        self.user = user
        self.session = session or default_session()
        self.base_url = base_url or settings.FASTAPI_URL

    def info(self) -> dict[str, Any]:
        """Operations, ranges, presets, installed languages; at most a minute old."""
        found: dict[str, Any] | None = shared_cache.get("imaging.info")
        if found is None:
            found = dict(self.ask("GET", "info", "/api/images/info").json())
            shared_cache.set("imaging.info", found, INFO_CACHE_SECONDS)
        return found

    def info_or_none(self) -> dict[str, Any] | None:
        """For pages that open without the engine too, and say what does not work meanwhile."""
        try:
            return self.info()
        except ImagingError:
            return None

    def auto_process(self, source: Source, parameters: Mapping[str, str] | None = None) -> Processed:
        """`parameters` as in the contract: recipe (JSON), output_format, return_json, steps and their settings."""
        answer = self.ask("POST", "auto-process", "/api/images/auto-process", source, parameters)
        kept = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
        return Processed(answer.content, answer.headers.get("Content-Type", "image/png"), kept)

    def inspect(self, source: Source) -> ImageFile:
        answer = self.ask("POST", "inspect", "/api/renditions/inspect", source).json()
        frames = tuple(Frame(frame["width"], frame["height"], frame.get("dpi")) for frame in answer["frames"])
        return ImageFile(answer["format"], frames)

    def thumbnail(self, source: Source, longest: int) -> bytes:
        """JPEG, its longer side at most `longest` pixels."""
        answer = self.ask("POST", "thumbnail", "/api/renditions/thumbnail", source, {"longest": str(longest)})
        return answer.content

    @contextmanager
    def tiles(self, source: Source) -> Iterator[IO[bytes]]:
        """A tar stream of the Deep Zoom pyramid: page.dzi and page_files/<level>/<x>_<y>.jpg."""
        answer = self.ask("POST", "tiles", "/api/renditions/tiles", source, stream=True)
        try:
            with answer:
                yield cast(IO[bytes], answer.raw)
        except (HTTPError, TarError) as error:
            raise ImagingError("engine_unavailable", _("The image service broke off while it answered.")) from error

    def text(self, source: Source, languages: Sequence[str]) -> dict[str, Any]:
        """The engine's reading: {"text", "pages": [layout], …}, boxes in pixels of the image sent."""
        parameters = {"languages": "+".join(languages), "format": "json"}
        return dict(self.ask("POST", "text", "/api/ocr", source, parameters).json())

    def written(self, source: Stored, layout: Mapping[str, Any], format: str, name: str) -> Processed:
        """A page's text as a file: `source` is the original that the layout's boxes are on, `name` its file name."""
        parameters = {"format": format, "filename": name[:300]}
        answer = self.ask("POST", "written", "/api/renditions/text", source, parameters, json=layout)
        return Processed(answer.content, answer.headers.get("Content-Type", "application/octet-stream"), {})

    def ask(
        self,
        method: str,
        verb: str,
        path: str,
        source: Source | None = None,
        parameters: Mapping[str, str] | None = None,
        *,
        json: Mapping[str, Any] | None = None,
        stream: bool = False,
    ) -> requests.Response:
        files = {"file": (source.name or "page", source)} if isinstance(source, UploadedFile) else None
        try:
            with seat(verb):
                answer = self.session.request(
                    method,
                    self.base_url + path,
                    params=parameters,
                    files=files,
                    json=json,
                    headers=self.headers(source),
                    timeout=(CONNECT_SECONDS, READ_SECONDS[verb]),
                    allow_redirects=False,
                    stream=stream,
                )
        except requests.Timeout as error:
            raise ImagingError("timed_out", _("The image service did not answer in time."), 503) from error
        except requests.RequestException as error:
            raise ImagingError("engine_unavailable", _("The image service is not running at the moment.")) from error
        if answer.status_code != 200:
            raise refusal(answer)
        return answer

    def headers(self, source: Source | None) -> dict[str, str]:
        headers = traces.headers() | ({"X-Request-ID": logs.request_id()} if logs.request_id() else {})
        if source is not None and not isinstance(source, UploadedFile):
            token = tokens.access_for(self.user, key=source.key, frame=source.frame)
            return headers | {"Authorization": f"Bearer {token}"}
        if settings.PROXY_CREDENTIAL == "session":
            return headers | {"X-Session-Token": tokens.session_handle(self.user)}
        return headers | {"Authorization": f"Bearer {tokens.access_for(self.user)}"}


def refusal(answer: requests.Response) -> ImagingError:
    """The engine's problem as our error. What it holds against Django itself is not the user's fault: 503."""
    with answer:
        try:
            problem = answer.json()
            code, detail = str(problem["code"]), str(problem["detail"])
        except (json.JSONDecodeError, requests.RequestException, KeyError, TypeError):
            return ImagingError("engine_unavailable", _("The image service gave an answer that cannot be used."), 502)
    if answer.status_code in (401, 403):
        return ImagingError("engine_unavailable", _("The image service does not accept this server's credentials."))
    status = answer.status_code if answer.status_code < 500 else max(answer.status_code, 502)
    retry_after = answer.headers.get("Retry-After")
    return ImagingError(code, detail, status, errors=problem.get("errors") or (), retry_after=retry_after)
