"""Follows the logs of a stack for the terminal."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

SERIOUS = {"WARNING", "ERROR", "CRITICAL"}
NGINX_SERIOUS = re.compile(r"\[(warn|error|crit|alert|emerg)\]")


class Followed:
    """One log file, from its present end on; starts over when it has been rotated."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._inode, self._position = self._stat()

    def _stat(self) -> tuple[int, int]:
        if not self.path.exists():
            return 0, 0
        facts = self.path.stat()
        return facts.st_ino, facts.st_size

    def lines(self) -> Iterator[str]:
        """Whole lines that were written since the last call."""
        inode, size = self._stat()
        if inode != self._inode or size < self._position:
            self._inode, self._position = inode, 0
        if size == self._position:
            return
        with self.path.open("rb") as file:
            file.seek(self._position)
            whole, newline, _rest = file.read().rpartition(b"\n")
        self._position += len(whole + newline)
        yield from whole.decode(errors="replace").splitlines()


def is_serious(line: str) -> bool:
    """A warning or worse, in the JSON of the applications or the words of the others."""
    if line.startswith("{"):
        try:
            return json.loads(line).get("level") in SERIOUS
        except ValueError:
            return False
    return bool(NGINX_SERIOUS.search(line)) or any(f" {level} " in line or f"{level}/" in line for level in SERIOUS)
