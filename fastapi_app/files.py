"""Where the bytes of a request lie: an upload spooled under a byte limit, or the stored file that the token names.

Only paths travel onward; the child process opens them.
"""

import base64
import binascii
import hashlib
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import anyio.to_thread
from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from fastapi_app.auth import Claims, CurrentClaims
from fastapi_app.copies import Copies
from fastapi_app.errors import BadMessage, ClientGone, MissingFile, NotFound, TooManyBytes
from fastapi_app.settings import Settings

FIELDS = ("file", "image")  # the second is what the founding documents' pages send
PIECE = 1024 * 1024  # bytes of a body that are parsed and written at a time
FORM_OVERHEAD = 64 * 1024  # boundaries, part headers and small fields around the file


@dataclass(frozen=True)
class Source:
    """One image to work on: `frame` is the page of a PDF or TIFF, `key` changes when the bytes do."""

    path: Path
    frame: int = 0
    key: str = ""
    filename: str = "page"
    is_stored: bool = False

    def arguments(self) -> dict[str, Any]:
        """As the child wants it."""
        return {"path": str(self.path), "frame": self.frame, "key": f"{self.key}#{self.frame}"}


async def stored(claims: Claims, settings: Settings, copies: Copies) -> Source:
    """The file that the token names: in the media folder, else a copy from where the token says.

    Raises MissingFile without a claim, NotFound when it is gone or outside, and what `Copies.of` raises.
    """
    if claims.file is None:
        raise MissingFile("Send an image as the multipart field 'file', or a token that names a page.")
    root = settings.media_root.resolve()
    path = _inside(root, claims.file)
    if path is not None and claims.url is not None and not path.is_file():
        path = await copies.of(claims.file, claims.url)
    if path is None or not path.is_file():
        raise NotFound("The file that the token names is not there.")
    stat = path.stat()
    key = f"{claims.file}:{stat.st_mtime_ns}:{stat.st_size}"
    return Source(path, claims.frame, key, Path(claims.file).name, is_stored=True)


def _inside(root: Path, key: str) -> Path | None:
    """A media key as a path, or None when it leads out of the media folder (also by a link)."""
    if not key or "\0" in key or key.startswith("/") or ".." in Path(key).parts:
        return None
    path = (root / key).resolve()
    return path if path.is_relative_to(root) else None


class Spooled(UploadFile):
    """Read by its path, so that the parser need not go to its beginning, which would be another turn in a thread."""

    async def seek(self, offset: int) -> None:
        pass


class SpoolParser(MultiPartParser):
    """Multipart straight into one named file each, so that nothing is written twice."""

    folder: Path

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        part = self._current_part
        if part.file is None:
            return
        self._files_to_close_on_error.pop().close()  # the parser's own, in memory at first
        spool = tempfile.NamedTemporaryFile(dir=self.folder)  # noqa: SIM115  closed with the request
        self._files_to_close_on_error.append(spool)  # type: ignore[arg-type]
        part.file = Spooled(spool, size=0, filename=part.file.filename, headers=part.file.headers)  # type: ignore[arg-type]


async def limited(request: Request, limit: int, envelope: int) -> AsyncGenerator[bytes, None]:
    """The body in large pieces, since each is written in a thread; `envelope` bytes around the images do not count.

    TooManyBytes as soon as it is too long or says that it will be, ClientGone when it breaks off."""
    if int(request.headers.get("content-length", "0") or 0) > limit + envelope:
        raise too_many_bytes(limit)
    received, waiting = 0, bytearray()
    try:
        async for chunk in request.stream():
            received += len(chunk)
            if received > limit + envelope:
                raise too_many_bytes(limit)
            waiting += chunk
            if len(waiting) >= PIECE:
                yield bytes(waiting)
                waiting.clear()
    except ClientDisconnect as error:
        raise ClientGone("The client went away.") from error
    if waiting:
        yield bytes(waiting)


def too_many_bytes(limit: int) -> TooManyBytes:
    return TooManyBytes(f"The upload is larger than the limit of {limit / 2**20:.4g} MiB.")


@asynccontextmanager
async def form(request: Request, *, most_files: int = 1) -> AsyncIterator[FormData]:
    """The multipart fields; their files live as long as this context."""
    settings: Settings = request.app.state.settings
    async with aclosing(limited(request, settings.max_upload_bytes, FORM_OVERHEAD)) as stream:
        parser = SpoolParser(request.headers, stream, max_files=most_files, max_fields=20)
        parser.folder = request.app.state.workers.folder
        try:
            fields = await parser.parse()
        except MultiPartException as error:
            raise BadMessage(f"The multipart body cannot be read: {error.message}") from error
    try:
        yield fields
    finally:
        await fields.close()


async def source(request: Request, claims: CurrentClaims) -> AsyncIterator[Source]:
    """FastAPI dependency: the uploaded image, else the one that the token names, else MissingFile."""
    settings: Settings = request.app.state.settings
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        yield await stored(claims, settings, request.app.state.copies)
        return
    async with form(request) as fields:
        upload = next((fields[name] for name in FIELDS if isinstance(fields.get(name), UploadFile)), None)
        if not isinstance(upload, UploadFile):
            yield await stored(claims, settings, request.app.state.copies)
            return
        if (upload.size or 0) > settings.max_upload_bytes:
            raise too_many_bytes(settings.max_upload_bytes)
        upload.file.flush()  # of a few bytes: what is larger than a buffer is written past it
        yield Source(Path(upload.file.name), filename=upload.filename or "page")


async def spool(data: bytes | str, folder: Path, limit: int) -> Source:
    """The image of a socket message (bytes, or base64 with or without a data: prefix) as a file.

    Raises BadMessage for bad base64, TooManyBytes over the limit. The caller unlinks the file.
    """
    return await anyio.to_thread.run_sync(spool_now, data, folder, limit)


def spool_now(data: bytes | str, folder: Path, limit: int) -> Source:
    """The same, blocking."""
    if isinstance(data, str):
        data = _from_base64(data)
    if len(data) > limit:
        raise too_many_bytes(limit)
    descriptor, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    return Source(Path(name), key=hashlib.blake2b(data, digest_size=16).hexdigest())


def _from_base64(text: str) -> bytes:
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadMessage("The image is not valid base64.") from error


CurrentSource = Annotated[Source, Depends(source)]
