"""A machine's copies of what lies in a bucket: how much of them is kept, and for how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MODE = 0o444  # tells a copy from a file that was here before there was a bucket, which stays
IN_USE = 15 * 60.0  # seconds; longer than a page's job, or a token and the run that it opened
FORGOTTEN = 24 * 3600  # seconds; a page that was deleted on another machine is gone from here, too
RENDITIONS = "cache"  # have no other home


class Copy(NamedTuple):
    used: float  # seconds since 1970
    size: int
    path: Path


def trim(root: Path, most: int, in_use: float = IN_USE) -> None:
    """The longest unused copies go until `most` bytes are left, but none used in the last `in_use` seconds."""
    now, kept = time.time(), 0
    for copy in sorted(found(root), reverse=True):
        idle = now - copy.used
        kept += copy.size
        if idle > FORGOTTEN or (idle > in_use and kept > most):
            copy.path.unlink(missing_ok=True)


def found(root: Path) -> Iterator[Copy]:
    """Copies, and what a killed process has begun to fetch."""
    for path in root.glob("*/*"):
        try:
            stat = path.lstat()
        except FileNotFoundError:
            continue
        is_copy = stat.st_mode & 0o777 == MODE or path.suffix == ".part"
        if is_copy and path.parent.name != RENDITIONS:
            yield Copy(stat.st_mtime, stat.st_size, path)
