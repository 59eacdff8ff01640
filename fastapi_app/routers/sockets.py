"""How every WebSocket begins and ends: whose it is, whether there is a seat for it, with which code it is refused."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
from fastapi import WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from fastapi_app.auth import Claims, offered_token, socket_claims
from fastapi_app.errors import BadMessage, Forbidden, NotFound, ServiceError, Unauthorized
from telemetry import logs

UNAUTHORIZED, TRY_LATER, TOO_LARGE = 4401, 1013, 1009
CLOSE_CODES: dict[type[Exception], int] = {
    BadMessage: 4400,
    Unauthorized: UNAUTHORIZED,
    Forbidden: 4403,
    NotFound: 4404,
}

Talk = Callable[[WebSocket, Claims], Awaitable[None]]


async def accept(socket: WebSocket) -> None:
    await socket.accept(subprotocol="bearer" if offered_token(socket) else None)


async def hold(socket: WebSocket, talk: Talk, *, seats: anyio.CapacityLimiter) -> None:
    """`talk`, which accepts the socket, with whoever the token names; a refusal that it raises becomes a close code."""
    try:
        claims = await socket_claims(socket)
        socket.state.user = claims.user
        logs.note(user=claims.user)
        seats.acquire_on_behalf_of_nowait(socket)
    except (ServiceError, anyio.WouldBlock) as error:
        await refuse(socket, error)
        return
    try:
        await talk(socket, claims)
    except ServiceError as error:
        await refuse(socket, error)
    finally:
        seats.release_on_behalf_of(socket)


@asynccontextmanager
async def while_valid(socket: WebSocket, claims: Claims) -> AsyncIterator[None]:
    """Ends the block when the token lapses, and the socket with it: the client connects again with a fresh one."""
    with anyio.move_on_after(claims.until - time.time()) as token:
        yield
    if token.cancelled_caught:
        await close(socket, UNAUTHORIZED, "The token has expired; connect again with a fresh one.")


async def refuse(socket: WebSocket, error: Exception) -> None:
    """Accepted first: a browser is not told why a handshake failed, but it sees a close code."""
    if socket.application_state is WebSocketState.CONNECTING:
        await accept(socket)
    await close(socket, CLOSE_CODES.get(type(error), TRY_LATER), str(error) or "Too many connections.")


async def say(socket: WebSocket, message: dict[str, Any]) -> None:
    """As JSON. A client that has just gone is noticed by whoever listens to it."""
    if socket.application_state is WebSocketState.CONNECTED:
        with suppress(WebSocketDisconnect):
            await socket.send_text(json.dumps(message))


async def close(socket: WebSocket, code: int, reason: str) -> None:
    if socket.application_state is WebSocketState.CONNECTED:
        with suppress(WebSocketDisconnect):
            await socket.close(code, reason)
