"""The live preview of a page: a slider that is moved a few times, and the picture after its last move."""

import asyncio
import json
import time

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from bench.load.ledger import CUT_OFF, REFUSED, SERVED, TIMED_OUT
from bench.load.visitor import PATIENCE

MOVES, PAUSE = 4, 0.25  # seconds between two
TRY_LATER = 1013
FULL = "queue_full"

Ending = tuple[str, str]


async def moved_slider(origin: str, headers: dict[str, str]) -> tuple[float, str, str]:
    """Seconds from the last move to its picture, the outcome and what it was told by."""
    address = origin.replace("http", "ws", 1) + "/ws/process"
    begun = time.perf_counter()
    try:
        async with (
            asyncio.timeout(PATIENCE),
            connect(address, additional_headers=headers, max_size=None, proxy=None, compression=None) as socket,
        ):
            begun = await _move(socket)
            ending = await _ended(socket)
    except TimeoutError:
        ending = TIMED_OUT, ""
    except (OSError, WebSocketException) as error:
        ending = _closed(error)
    return time.perf_counter() - begun, *ending


async def _move(socket: ClientConnection) -> float:
    """When the last move was made."""
    for number in range(MOVES):
        await asyncio.sleep(PAUSE if number else 0)
        recipe = {"steps": [{"step": "enhance", "clip_limit": 1 + number / 2}]}
        order = {"action": "auto_process", "run": number, "recipe": recipe, "draft": True, "binary": True}
        await socket.send(json.dumps(order))
    return time.perf_counter()


async def _ended(socket: ClientConnection) -> Ending:
    async for message in socket:
        told = json.loads(message) if isinstance(message, str) else {}
        if told.get("run") == MOVES - 1 and told["type"] == "complete":
            return SERVED, ""
        if told.get("run") == MOVES - 1 and told["type"] == "error":
            return (REFUSED if told["code"] == FULL else told["code"]), told["code"]
    return CUT_OFF, "before its end"


def _closed(error: Exception) -> Ending:
    """Closed because all seats are taken is a polite refusal, too."""
    code = error.rcvd.code if isinstance(error, ConnectionClosed) and error.rcvd else 0
    return (REFUSED if code == TRY_LATER else CUT_OFF), str(code or error)
