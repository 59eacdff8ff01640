"""The text of a whole file: each page is a run of its own, and one more writes them all down."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import anyio
from anyio.abc import TaskGroup

from fastapi_app.children import Child, Event
from fastapi_app.errors import ServiceError
from fastapi_app.files import Source
from fastapi_app.services.errors import EngineError, on_page
from fastapi_app.workers import Workers


class Reader:
    """One request for text: the page that a token names, or all pages of an upload, at most `slots` at a time.

    How many there are is heard from the first page's run, whose child also writes when it was the only one.
    """

    def __init__(self, workers: Workers, user: str, source: Source, how: dict[str, Any], *, most: int) -> None:
        self._workers = workers
        self._user = user
        self._source = source
        self._how = how
        self._most = None if source.is_stored else most
        self._total = 1
        self._left: Iterator[int] = iter(())  # pages that nobody has begun
        self._layouts: dict[int, str] = {}
        self._text: Event | None = None
        self._error: EngineError | ServiceError | None = None

    async def written(self, format: str) -> Event:
        """The text in a format. Raises EngineError, naming the page if there are many, and Overloaded."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._begin, group, format)
        if self._error is not None:
            raise self._error
        if self._text is None:
            async with self._workers.child(self._user, is_kept=True) as child:
                self._text = await self._write(child, format)
        return self._text

    async def _begin(self, group: TaskGroup, format: str) -> None:
        async def hear(event: Event) -> None:
            self._keep(0, event)
            if event.facts["type"] == "file":
                self._total = event.facts["pages"]
                self._left = iter(range(1, self._total))
                for _ in range(min(self._workers.slots, self._total) - 1):
                    group.start_soon(self._go_on, group)

        with self._failing(group, 0):
            async with self._workers.child(self._user) as child:
                arguments = self._source.arguments() | self._how | {"most": self._most}
                await self._workers.perform(child, "read", arguments, hear)
                if self._total == 1:
                    self._text = await self._write(child, format)
        await self._go_on(group)

    async def _go_on(self, group: TaskGroup) -> None:
        """Page after page, as long as there are any that nobody has begun."""
        for number in self._left:
            with self._failing(group, number):
                await self._read(number)

    async def _read(self, number: int) -> None:
        async def hear(event: Event) -> None:
            self._keep(number, event)

        async with self._workers.child(self._user, is_kept=True) as child:
            arguments = self._source.arguments() | self._how | {"frame": number}
            await self._workers.perform(child, "read", arguments, hear)

    def _keep(self, number: int, event: Event) -> None:
        if event.facts["type"] == "page":
            self._layouts[number] = event.data.decode()

    @contextmanager
    def _failing(self, group: TaskGroup, number: int) -> Iterator[None]:
        """The first page that cannot be read ends the work on all others."""
        try:
            yield
        except (EngineError, ServiceError) as error:
            if self._total > 1 and isinstance(error, EngineError):
                error = on_page(error, number + 1)
            self._error = self._error or error
            group.cancel_scope.cancel()

    async def _write(self, child: Child, format: str) -> Event:
        told = {"filename": self._source.filename, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        pages = [self._layouts[number] for number in range(self._total)]
        arguments = self._source.arguments() | told | {"pages": pages, "format": format}
        return (await self._workers.drained(child, "write", arguments))[-1]
