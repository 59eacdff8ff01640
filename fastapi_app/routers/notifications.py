"""`WS /ws/{user_id}`: what happens to a person's jobs and tasks, while it happens and after a gap."""

import json

import anyio
from fastapi import APIRouter, WebSocket

from fastapi_app.auth import Claims
from fastapi_app.errors import BadMessage, Forbidden
from fastapi_app.events import Event, Listener, Streams, now, parse_id
from fastapi_app.routers import sockets

router = APIRouter()

LONGEST_TEXT = 64 * 1024  # characters; what is said here is short


@router.websocket("/ws/{user_id}")
async def notifications(socket: WebSocket, user_id: str) -> None:
    """Accepted when the stream is followed: whatever happens after the handshake is told."""

    async def talk(socket: WebSocket, claims: Claims) -> None:
        if claims.user != user_id:
            raise Forbidden("Notifications can be had only with a token of the same user.")
        asked = socket.query_params.get("last_id")
        last = None if asked is None else parse_id(asked)
        streams: Streams = socket.app.state.streams
        async with streams.listen(claims.user, last) as listener:
            await sockets.accept(socket)
            async with sockets.while_valid(socket, claims):
                await _converse(socket, listener)

    await sockets.hold(socket, talk, seats=socket.app.state.seats)


async def _converse(socket: WebSocket, listener: Listener) -> None:
    """Until the client goes."""
    async with anyio.create_task_group() as group:
        group.start_soon(_tell, socket, listener)
        await _hear(socket, listener)
        group.cancel_scope.cancel()


async def _tell(socket: WebSocket, listener: Listener) -> None:
    async for event in listener.events():
        await sockets.say(socket, event)


async def _hear(socket: WebSocket, listener: Listener) -> None:
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        text = message.get("text")
        if len(text or message.get("bytes") or "") > LONGEST_TEXT:
            await sockets.close(socket, sockets.TOO_LARGE, "Messages here are short.")
            return
        try:
            await _answer(socket, listener, text)
        except BadMessage as error:
            await sockets.say(socket, {"type": "error", "code": error.code, "detail": str(error)})


async def _answer(socket: WebSocket, listener: Listener, text: str | None) -> None:
    if text is None:
        raise BadMessage("Send text.")
    said = _parse(text)
    if said.get("type") == "ping":
        await sockets.say(socket, {"type": "pong"})
    elif said.get("type") != "resume":
        await sockets.say(socket, {"type": "echo", "message": f"Received: {text}", "timestamp": now()})
    elif said.get("last_id") is None:
        await sockets.say(socket, {"type": "resumed", "id": listener.last, "timestamp": now()})
    else:
        listener.move(parse_id(said["last_id"]))


def _parse(text: str) -> Event:
    """The message, if it is a JSON object; else an empty one."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
