"""Clients that drip: hundreds of headers and bodies that never end, a header that is too long, and everybody else."""

import asyncio
import time
from urllib.parse import urlsplit

import httpx

from bench.load.ledger import percentile
from bench.load.visitor import no_certificates

SLOW = 200  # of either kind
SECONDS = 35  # longer than nginx waits for a header
HEADER = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = b"POST /api/fastapi/images/info HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n"
LONG = {"X-Long": "x" * 20_000}


def lay(origin: str) -> tuple[str, ...]:
    """Sentences about what came of it."""
    return asyncio.run(_lay(origin))


async def _lay(origin: str) -> tuple[str, str]:
    async with httpx.AsyncClient(base_url=origin, trust_env=False, verify=no_certificates()) as client:
        async with asyncio.TaskGroup() as group:
            headers = [group.create_task(_drip(origin, HEADER)) for _ in range(SLOW)]
            bodies = [group.create_task(_drip(origin, BODY)) for _ in range(SLOW)]
            probe = group.create_task(_probe(client))
        refused = await client.get("/", headers=LONG)
    cut = {kind: sum(task.result() for task in tasks) for kind, tasks in (("headers", headers), ("bodies", bodies))}
    seconds = probe.result()
    said = f"the sign-in page was asked for {len(seconds)} times, p95 {percentile(seconds, 95) or 0:.0f} ms"
    return (
        f"Beside {SLOW} headers and {SLOW} bodies at a byte a second for {SECONDS} s, {said}; nginx cut off {cut}.",
        f"A header of 20 kB: {refused.status_code} {refused.headers['content-type']}.",
    )


async def _drip(origin: str, begin: bytes) -> bool:
    """Whether nginx has had enough of it."""
    address = urlsplit(origin)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(begin)
    end = time.monotonic() + SECONDS
    answered = asyncio.create_task(reader.read(1))
    try:
        while time.monotonic() < end and not answered.done():
            writer.write(b"x")
            await writer.drain()
            await asyncio.wait([answered], timeout=1)
    except OSError:
        return True
    finally:
        answered.cancel()
        writer.transport.abort()
    return answered.done() and not answered.cancelled()


async def _probe(client: httpx.AsyncClient) -> list[float]:
    seconds = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        start = time.perf_counter()
        (await client.get("/accounts/login/")).raise_for_status()
        seconds.append(time.perf_counter() - start)
        await asyncio.sleep(0.1)
    return seconds
