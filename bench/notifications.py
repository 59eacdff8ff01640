"""From an event in Redis to a client behind nginx, and what an idle socket costs the service."""

import asyncio
import json
import resource
import statistics
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import redis
from websockets.asyncio.client import ClientConnection, connect

from bench.running import Signer, recto
from bench.tables import Options, Table
from launcher.stack import Stack

EVENTS = 500
PAUSE = 0.01  # seconds between two events
TABS = 3
IDLE = 1000


def run(_options: Options) -> Table:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with recto() as stack:
        return asyncio.run(measure(stack))


async def measure(stack: Stack) -> Table:
    signer = Signer(stack)
    through_nginx = stack.origin.replace("http", "ws")
    direct = f"ws://127.0.0.1:{stack.ports.fastapi}"
    rows = [await latency(stack, signer, through_nginx, 0)]
    async with AsyncExitStack() as open_sockets:
        before = memory(stack)
        for number in range(IDLE):
            await open_sockets.enter_async_context(listener(direct, signer, f"idle-{number}"))
        await asyncio.sleep(2)
        after = memory(stack)
        rows.append(await latency(stack, signer, through_nginx, IDLE))
    each = f"{IDLE} idle sockets of as many people: {(after - before) / IDLE / 1024:.1f} KiB each"
    return Table(("idle sockets", "events", "p50 ms", "p95 ms", "most ms"), rows, (each,))


def listener(base: str, signer: Signer, user: str) -> connect:
    return connect(f"{base}/ws/{user}", additional_headers=signer.headers(user), proxy=None, compression=None)


async def latency(stack: Stack, signer: Signer, base: str, idle: int) -> tuple[Any, ...]:
    """Milliseconds from the worker's XADD until the last of a person's tabs has the event."""
    took: list[float] = []
    with redis.Redis.from_url(stack.environment["RECTO_REDIS_URL"]) as worker:
        async with AsyncExitStack() as tabs:
            sockets = [await tabs.enter_async_context(listener(base, signer, "measured")) for _ in range(TABS)]
            for number in range(EVENTS):
                sent = time.perf_counter()
                worker.xadd("recto:events:measured", {"event": json.dumps({"type": "job_progress", "n": number})})
                arrivals = await asyncio.gather(*(heard(socket) for socket in sockets))
                took.append(1000 * (max(arrivals) - sent))
                await asyncio.sleep(PAUSE)
    percentiles = statistics.quantiles(took, n=100)
    return (idle, EVENTS, f"{percentiles[49]:.1f}", f"{percentiles[94]:.1f}", f"{max(took):.1f}")


async def heard(socket: ClientConnection) -> float:
    await socket.recv()
    return time.perf_counter()


def memory(stack: Stack) -> int:
    """Resident bytes of the service's own process."""
    pid = stack.supervisor.states()["fastapi"].pid
    fields = Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) * 1024
