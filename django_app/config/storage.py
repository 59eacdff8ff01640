"""Where uploads and derived images lie: a folder that all machines share, or a bucket (bucket.py)."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol, cast

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage

logger = logging.getLogger(__name__)

Mend = Callable[[], object]

# Called with every piece of a file that is read or written: what takes long says that it lives.
still_alive: ContextVar[Callable[[], None]] = ContextVar("still_alive", default=lambda: None)


class StorageAwayError(OSError):
    """The bucket does not answer, or not to us. The same may be asked again later."""


class Media(Protocol):
    """What both are asked. A key is a path below the media folder; a file under it is whole and never changes."""

    def save(self, name: str, content: File[Any]) -> str: ...

    def delete(self, name: str) -> None: ...

    def exists(self, name: str) -> bool: ...

    def listdir(self, path: str) -> tuple[list[str], list[str]]: ...

    def get_modified_time(self, name: str) -> datetime: ...

    def local(self, key: str) -> Path:
        """The file on this machine. Raises FileNotFoundError, StorageAwayError."""

    def rename(self, key: str, to: str) -> None: ...

    def link(self, key: str, seconds: int) -> str | None:
        """Where another machine gets the file, for so long; None if it has the same folder."""

    def trouble(self) -> str | None:
        """Why nothing can be stored at the moment."""

    def trim(self) -> None:
        """Gives back what this machine keeps without need."""

    def unfinished(self, before: datetime) -> Iterator[tuple[str, Mend]]:
        """Uploads that somebody began before and did not live to end, each with what removes it."""


class MediaFolder(FileSystemStorage):
    """A folder in which a file is whole or not there, also after a power cut."""

    def _save(self, name: str, content: File[Any]) -> str:
        write_whole(Path(self.path(name)), content.chunks(), self.file_permissions_mode or 0o644)
        return name

    def local(self, key: str) -> Path:
        path = Path(self.path(key))
        if not path.is_file():
            raise FileNotFoundError(key)
        return path

    def rename(self, key: str, to: str) -> None:
        Path(self.path(key)).rename(self.path(to))

    def link(self, key: str, seconds: int) -> None:
        return None

    def trouble(self) -> str | None:
        try:
            Path(self.location).mkdir(parents=True, exist_ok=True)
        except OSError:
            return "The media folder cannot be written."
        return None

    def trim(self) -> None:
        return

    def unfinished(self, before: datetime) -> Iterator[tuple[str, Mend]]:
        return iter(())


media = cast(Media, default_storage)


def remove(key: str) -> None:
    """What cannot be removed now is an orphan for `check`, and nobody's trouble."""
    try:
        if key:
            media.delete(key)
    except OSError as error:
        logger.warning("%s was not removed: %s", key, error)


def write_whole(target: Path, chunks: Iterable[bytes], mode: int) -> None:
    """Written beside its place and moved there. Whatever goes wrong, nothing is left."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            write_alive(file, chunks)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_alive(file: IO[bytes], chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        file.write(chunk)
        still_alive.get()()
