"""A file is uploaded to a document: a few pages at once, many behind the page."""

from __future__ import annotations

import uuid
from dataclasses import asdict

from django.core.files.uploadedfile import UploadedFile

from django_app.config.storage import media, remove
from django_app.documents import archive
from django_app.documents.models import Document
from django_app.imaging.client import ImageFile
from django_app.jobs.models import Job
from django_app.pages.models import Page
from django_app.pages.upload import check_size, frame_names, page_name, stored, write_rows
from django_app.users.models import User

AT_ONCE = 20  # pages of a PDF or TIFF; more take longer than somebody likes to wait


def take_in(document: Document, upload: UploadedFile[bytes], by: User) -> Job | list[Page]:
    """The new pages, or the job that makes them. Raises ImagingError, ArchiveRefused."""
    if archive.is_archive(upload):
        return unpack(document, upload, by)
    with stored(upload, by) as (key, image):
        if len(image.frames) <= AT_ONCE:
            return write_rows(document, key, image, by, page_name(upload.name))
        names = frame_names(page_name(upload.name), len(image.frames))
        return begin(document, by, names, {"file": key, **facts(image)})


def unpack(document: Document, upload: UploadedFile[bytes], by: User) -> Job:
    check_size(upload)
    names = archive.members(upload)
    key = media.save(f"imports/{uuid.uuid4().hex}.zip", upload)
    try:
        return begin(document, by, names, {"file": key})
    except BaseException:
        remove(key)
        raise


def facts(image: ImageFile) -> dict[str, object]:
    return {"format": image.format, "frames": [asdict(frame) for frame in image.frames]}


def begin(document: Document, by: User, names: list[str], params: dict[str, object]) -> Job:
    return Job.objects.start(
        "import", project=document.project, document=document, params=params, names=names, by=by, batch=len(names) > 1
    )
