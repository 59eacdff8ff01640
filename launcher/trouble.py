"""What stops the launcher, said in one sentence."""

import errno
import shutil
from pathlib import Path

FULL = ("No space left on device", "database or disk is full", "Disk quota exceeded")
ROOM = 4 * 1024 * 1024  # bytes; with less than this left, a failure is put down to the full disk


class Trouble(Exception):
    """Ends the launcher with exit code 1; the message is a sentence for the person at the keyboard."""


class DiskFull(Trouble):
    """The disk under `place` is full."""

    def __init__(self, place: Path) -> None:
        super().__init__(f"The disk is full: there is no space left under {place}; make room, then start again.")


def disk_is_full(place: Path, said: str = "") -> bool:
    """Whether a failure under `place`, with these last words, comes from a full disk."""
    if any(words in said for words in FULL):
        return True
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    return shutil.disk_usage(existing).free < ROOM


def means_full_disk(error: OSError) -> bool:
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
