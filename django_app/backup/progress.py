"""How far it has come, in words and at what pace."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 2.0  # seconds


class Progress:
    """`tell` hears of it every two seconds."""

    def __init__(self, tell: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._begun = self._told = clock()
        self._expected = 0
        self.files = self.rows = self.size = 0

    def expect(self, files: int) -> None:
        self._expected = files

    def file(self, size: int) -> None:
        self.files += 1
        self.size += size
        self._tell_now_and_then()

    def loaded(self, rows: int, size: int) -> None:
        self.rows += rows
        self.size += size
        self._tell_now_and_then()

    def _tell_now_and_then(self) -> None:
        if self._clock() - self._told >= EVERY:
            self._told = self._clock()
            self._tell(self.words())

    def words(self) -> str:
        seconds = max(self._clock() - self._begun, 0.001)
        of = f" of {self._expected:,}" if self._expected > self.files else ""
        return (
            f"{self.files:,}{of} files, {self.rows:,} rows, {self.size / 1e6:,.1f} MB in {seconds:,.1f} s "
            f"({self.size / 1e6 / seconds:,.0f} MB/s)"
        )
