"""A file that is there when it is whole, and readable by its owner alone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django_app.backup.errors import BusyError
from django_app.config.storage import sync_names


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """What is written within the block is `path` after it; until then, and after a failure, that is as it was.

    Raises BusyError, OSError. Whoever is killed leaves NAME.partial, which the next one takes over.
    """
    partial = path.with_name(f"{path.name}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        claim(file, partial)
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)
            sync_names(path.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def claim(file: BinaryIO, partial: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BusyError(f"Another backup is writing {partial}.") from None
    os.fchmod(file.fileno(), 0o600)
    file.truncate()
