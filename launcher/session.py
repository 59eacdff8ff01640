"""The processes of a stack, found by their session.

supervisord leads a session of its own and nothing below it starts another one, so the session's number finds every
process that a stack has started, however deep, also when its parents are dead."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from launcher.places import ROOT


@dataclass(frozen=True)
class Session:
    """The session that process `leader` made, at work in this checkout and in `var` (Redis works there)."""

    leader: int
    var: Path

    def members(self) -> list[int]:
        """Those that live; a process elsewhere is none of ours, though it may have been given the number."""
        return [pid for pid in _pids() if _session(pid) == self.leader and self._works_here(pid)]

    def end(self, *, patience: float) -> None:
        """Asks every process to stop, and kills what is still there after `patience` seconds."""
        self._signal(signal.SIGTERM)
        if not self.wait_for_end(patience):
            self._signal(signal.SIGKILL)
            self.wait_for_end(5)

    def wait_for_end(self, patience: float) -> bool:
        """Whether nobody was left within `patience` seconds."""
        deadline = time.monotonic() + patience
        while self.members():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def _signal(self, number: signal.Signals) -> None:
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _works_here(self, pid: int) -> bool:
        try:
            place = Path(f"/proc/{pid}/cwd").readlink()
        except OSError:
            return False
        return place == ROOT or place.is_relative_to(self.var)


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _session(pid: int) -> int | None:
    """The session of a process; none for one that has ended and only waits to be reaped."""
    try:
        state, _parent, _group, session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:4]
    except OSError:
        return None
    return None if state in "ZX" else int(session)
