"""A restore into an empty installation: all of the archive, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from tempfile import TemporaryFile
from typing import IO

from django.core.files.base import File
from django.core.management import call_command
from django.db import IntegrityError

from django_app.backup import files, rows, schema
from django_app.backup.archive import Digested, Member, members
from django_app.backup.errors import DamagedError, OccupiedError
from django_app.backup.header import Header
from django_app.backup.progress import Progress
from django_app.config.storage import media, remove
from django_app.jobs.check import batches, named
from django_app.jobs.sweep import begin_again


def verify(source: IO[bytes]) -> Header:
    """Reads all of an archive, and changes nothing. Raises BackupError."""
    archive = members(source)
    header = Header.read(next(archive, None))
    for _ in archive:
        pass
    return header


def restore(source: IO[bytes], progress: Progress) -> Header:
    """Files, then rows in the tables of their time, which then become those of this version. Raises BackupError.

    What can be read twice is looked through before anything is written.
    """
    schema.refuse_occupied()
    if source.seekable():
        verify(source)
        source.seek(0)
    archive = members(source)
    header = Header.read(next(archive, None))
    with TemporaryFile() as placed:  # the keys of files, of which there may be millions
        with taken_back_on_failure(placed):
            rest = place_files(archive, placed, progress)
            load_rows(header, rest, progress)
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        remove_unnamed(placed)
    begin_again()
    return header


@contextmanager
def taken_back_on_failure(placed: IO[bytes]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for key in keys(placed):
            remove(key)
        raise


def keys(placed: IO[bytes]) -> Iterator[str]:
    placed.seek(0)
    return (line.decode().strip() for line in placed)


def load_rows(header: Header, rest: Iterable[Member], progress: Progress) -> None:
    try:
        with schema.rebuilt(header.migrations) as registry:
            for member in rest:
                progress.loaded(rows.load(registry, member), 0)
    except IntegrityError as error:
        raise DamagedError(f"The archive's rows do not fit together: {error}") from error


def remove_unnamed(placed: IO[bytes]) -> None:
    """What was deleted while the backup was made does not come back."""
    for some in batches(keys(placed)):
        for key in set(some) - named(some):
            remove(key)


def place_files(archive: Iterator[Member], placed: IO[bytes], progress: Progress) -> Iterable[Member]:
    """All that come first; the rest."""
    for member in archive:
        folder, _, key = member.name.partition("/")
        if folder != files.FOLDER:
            return chain([member], archive)
        if not files.KEY.fullmatch(key):
            raise DamagedError(f"The archive is damaged: {member.name} is no name of a file in the media folder.")
        place(key, member, placed)
        progress.file(member.size)
    return ()


def place(key: str, member: Member, placed: IO[bytes]) -> None:
    """What lies there already is left, if it is the same. Raises OccupiedError."""
    if media.exists(key):
        with media.reading(key) as (_, content):
            if Digested(content).drain() != member.content.drain():
                raise OccupiedError(f"Another {key} lies in the media folder already.")
        return
    placed.write(f"{key}\n".encode())
    media.save(key, File(member.content))  # type: ignore[arg-type]
