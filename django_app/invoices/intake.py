"""Uploaded files become items of a job. Whatever can be seen at the door to be no invoice is an item that has failed
already, with its reason; the others go on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_app.config.storage import media, remove
from django_app.documents import archive
from django_app.imaging.client import ImagingError
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.states import State
from django_app.pages.upload import check_size
from django_app.projects.models import Project
from django_app.users.models import User

KIND = "invoices"
ARCHIVE = ".zip"  # how the key of an archive ends
LONGEST_NAME = 255


@contextmanager
def stored(uploads: Sequence[UploadedFile[bytes]]) -> Iterator[list[JobItem]]:
    """Items that are not saved yet, their files stored; gone again if the block fails."""
    keys: list[str] = []
    try:
        yield [item for upload in uploads for item in items_of(upload, keys)]
    except BaseException:
        for key in keys:
            remove(key)
        raise


def items_of(upload: UploadedFile[bytes], keys: list[str]) -> list[JobItem]:
    """One per file, or one per file of an archive. What is stored is noted in `keys`."""
    name = file_name(upload.name)
    try:
        check_size(upload)
        members = archive.looked_through(upload, settings.JOB_PAGES_PER_USER) if archive.is_archive(upload) else None
    except ImagingError as refused:
        return [failed(name, refused.code, refused.message)]
    except archive.ArchiveRefused as refused:
        return [failed(name, "archive_refused", refused.words)]
    if members is None:
        return [JobItem(name=name, source=keep(upload, "", keys))]
    key = keep(upload, ARCHIVE, keys)
    return [member_item(member, key) for member in members]


def keep(upload: UploadedFile[bytes], ending: str, keys: list[str]) -> str:
    upload.seek(0)
    key = f"imports/{uuid.uuid4().hex}{ending}"
    keys.append(key)
    return media.save(key, upload)


def member_item(member: archive.Member, key: str) -> JobItem:
    if member.reasons:
        return failed(file_name(member.name), "archive_refused", _("Not taken: %s.") % ", ".join(member.reasons))
    return JobItem(name=member.name, source=key)


def failed(name: str, code: str, detail: str) -> JobItem:
    now = timezone.now()
    return JobItem(name=name, state=State.FAILED, code=code, detail=detail, finished_at=now, told_at=now)


def file_name(name: str | None) -> str:
    """Without folders that lead out of anything and control characters."""
    path = PurePosixPath((name or "").replace("\\", "/"))
    kept = "/".join(part for part in path.parts if part not in ("..", "/"))
    return "".join(letter for letter in kept if letter.isprintable())[:LONGEST_NAME] or _("File")


@transaction.atomic
def begin(project: Project, items: Sequence[JobItem], by: User, languages: Sequence[str]) -> Job:
    """The job, and the document that its pages will come to."""
    document = project.documents.create(name=document_name(), created_by=by)
    params = {"languages": list(languages)}
    return Job.objects.start(
        KIND, project=project, document=document, params=params, items=items, by=by, batch=len(items) > 1
    )


def document_name() -> str:
    return _("Invoices, %(day)s") % {"day": date_format(timezone.localdate(), "j F Y")}
