"""Files that a job reads and writes in the media storage: whole or not at all."""

from __future__ import annotations

import errno
import logging
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from django_app.jobs.errors import JobError, StoppedError

if TYPE_CHECKING:
    from django_app.jobs.models import JobItem

logger = logging.getLogger(__name__)

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def local(key: str) -> Path:
    """Where the file is on this machine."""
    path = Path(default_storage.path(key))
    if not path.exists():
        raise JobError("file_missing", "The image file of this page is missing.")
    return path


def write(item: JobItem, folder: str, extension: str, content: bytes | File[bytes]) -> str:
    """Stores `content` under a new name, noted in `item` before, and returns its key.

    Raises StoppedError when the item is no longer ours, JobError when there is no room.
    """
    key = f"{folder}/{uuid4().hex}.{extension}"
    if not item.announce(key):
        raise StoppedError
    try:
        return default_storage.save(key, ContentFile(content) if isinstance(content, bytes) else content)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise JobError("storage_full", "The image could not be stored: the disk is full.") from error
        raise


def remove(key: str) -> None:
    """What cannot be removed now is an orphan for `check`, and nobody's trouble."""
    try:
        if key:
            default_storage.delete(key)
    except OSError as error:
        logger.warning("%s was not removed: %s", key, error)
