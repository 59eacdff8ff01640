"""`WS /ws/process`: runs that can be watched, stopped, and replaced by a newer one while a slider moves."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from fastapi_app import messages
from fastapi_app.auth import Claims
from fastapi_app.children import Event
from fastapi_app.errors import ServiceError
from fastapi_app.files import Source, spool, stored, too_many_bytes
from fastapi_app.messages import AutoProcess, Cancel, RunName
from fastapi_app.routers import sockets
from fastapi_app.services.errors import EngineError
from fastapi_app.settings import Settings
from fastapi_app.workers import Session, Workers

router = APIRouter()

ENVELOPE = 64 * 1024  # characters of a message beside its image


@router.websocket("/ws/process")
async def process(socket: WebSocket) -> None:
    await sockets.hold(socket, _process, seats=socket.app.state.live_seats)


async def _process(socket: WebSocket, claims: Claims) -> None:
    await sockets.accept(socket)
    await Conversation(socket, claims).hold()


@dataclass(frozen=True)
class Order:
    """One run that a client asked for, with the image that came before it, if any."""

    wish: AutoProcess
    frame: bytes | None

    @property
    def run(self) -> RunName:
        return self.wish.run


class Conversation:
    """One socket: a loop that listens, and a loop that runs the newest order."""

    def __init__(self, socket: WebSocket, claims: Claims) -> None:
        self._socket = socket
        self._claims = claims
        self._settings: Settings = socket.app.state.settings
        self._workers: Workers = socket.app.state.workers
        self._session = Session(self._workers, claims.user)
        self._speaking = anyio.Lock()
        self._wake = anyio.Event()
        self._order: Order | None = None
        self._running: anyio.CancelScope | None = None
        self._frame: bytes | None = None
        self._sent: Source | None = None  # the last image that came over this socket

    async def hold(self) -> None:
        """Until the client goes; then what runs is stopped."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._work)
                await self._listen()
                group.cancel_scope.cancel()
        finally:
            self._session.rest()
            self._forget()

    async def _listen(self) -> None:
        while (message := await self._socket.receive())["type"] != "websocket.disconnect":
            try:
                if message.get("bytes") is not None:
                    self._keep(message["bytes"])
                else:
                    await self._obey(message["text"])
            except (ServiceError, EngineError) as error:
                await self._say(messages.refused(error))

    def _keep(self, frame: bytes) -> None:
        if len(frame) > self._settings.max_upload_bytes:
            raise too_many_bytes(self._settings.max_upload_bytes)
        self._frame = frame

    async def _obey(self, text: str) -> None:
        if len(text) > self._settings.max_upload_bytes * 4 // 3 + ENVELOPE:
            raise too_many_bytes(self._settings.max_upload_bytes)
        if len(text) > ENVELOPE:
            message = await anyio.to_thread.run_sync(messages.parse, text)
        else:
            message = messages.parse(text)
        if isinstance(message, AutoProcess):
            await self._replace(Order(message, self._frame))
            self._frame = None
        elif isinstance(message, Cancel):
            await self._replace(None)
        else:
            await self._say(messages.PONG)

    async def _replace(self, order: Order | None) -> None:
        """Drop what runs and what waits; the order, if any, is next."""
        waiting, self._order = self._order, order
        if self._running is not None:
            self._running.cancel()
        self._wake.set()
        if waiting is not None:
            await self._say(messages.cancelled(waiting.run))

    async def _work(self) -> None:
        while True:
            order = await self._next()
            with anyio.CancelScope() as self._running:
                try:
                    await self._perform(order)
                except (ServiceError, EngineError) as error:
                    await self._say(messages.refused(error, order.run))
            stopped = self._running.cancelled_caught
            self._running = None
            if stopped:
                await self._say(messages.cancelled(order.run))

    async def _next(self) -> Order:
        """The newest order; while none comes, the child is let go after a while."""
        while self._order is None:
            self._wake = anyio.Event()
            with anyio.move_on_after(self._settings.child_idle_seconds) as idle:
                await self._wake.wait()
            if idle.cancelled_caught:
                self._session.rest()
                await self._wake.wait()
        order, self._order = self._order, None
        return order

    async def _perform(self, order: Order) -> None:
        wish = order.wish
        source = await self._source(order)
        steps = wish.steps()
        arguments = source.arguments() | {
            "recipe": None if steps is None else steps.model_dump(mode="json"),
            "output_format": wish.output_format,
            "draft": wish.draft,
            "tell": "steps" if wish.draft else "previews",
        }

        results: list[Event] = []

        async def tell(event: Event) -> None:
            if event.facts["type"] == "complete":
                results.append(event)
            else:
                await self._say(messages.progress(event, wish.run))

        await self._session.run("process", arguments, tell)
        await self._finish(results[-1], wish)  # the slot is free by now: a client that reads slowly holds up nobody

    async def _source(self, order: Order) -> Source:
        """The image of the message, else the frame before it, else the token's file, else the last image sent."""
        sent = order.wish.image if order.wish.image is not None else order.frame
        if sent is None:
            return await self._before()
        source = await spool(sent, self._workers.folder, self._settings.max_upload_bytes)
        self._forget()
        self._sent = source
        return source

    async def _before(self) -> Source:
        if self._sent is not None and self._claims.file is None:
            return self._sent
        return await stored(self._claims, self._settings, self._socket.app.state.copies)

    def _forget(self) -> None:
        if self._sent is not None:
            Path(self._sent.path).unlink(missing_ok=True)

    async def _finish(self, event: Event, wish: AutoProcess) -> None:
        """The message and its binary frame belong together, whatever is cancelled meanwhile."""
        text = await anyio.to_thread.run_sync(lambda: messages.complete(event, wish.run, binary=wish.binary))
        with anyio.CancelScope(shield=True):
            await self._say(text, event.data if wish.binary else None)

    async def _say(self, text: str, frame: bytes | None = None) -> None:
        """A client that has just gone is noticed by the listening loop."""
        with suppress(WebSocketDisconnect):
            async with self._speaking:
                await self._socket.send_text(text)
                if frame is not None:
                    await self._socket.send_bytes(frame)
