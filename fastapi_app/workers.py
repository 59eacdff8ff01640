"""The only place where pixels leave the event loop: children, slots and a line in front of them, an end in time.

A request gets a fresh child, or that of the same person's last one; a socket keeps one for its drafts (`Session`).
Nobody waits, nothing runs.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from fastapi_app import measures
from fastapi_app.child import Bounds
from fastapi_app.children import Child, Event, start_child, start_fork_server
from fastapi_app.line import Line
from fastapi_app.lingering import Lingering
from fastapi_app.scratch import ENGINE, Scratch, sweep
from fastapi_app.services.errors import TimedOut
from fastapi_app.settings import Settings

Each = Callable[[Event], Awaitable[None]]

QUIET_SECONDS = 0.25  # without a run, before the next spare is made, which would take from one what it has to do


class Workers:
    """Slots, the queue before them, and warm children that wait for work."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._line = Line(settings.slots, settings.queue, settings.queue_seconds)
        self._limits = {
            "bytes": settings.max_upload_bytes,
            "pixels": settings.max_pixels,
            "frames": settings.max_frames,
        }
        self._spares: list[Child] = []
        self._lingering = Lingering(settings.slots, settings.child_idle_seconds)
        self._refilling: asyncio.Task[None] | None = None
        self._quiet: asyncio.TimerHandle | None = None
        self._stopped = False
        self._count = 0
        self._folder = Scratch(ENGINE)

    @property
    def folder(self) -> Path:
        """Where uploads are spooled; gone with the service."""
        return self._folder.path

    @property
    def busy(self) -> int:
        """Slots in use."""
        return self._line.busy

    @property
    def waiting(self) -> int:
        """Runs in the line."""
        return self._line.waiting

    async def start(self) -> None:
        await anyio.to_thread.run_sync(sweep, ENGINE)
        await anyio.to_thread.run_sync(start_fork_server)
        await self._make_spares()

    async def stop(self) -> None:
        self._stopped = True
        if self._refilling is not None:
            await self._refilling
        for child in self._spares:
            child.kill()
        self._spares.clear()
        self._lingering.clear()
        await anyio.to_thread.run_sync(self._folder.remove)

    @property
    def slots(self) -> int:
        return self._settings.slots

    def slot(self, user: str, *, is_kept: bool = False) -> AbstractAsyncContextManager[None]:
        """Raises Overloaded when the line is full, but never for what belongs to a request that has begun."""
        return self._line.slot(user, is_kept=is_kept)

    @asynccontextmanager
    async def child(self, user: str, *, is_kept: bool = False) -> AsyncIterator[Child]:
        """One in a slot: this person's last, else a fresh one. What the block fails in is the end of it.

        Raises Overloaded.
        """
        async with self.slot(user, is_kept=is_kept):
            child = self._lingering.take(user) or await self.take()
            try:
                yield child
            except BaseException:
                child.kill()
                raise
            self._lingering.keep(user, child)

    async def take(self) -> Child:
        """A child that is ready; whoever takes it kills it."""
        try:
            while self._spares:
                child = self._spares.pop(0)
                if child.alive:
                    return child
                child.kill()
            return await self._start_child()
        finally:
            # The next spare is made when nothing runs, unless it is needed before.
            if self.waiting or not self._spares:
                self._refill()

    async def collect(self, user: str, work: str, **arguments: Any) -> list[Event]:
        """A whole run in a child, drained; the last event is its result. Raises EngineError, Overloaded."""
        async with self.child(user) as child:
            return await self.drained(child, work, arguments)

    async def ask(self, work: str, **arguments: Any) -> list[Event]:
        """The same without a slot: for questions about the engine that touch no pixels."""
        child = await self.take()
        try:
            return await self.drained(child, work, arguments)
        finally:
            child.kill()

    async def drained(self, child: Child, work: str, arguments: dict[str, Any]) -> list[Event]:
        """All events of one command. Raises what `perform` raises."""
        events: list[Event] = []

        async def keep(event: Event) -> None:
            events.append(event)

        await self.perform(child, work, arguments, keep)
        return events

    async def perform(self, child: Child, work: str, arguments: dict[str, Any], each: Each) -> None:
        """One command; every event goes to `each`. Raises EngineError; TimedOut has killed the child."""
        with measures.measured(work):
            await self._perform(child, work, arguments, each)

    async def _perform(self, child: Child, work: str, arguments: dict[str, Any], each: Each) -> None:
        try:
            with anyio.fail_after(self._settings.run_seconds):
                await child.command(work, arguments, self._limits)
                while (event := await child.receive()) is not None:
                    measures.count_steps(event.facts)
                    await each(event)
        except TimeoutError as error:
            child.kill()
            seconds = f"{self._settings.run_seconds:g}"
            raise TimedOut(f"The work took longer than {seconds} seconds and was stopped.") from error
        finally:
            self._refill_when_quiet()

    async def _start_child(self) -> Child:
        self._count += 1
        return await anyio.to_thread.run_sync(start_child, self._bounds(self.folder / f"child-{self._count}"))

    def _bounds(self, folder: Path) -> Bounds:
        settings = self._settings
        cpu_seconds = math.ceil(settings.run_seconds * settings.opencv_threads) + 1
        return Bounds(settings.child_memory_bytes, cpu_seconds, settings.opencv_threads, str(folder))

    def _refill_when_quiet(self) -> None:
        if self._quiet is not None:
            self._quiet.cancel()
        self._quiet = asyncio.get_running_loop().call_later(QUIET_SECONDS, self._refill_if_idle)

    def _refill_if_idle(self) -> None:
        """Whatever runs by now begins the wait anew when it ends."""
        if not self.busy:
            self._refill()

    def _refill(self) -> None:
        if not self._stopped and (self._refilling is None or self._refilling.done()):
            self._refilling = asyncio.create_task(self._make_spares())

    async def _make_spares(self) -> None:
        while len(self._spares) < self._settings.slots:
            self._spares.append(await self._start_child())


class Session:
    """The child of one socket: made on demand, kept between runs, so that a draft is decoded once."""

    def __init__(self, workers: Workers, user: str) -> None:
        self._workers = workers
        self._user = user
        self._child: Child | None = None

    async def run(self, work: str, arguments: dict[str, Any], each: Each) -> None:
        """Cancelled from outside, it stops the work but keeps the child if it obeys."""
        async with self._workers.slot(self._user):
            if self._child is None or not self._child.alive:
                self._child = await self._workers.take()
            try:
                await self._workers.perform(self._child, work, arguments, each)
            finally:
                if self._child.busy:
                    await self._child.stop()

    def rest(self) -> None:
        """Let the child go; the next run gets another."""
        if self._child is not None:
            self._child.kill()
            self._child = None
