"""Where uploads and derived images lie."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class MediaFolder(FileSystemStorage):
    """A folder in which a file is whole or not there, also after a power cut."""

    def _save(self, name: str, content: File[Any]) -> str:
        target = Path(self.path(name))
        write_whole(target, content, self.file_permissions_mode or 0o644)
        return name


def write_whole(target: Path, content: File[Any], mode: int) -> None:
    """Written beside its place and moved there. Whatever goes wrong, nothing is left."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in content.chunks():
                file.write(chunk)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
