"""The files that a task is made of: those of a multipart upload, ZIP archives taken apart, each in bounds."""

import hashlib
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any

import anyio.to_thread
from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from fastapi_app.auth import CurrentClaims
from fastapi_app.errors import MissingFile, ServiceError, TooManyBytes
from fastapi_app.files import PIECE, form
from fastapi_app.services.errors import EngineError, ImageTooLarge, UnusableImage
from fastapi_app.settings import Settings

FIELD = "files"
MOST_FILES = 100  # of a request; an archive holds more
LONGEST_NAME = 255
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, NotImplementedError, RuntimeError)

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Images, PDFs and ZIP archives of them.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}


Refusal = EngineError | ServiceError


@dataclass(frozen=True)
class File:
    """`content`: where it lies, or why it is not taken."""

    name: str
    content: Path | Refusal


@dataclass(frozen=True)
class Intake:
    """`digest` of all names and bytes."""

    files: tuple[File, ...]
    digest: str


async def intake(request: Request, claims: CurrentClaims) -> AsyncIterator[Intake]:
    """FastAPI dependency; the files are gone with the request. Raises MissingFile, TooManyBytes, BadMessage and, for
    an archive that cannot be opened, UnusableImage and ImageTooLarge."""
    folder = Path(tempfile.mkdtemp(dir=request.app.state.workers.folder))
    try:
        async with form(request, most_files=MOST_FILES) as fields:
            uploads = [each for each in fields.getlist(FIELD) if isinstance(each, UploadFile)]
            if not uploads:
                raise MissingFile("Send at least one file as the multipart field 'files'.")
            settings, bodies = request.app.state.settings, request.app.state.bodies
            yield await anyio.to_thread.run_sync(_taken_in, uploads, folder, settings, limiter=bodies)
    finally:
        await anyio.to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))


def _taken_in(uploads: list[UploadFile], folder: Path, settings: Settings) -> Intake:
    """Blocking."""
    files = tuple(file for upload in uploads for file in _files(upload, folder, settings))
    if len(files) > settings.max_frames:
        raise ImageTooLarge(f"There are {len(files)} files; at most {settings.max_frames} are taken at once.")
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0")
        digest.update(_digest(file.content))
    return Intake(files, digest.hexdigest())


def _digest(content: Path | Refusal) -> bytes:
    if not isinstance(content, Path):
        return str(content).encode()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _files(upload: UploadFile, folder: Path, settings: Settings) -> Iterator[File]:
    upload.file.flush()
    path, name = Path(str(upload.file.name)), _plain(upload.filename or "file")
    with path.open("rb") as file:
        if file.read(4) in ZIP:
            yield from _members(file, folder, settings)
        else:
            yield File(name, path)


def _members(file: IO[bytes], folder: Path, settings: Settings) -> Iterator[File]:
    """In the order of their names. All together may have so many bytes as may wait for a worker."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_litter(entry.filename)]
            if len(entries) > settings.max_frames:
                raise ImageTooLarge(f"The archive holds more than {settings.max_frames} files.")
            room = settings.task_bytes
            for entry in sorted(entries, key=lambda each: each.filename):
                content = _unpacked(archive, entry, folder, min(settings.max_upload_bytes, room))
                room -= content.stat().st_size if isinstance(content, Path) else 0
                yield File(_plain(entry.filename), content)
    except BROKEN as error:
        raise UnusableImage("The archive is broken.") from error


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, most: int) -> Path | Refusal:
    """Under a name of ours. What a member claims of its size is not believed."""
    if entry.flag_bits & 0x1:
        return UnusableImage("The file is encrypted.")
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as target:
        try:
            with archive.open(entry) as packed:
                _copy(packed, target, most)
        except BROKEN:
            return UnusableImage("The archive is damaged at this file.")
        except TooManyBytes as error:
            target.truncate(0)
            return error
    return Path(target.name)


def _copy(packed: IO[bytes], target: IO[bytes], most: int) -> None:
    while piece := packed.read(PIECE):
        most -= len(piece)
        if most < 0:
            raise TooManyBytes("The file is larger than one may be, or the archive than all may be.")
        target.write(piece)


def _is_litter(name: str) -> bool:
    """What computers put beside the pictures."""
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")


def _plain(name: str) -> str:
    """As it is shown: no folders of the sender's machine, nothing that cannot be printed."""
    shown = "".join(letter if letter.isprintable() else "_" for letter in name.replace("\\", "/"))
    parts = [part for part in shown.split("/") if part not in ("", ".", "..")]
    return "/".join(parts)[-LONGEST_NAME:] or "file"


CurrentIntake = Annotated[Intake, Depends(intake)]
