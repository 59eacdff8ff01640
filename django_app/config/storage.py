"""Where uploads and derived images lie: a folder that all machines share, or a bucket (bucket.py)."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Protocol, cast
from uuid import uuid4

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

    def reading(self, key: str) -> AbstractContextManager[tuple[int, IO[bytes]]]:
        """Its length and its bytes, which can be read to the end even if it is deleted meanwhile; no copy stays here.

        Raises FileNotFoundError, StorageAwayError.
        """

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
        target = Path(self.path(name))
        write_whole(target, content.chunks(), self.file_permissions_mode or 0o644, half_of(target))
        return name

    def delete(self, name: str) -> None:
        """And its half, if whoever wrote it was killed. That goes first: who still writes cannot finish it then."""
        half_of(Path(self.path(name))).unlink(missing_ok=True)
        super().delete(name)

    def local(self, key: str) -> Path:
        path = Path(self.path(key))
        if not path.is_file():
            raise FileNotFoundError(key)
        return path

    @contextmanager
    def reading(self, key: str) -> Iterator[tuple[int, IO[bytes]]]:
        with self.local(key).open("rb") as file:
            yield os.fstat(file.fileno()).st_size, file

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


def remove(key: str) -> bool:
    """Whether nothing of it is left. What cannot be removed now is nobody's trouble: `sweep` or `check` tries again."""
    try:
        if key:
            media.delete(key)
    except OSError as error:
        logger.warning("%s was not removed: %s", key, error)
        return False
    return True


def digest_of(key: str) -> str:
    """SHA-256 in hexadecimal, "" if there is no such file. The frames of one file ask one after the other.

    Raises StorageAwayError.
    """
    try:
        path = media.local(key)
        facts = path.stat()
    except FileNotFoundError:
        return ""
    return sha256_of(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=16)
def sha256_of(path: Path, *_facts: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def half_of(target: Path) -> Path:
    """What a file with one writer is called until it is whole: who knows the one name can remove the other."""
    return target.with_name(f".{target.name}.part")


def write_whole(target: Path, chunks: Iterable[bytes], mode: int, part: Path | None = None) -> None:
    """Written beside its place, as `part` or under a name of its own, and moved there. Whatever goes wrong, nothing is
    left."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = part or half_of(target.with_name(uuid4().hex))
    try:
        with part.open("wb") as file:
            os.fchmod(file.fileno(), mode)
            write_alive(file, chunks)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        sync_names(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def sync_names(folder: Path) -> None:
    """Until then a power cut may take back that a file was moved here, though not what is in it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_alive(file: IO[bytes], chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        file.write(chunk)
        still_alive.get()()
