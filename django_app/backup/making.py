"""A backup, while Recto runs: the files that rows name, then the rows of one moment at which all of them are in."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.utils import timezone

from django_app.backup import header, rows, schema
from django_app.backup.archive import Writable, Writer, writing
from django_app.backup.files import Files
from django_app.backup.header import Header
from django_app.backup.models import Backup
from django_app.backup.progress import Progress
from django_app.backup.snapshot import snapshot

LOOKS = 50  # jobs that use up files while one looks could go on for ever


@dataclass
class Losses:
    """Keys of files that rows name: those that are not there, and those that are not what was stored."""

    missing: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)


def make(out: Writable, progress: Progress) -> tuple[Backup, Losses]:
    """Writes an archive; what to note of it once it is kept, and what could not be kept as it was.

    Raises BackupError, OSError (StorageAwayError among them).
    """
    schema.refuse_half_migrated()
    begun_at = timezone.now()
    head = Header.of_now(begun_at)
    with writing(out) as archive:
        archive.add_bytes(header.NAME, head.to_bytes())
        with Files(archive, progress) as files:
            losses = add_all(archive, files, head, progress)
    made = Backup(
        begun_at=begun_at,
        finished_at=timezone.now(),
        rows=progress.rows,
        files=progress.files,
        missing=len(losses.missing),
        size=archive.out.size,
        recto_version=settings.VERSION,
    )
    return made, losses


def add_all(archive: Writer, files: Files, head: Header, progress: Progress) -> Losses:
    """Files first, since they take long. Rows are written by the first look that has nothing left to fetch.

    A file goes after the rows that named it. So one that is missing under a fresh look, too, was lost before; else the
    next look does not name it any more.
    """
    before = files.add_new()
    connection.close()  # hours may have passed, and somebody between have forgotten it
    looks = 0
    while True:
        looks += 1
        with snapshot():
            missing = files.add_new()
            if missing <= before or looks == LOOKS:
                add_rows(archive, head, progress)
                return Losses(missing, files.changed())
        before = missing


def add_rows(archive: Writer, head: Header, progress: Progress) -> None:
    schema.refuse_changed(head.migrations)
    for name, content, number in rows.dumped():
        archive.add_bytes(name, content)
        progress.loaded(number, len(content))
