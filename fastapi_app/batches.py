"""Images as JSON, `{"image_data": BASE64 | [BASE64, …], "languages"?}`: bounded, then a file each."""

import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import anyio.to_thread
from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fastapi_app.auth import CurrentClaims
from fastapi_app.errors import BadMessage, ServiceError
from fastapi_app.files import Source, limited, spool_now
from fastapi_app.services.errors import BadParameter, ImageTooLarge
from fastapi_app.settings import Settings

ENVELOPE = 64 * 1024  # bytes of JSON around the images
LONGEST_LANGUAGES = 200


class Images(BaseModel):
    """One image or several, base64 with or without a `data:` prefix."""

    model_config = ConfigDict(frozen=True)

    image_data: str | list[str] = Field(description="An image in base64, or a list of them")
    languages: str | list[str] = Field("eng", description="Codes, such as eng+heb or ['eng', 'heb']")


BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": Images.model_json_schema()}}}
}


@dataclass(frozen=True)
class Batch:
    """`images`: a file, or what is wrong with that one. `many` if they came as a list, `digest` of everything sent."""

    images: tuple[Source | ServiceError, ...]
    many: bool
    languages: str
    digest: str


async def batch(request: Request, claims: CurrentClaims) -> AsyncIterator[Batch]:
    """FastAPI dependency; the files are gone with the request. Raises TooManyBytes, BadMessage, BadParameter."""
    settings: Settings = request.app.state.settings
    folder = Path(tempfile.mkdtemp(dir=request.app.state.workers.folder))
    try:
        body = folder / "body"
        await _receive(request, body, settings.max_upload_bytes * 4 // 3)
        yield await anyio.to_thread.run_sync(_taken_apart, body, settings, limiter=request.app.state.bodies)
    finally:
        await anyio.to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))


async def _receive(request: Request, body: Path, limit: int) -> None:
    """The body on disk; nothing of it is kept in memory."""
    async with await anyio.open_file(body, "wb") as file, aclosing(limited(request, limit, ENVELOPE)) as chunks:
        async for chunk in chunks:
            await file.write(chunk)


def _taken_apart(body: Path, settings: Settings) -> Batch:
    """Blocking; the limiter before it bounds how many bodies are in memory."""
    sent = _parse(body.read_bytes())
    many = isinstance(sent.image_data, list)
    texts = list(sent.image_data) if many else [str(sent.image_data)]
    if not texts:
        raise BadParameter("Send at least one image.", loc=("body", "image_data"))
    if len(texts) > settings.max_read_pages:
        most = settings.max_read_pages
        raise ImageTooLarge(f"There are {len(texts)} images; at most {most} are read at once.", limit=most)
    images = tuple(_spooled(text, body.parent, settings) for text in texts)
    languages = sent.languages if isinstance(sent.languages, str) else "+".join(sent.languages)
    if len(languages) > LONGEST_LANGUAGES:
        raise BadParameter("These are too many languages.", loc=("body", "languages"))
    keys = [image.key if isinstance(image, Source) else image.code for image in images]
    digest = hashlib.sha256("\0".join([languages, str(many), *keys]).encode()).hexdigest()
    return Batch(images, many, languages, digest)


def _parse(body: bytes) -> Images:
    try:
        return Images.model_validate_json(body)
    except ValidationError as error:
        raise BadMessage.because(error) from error


def _spooled(text: str, folder: Path, settings: Settings) -> Source | ServiceError:
    try:
        return spool_now(text, folder, settings.max_upload_bytes)
    except ServiceError as error:
        return error


CurrentBatch = Annotated[Batch, Depends(batch)]
