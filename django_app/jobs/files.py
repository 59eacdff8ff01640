"""Files that a job reads and writes in the media storage: whole or not at all."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.files.base import ContentFile, File

from django_app.config.storage import media, remove
from django_app.jobs.errors import JobError, StoppedError
from django_app.jobs.patience import patiently

if TYPE_CHECKING:
    from django_app.jobs.items import JobItem

__all__ = ["local", "remove", "write"]

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def local(key: str) -> Path:
    """Where the file is on this machine; an empty key names one that is gone. Raises JobError, StorageAwayError."""
    with suppress(FileNotFoundError), room():
        if key:
            return media.local(key)
    raise JobError("file_missing", "The image file of this page is missing.")


def write(item: JobItem, folder: str, extension: str, content: bytes | File[bytes]) -> str:
    """Stores `content` under a new name, noted in `item` before, and returns its key.

    Raises StoppedError when the item is no longer ours, JobError when there is no room, StorageAwayError.
    """
    key = f"{folder}/{uuid4().hex}.{extension}"
    if not patiently(lambda: item.announce(key)):
        raise StoppedError
    with room():
        return media.save(key, ContentFile(content) if isinstance(content, bytes) else content)


@contextmanager
def room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise JobError("storage_full", "The image could not be stored: the disk is full.") from error
        raise
