"""Files that a job writes under the media root: whole or not at all."""

import errno
import os
import tempfile
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from django_app.jobs.errors import JobError


def path(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / key


def read(key: str) -> bytes:
    try:
        return path(key).read_bytes()
    except FileNotFoundError:
        raise JobError("file_missing", "The image file of this page is missing.") from None


def write(folder: str, extension: str, content: bytes) -> str:
    """Stores `content` under a new name and returns its key. A reader never meets half a file."""
    key = f"{folder}/{uuid4().hex}.{extension}"
    target = path(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), settings.FILE_UPLOAD_PERMISSIONS)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise JobError("storage_full", "The image could not be stored: the disk is full.") from error
        raise
    return key


def remove(key: str) -> None:
    path(key).unlink(missing_ok=True)
