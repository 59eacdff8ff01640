"""Temporary folders that do not outlive their owner by much: what a killed process leaves, the next one removes."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

ENGINE, PAGE, TASK = "recto-engine-", "recto-page-", "recto-task-"


class Scratch:
    """A folder in the temporary folder and this process's lock on it, which ends with the process, however it ends."""

    def __init__(self, prefix: str) -> None:
        self.path, self._lock = _locked(prefix)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _locked(prefix: str) -> tuple[Path, int]:
    """A sweep may come between a folder's making and its lock; then there is another."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix))
        with suppress(FileNotFoundError):
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists():
                return path, lock
            os.close(lock)


def sweep(prefix: str) -> None:
    """Removes those of this account whose owner is dead."""
    for path in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            _remove_if_left(path)


def _remove_if_left(path: Path) -> None:
    """Raises BlockingIOError for one whose owner lives."""
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_uid == os.geteuid():
            shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(lock)
