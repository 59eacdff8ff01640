"""Work for nobody is stopped: a run ends when the client that asked for it has gone."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import anyio
from fastapi import Request

from fastapi_app.errors import ClientGone

T = TypeVar("T")


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """The outcome of `work`; cancelled, with ClientGone, when the client closes. The body must have been read."""
    with anyio.CancelScope() as scope:
        watch = asyncio.create_task(_cancel_when_gone(request, scope))
        try:
            return await work
        finally:
            watch.cancel()
    raise ClientGone("The client went away.")


async def _cancel_when_gone(request: Request, scope: anyio.CancelScope) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
