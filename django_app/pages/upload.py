"""An uploaded file becomes pages. The bytes are stored first, then the engine looks at them, then rows are written:
whoever dies in between leaves at most a file that no row names."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from django_app.config.storage import media, remove
from django_app.documents.models import Document
from django_app.imaging.client import ImageFile, ImagingClient, ImagingError, StoredFile
from django_app.pages import versions
from django_app.pages.models import Page
from django_app.users.models import User

EXTENSIONS = {"jpeg": "jpg", "tiff": "tif"}
NAME_LENGTH = 200


def add_pages(document: Document, upload: "UploadedFile[bytes]", by: User) -> list[Page]:
    """A page for every frame of the file. Raises ImagingError with the engine's reason if it is refused."""
    with stored(upload, by) as (key, image):
        return write_rows(document, key, image, by, page_name(upload.name))


def check_size(upload: "UploadedFile[bytes]") -> None:
    if (upload.size or 0) > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        raise ImagingError("too_many_bytes", _("The file is larger than %(limit)s MiB.") % {"limit": limit}, 413)


@contextmanager
def stored(upload: "UploadedFile[bytes]", by: User) -> Iterator[tuple[str, ImageFile]]:
    """The file's key, and what the engine says it is; gone again if the block fails.

    Raises ImagingError, StorageAwayError.
    """
    check_size(upload)
    key = f"originals/{uuid.uuid4().hex}"
    try:
        media.save(key, upload)
        image = ImagingClient(by).inspect(StoredFile(key))
        key = with_extension(key, image.format)
        yield key, image
    except BaseException:
        remove(key)
        raise


def with_extension(key: str, form: str) -> str:
    """The stored file under the ending of what it is, not of what it was called."""
    named = f"{key}.{EXTENSIONS.get(form, form)}"
    media.rename(key, named)
    return named


@transaction.atomic
def write_rows(document: Document, key: str, image: ImageFile, by: User, name: str) -> list[Page]:
    return [
        versions.add_original(
            document,
            key=key,
            format=image.format,
            frame=number,
            width=frame.width,
            height=frame.height,
            dpi=frame.dpi,
            by=by,
            name=label,
        )
        for number, (frame, label) in enumerate(zip(image.frames, frame_names(name, len(image.frames)), strict=True))
    ]


def frame_names(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name} {number + 1}" for number in range(count)]


def page_name(filename: str | None) -> str:
    """The name that people gave the file, without folders, ending and control characters."""
    stem = Path(PurePosixPath((filename or "").replace("\\", "/")).name).stem
    return "".join(letter for letter in stem if letter.isprintable())[:NAME_LENGTH].strip() or _("Page")
