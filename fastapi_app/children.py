"""Our side of the child processes: how they are started, what they say, how they end.

They are forked from a server process that has the engine imported and no secrets in its environment.
"""

import asyncio
import json
import logging
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import anyio.to_thread

from fastapi_app import measures
from fastapi_app.child import Bounds, serve
from fastapi_app.said import Said
from fastapi_app.services.errors import EngineError, UnusableImage

log = logging.getLogger("recto.workers")

KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "TESSDATA_PREFIX", "TMPDIR")
FIXED_ENVIRONMENT = {
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # A fresh child touches all its memory for the first time: large pages, and freed buffers kept for the next step,
    # spare it most page faults (a sixth of the processor time on 9 megapixels).
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432"
    ":glibc.malloc.trim_threshold=1073741824:glibc.malloc.top_pad=67108864:glibc.malloc.arena_max=1",
}
STOP_SECONDS = 0.2  # how long a run may take to stop by itself
PIPE_HOLDS = 1 << 16  # bytes, even if it already holds as much: a third of a socket's buffer
LARGEST_MESSAGE = 1 << 30  # bytes; a child gone wild shall not fill our memory

_starting = threading.Lock()  # one fork server for all applications in this process


@dataclass(frozen=True)
class Event:
    """What a child says: facts, and the bytes of an image if there are any."""

    facts: dict[str, Any]
    data: bytes = b""


@contextmanager
def bare_environment() -> Iterator[None]:
    """What is started within sees the few variables that the engine needs, and none of our secrets."""
    whole = dict(os.environ)
    kept = {name: whole[name] for name in KEPT_ENVIRONMENT if name in whole}
    os.environ.clear()
    os.environ.update(kept | FIXED_ENVIRONMENT)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(whole)


@contextmanager
def nameless_main() -> Iterator[None]:
    """multiprocessing has children import the program that was started (uvicorn, a script); ours need nothing of it."""
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def start_fork_server() -> None:
    """Once per process; children then start in milliseconds, with the engine imported."""
    with _starting, nameless_main():
        _keep_fork_server()


def _keep_fork_server() -> None:
    """multiprocessing starts another one where the first has died, but with all that our environment holds."""
    if not _fork_server_runs():
        with bare_environment():
            multiprocessing.set_forkserver_preload(["fastapi_app.child", "fastapi_app.warm"])
            forkserver.ensure_running()


def _fork_server_runs() -> bool:
    """Looked at without reaping it: multiprocessing does that, and would miss it."""
    pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    return pid is not None and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def start_child(bounds: Bounds) -> "Child":
    """Blocking for a few milliseconds."""
    process, pipe, said = start_process(bounds)
    return Child(process, pipe, said, Path(bounds.folder))


def start_process(bounds: Bounds) -> tuple[ForkServerProcess, Connection, Said]:
    """A child, our end of its pipe, and what it writes to stderr."""
    ours, theirs = multiprocessing.Pipe()
    said, stderr = multiprocessing.Pipe(duplex=False)
    arguments = (theirs, stderr, bounds)
    process = multiprocessing.get_context("forkserver").Process(target=serve, args=arguments, daemon=True)
    with _starting, nameless_main():
        try:
            _keep_fork_server()
            process.start()
        except (OSError, EOFError):  # the server died in between
            _keep_fork_server()
            process.start()
    theirs.close()
    stderr.close()
    return process, ours, Said(said)


def read_message(pipe: Connection) -> Event | None:
    """What a child says next, None at its work's end; blocking. Raises its EngineError, EOFError when it is gone."""
    message = json.loads(pipe.recv_bytes(LARGEST_MESSAGE))
    if "event" in message:
        return Event(message["event"], pipe.recv_bytes(LARGEST_MESSAGE) if message["bytes"] else b"")
    if "error" in message:
        raise _engine_error(message["error"], message["message"], message["facts"])
    return None


def kill_group(pid: int) -> None:
    """The end of a child and all it has started, Tesseract included."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)  # it may not have made its group yet


class Child:
    """Our end of one child process. `busy` from a command until its end."""

    def __init__(self, process: ForkServerProcess, pipe: Connection, said: Said, folder: Path) -> None:
        self._process = process
        self._pipe = pipe
        self._said = said
        self._folder = folder
        self._reading: asyncio.Future[Event | None] | None = None
        self._dead = False
        self.busy = False

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def alive(self) -> bool:
        return not self._dead and self._process.is_alive()

    @property
    def resident_bytes(self) -> int:
        """What it holds in memory, shared pages included; 0 when it is gone."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * resource.getpagesize()
        except OSError:
            return 0

    async def command(self, work: str, arguments: dict[str, Any], limits: dict[str, int]) -> None:
        """Begin a work; its events come from `receive`."""
        self.busy = True
        await self._send({"work": work, "arguments": arguments, "limits": limits})

    async def receive(self) -> Event | None:
        """The next event, None at the end. A read that we were cancelled out of goes on and serves the next call."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(anyio.to_thread.run_sync(self._read, abandon_on_cancel=True))
            self._reading.add_done_callback(_look)
        try:
            event = await asyncio.shield(self._reading)
        except (EOFError, OSError) as error:
            raise await self._crashed() from error
        except EngineError:
            self._reading, self.busy = None, False
            self._said.tell(self.pid)
            raise
        self._reading, self.busy = None, event is not None
        if event is None:
            self._said.tell(self.pid)
        return event

    async def stop(self) -> None:
        """Ask the run to end; kill it when it does not within STOP_SECONDS."""
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(STOP_SECONDS), suppress(EngineError):
                await self._send({"stop": True})
                while await self.receive() is not None:
                    pass
            if self.busy:
                self.kill()

    def kill(self) -> None:
        """Its end; a blocked read wakes up by it."""
        if self._dead:
            return
        self._dead, self.busy = True, False
        self._said.tell(self.pid)
        self._said.close()
        kill_group(self.pid)
        if self._reading is not None and not self._reading.done():
            self._reading.add_done_callback(lambda _: self._pipe.close())
        else:
            self._pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _send(self, message: dict[str, Any]) -> None:
        """At once if the pipe holds it, as it does nearly every command; else in a thread, while the child reads."""
        data = json.dumps(message).encode()
        try:
            if len(data) <= PIPE_HOLDS:
                self._pipe.send_bytes(data)
            else:
                await anyio.to_thread.run_sync(self._pipe.send_bytes, data)
        except OSError as error:
            raise await self._crashed() from error

    def _read(self) -> Event | None:
        """Blocking, in a thread."""
        return read_message(self._pipe)

    async def _crashed(self) -> UnusableImage:
        """The child is gone: out of memory, a crash in a decoder, or a kill from outside."""
        await anyio.to_thread.run_sync(self._process.join, 1.0)
        log.error("a child ended in its run", extra={"exit_code": self._process.exitcode, "child": self.pid})
        measures.CRASHES.inc()
        self.kill()
        return UnusableImage("The image cannot be processed: the work on it broke off.")


def _look(reading: "asyncio.Future[Event | None]") -> None:
    """Fetch the outcome, so that a read nobody waits for any more is not reported as an unseen error."""
    if not reading.cancelled():
        reading.exception()


def _engine_error(code: str, message: str, facts: dict[str, Any]) -> EngineError:
    """The engine's own error again, from its code."""
    for kind in EngineError.__subclasses__():
        if kind.code == code:
            return kind(message, **facts)
    return UnusableImage(message)
