"""A stack whose parts can be taken away: a Postgres of its own that stops and starts, the processes of its workers."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from launcher.environment import clean_environment
from launcher.ports import Ports
from launcher.postgres import throw_away
from launcher.stack import Stack
from launcher.up import bring_up
from tests.running import rows
from tests.waiting import until

# What was taken away, and the seconds until the next page was finished and until those in hand had ended or waited.
recovery = pytest.StashKey[dict[str, tuple[float, float]]]()


class Database:
    """The Postgres of `throw_away(durable=True)`, by its process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._pid_file = Path("/" + url.split("@/")[1]).parent / "data" / "postmaster.pid"
        self._started: subprocess.Popen[bytes] | None = None
        process = Path("/proc") / str(self.pid)
        self._command = process.joinpath("cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        self._owner = process.stat().st_uid

    @property
    def pid(self) -> int:
        return int(self._pid_file.read_text().split()[0])

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What it answers, as soon as it does."""
        found: list[tuple[Any, ...]] = until(lambda: self._asked(sql, *values), lambda found: found is not None)
        return found

    def _asked(self, sql: str, *values: Any) -> list[tuple[Any, ...]] | None:
        try:
            return rows(self.url, sql, *values)
        except psycopg2.OperationalError:
            return None

    def stop(self) -> None:
        """As a crash does it: nobody is asked."""
        os.kill(self.pid, signal.SIGQUIT)
        until(self._pid_file.exists, lambda there: not there)

    def start(self) -> None:
        quiet = subprocess.DEVNULL
        self._started = subprocess.Popen(self._command, cwd="/", user=self._owner, stdout=quiet, stderr=quiet)

    def end(self) -> None:
        if self._started is not None:
            self._started.send_signal(signal.SIGINT)
            self._started.wait(20)


@contextmanager
def faulty_stack(folder: Path) -> Iterator[tuple[Stack, Database]]:
    with throw_away(durable=True) as url:
        database = Database(url)
        stack = Stack(folder, ports=Ports.free(), environment=clean_environment(RECTO_DATABASE_URL=url))
        try:
            bring_up(stack, 100)
            yield stack, database
        finally:
            with suppress(ProcessLookupError):  # how a stack stops is looked at elsewhere
                kill(stack.processes())
            stack.stop()
            database.end()


def seconds_until(*happened: Callable[[], bool], patience: float) -> list[float]:
    """From now, for each of them; in whatever order they happen."""
    began = time.monotonic()
    seen: dict[int, float] = {}

    def all_have() -> bool:
        for number, look in enumerate(happened):
            if number not in seen and look():
                seen[number] = time.monotonic() - began
        return len(seen) == len(happened)

    until(all_have, bool, patience)
    return [seconds for _, seconds in sorted(seen.items())]


def pid_of(stack: Stack, name: str) -> int:
    return stack.supervisor.states()[name].pid


def kill_program(stack: Stack, name: str) -> int:
    """With all its processes; gives the pid that it had."""
    pid = pid_of(stack, name)
    os.killpg(pid, signal.SIGKILL)
    return pid


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def page_children(stack: Stack) -> list[int]:
    """The confined processes that work on a page just now: they live in folders of their own."""
    server_children = [child for pool in children(pid_of(stack, "worker")) for server in children(pool)
                       for child in children(server)]  # fmt: skip
    return [pid for pid in server_children if "recto-page-" in _home(pid)]


def _home(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""


def kill(pids: list[int]) -> int:
    """How many: some may have ended before."""
    killed = 0
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            killed += 1
    return killed


@contextmanager
def full_disk(stack: Stack) -> Iterator[None]:
    """The worker's processes can write no file of more than a kilobyte."""
    pools = children(pid_of(stack, "worker"))
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pools}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1024, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
