"""A busy engine: does it answer, does it stop when told, and is it as small after 1,000 requests as before?"""

import asyncio
import itertools
import json
import multiprocessing
import os
import random
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.pages import clean, files, jpeg
from bench.running import Signer, recto
from bench.tables import Options, Table
from launcher.stack import Stack
from samples import photograph

PROBES = 1000
PAUSE = 0.01  # seconds between two probes
PEOPLE = 12  # who have a page in work or in the line all the time
CANCELS = 40
REQUESTS = 1000
SLOW = {"steps": [{"step": "denoise", "method": "nlmeans", "strength": 20}]}
HEAD = ("what", "n", "p50 ms", "p95 ms", "p99 ms", "most ms", "wanted")


def run(options: Options) -> Table:
    """With a folder its first image is the page that everybody sends."""
    page = files(options.pages)[0].read_bytes() if options.pages else photographed(3000, 4000)
    with recto() as stack:
        base = f"http://127.0.0.1:{stack.ports.fastapi}"
        signer = Signer(stack)
        rows = [row("healthz, idle", probe(base), "")]
        with crowd(base, [signer.headers(f"busy-{number}") for number in range(PEOPLE)], page):
            rows.append(row(f"healthz, {PEOPLE} pages at once", probe(base), "p99 ≤ 50"))
        for name, recipe in (("cancel, Auto Process", None), ("cancel, non-local means", SLOW)):
            rows.append(row(name, asyncio.run(cancels(base, signer, page, recipe)), "p95 ≤ 250"))
        notes = asyncio.run(mixed(base, signer, stack))
    load = "the machine's load, in the last minute and the last five: " + ", ".join(
        f"{each:.1f}" for each in os.getloadavg()[:2]
    )
    return Table(HEAD, rows, (*notes, load))


def photographed(width: int, height: int) -> bytes:
    return jpeg(photograph(clean(width, height, width // 34), angle=2.0, shade=0.5, grain=6))


def row(name: str, seconds: list[float], wanted: str) -> tuple[object, ...]:
    marks = statistics.quantiles([1000 * each for each in seconds], n=100, method="inclusive")
    return (name, len(seconds), *(f"{marks[at]:.1f}" for at in (49, 94, 98)), f"{1000 * max(seconds):.1f}", wanted)


def probe(base: str) -> list[float]:
    took = []
    with httpx.Client(base_url=base, trust_env=False) as client:
        for _ in range(PROBES):
            start = time.perf_counter()
            client.get("/healthz").raise_for_status()
            took.append(time.perf_counter() - start)
            time.sleep(PAUSE)
    return took


@contextmanager
def crowd(base: str, people: list[dict[str, str]], page: bytes) -> Iterator[None]:
    """Everybody sends the page again as soon as it is back; in a process of their own, for an exact probe.

    It begins when the first page is back: all others are in work or in the line by then."""
    context = multiprocessing.get_context("spawn")
    is_full = context.Event()
    process = context.Process(target=_keep_busy, args=(base, people, page, is_full), daemon=True)
    process.start()
    try:
        while not is_full.wait(0.1):
            _check(process)
        yield
        _check(process)
    finally:
        process.terminate()
        process.join()


def _check(crowd: BaseProcess) -> None:
    if not crowd.is_alive():
        raise RuntimeError("The crowd went home too soon.")


def _keep_busy(base: str, people: list[dict[str, str]], page: bytes, is_full: Event) -> None:
    async def one(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        while True:
            answer = await client.post("/api/images/auto-process", files={"file": page}, headers=headers)
            answer.raise_for_status()
            is_full.set()

    async def all_of_them() -> None:
        async with httpx.AsyncClient(base_url=base, timeout=120, trust_env=False) as client:
            await asyncio.gather(*(one(client, headers) for headers in people))

    asyncio.run(all_of_them())


async def cancels(base: str, signer: Signer, page: bytes, recipe: dict[str, Any] | None) -> list[float]:
    """Seconds from `cancel`, said at any moment of a run, to `cancelled`; the slot is free by then."""
    took: list[float] = []
    chance = random.Random(1)
    headers = signer.headers("cancels")
    socket_url = base.replace("http", "ws") + "/ws/process"
    async with connect(socket_url, additional_headers=headers, max_size=None, proxy=None) as socket:
        for number in itertools.count():
            if len(took) == CANCELS:
                return took
            await socket.send(page)
            await socket.send(
                json.dumps({"action": "auto_process", "run": number, "recipe": recipe, "binary": True}, default=str)
            )
            await asyncio.sleep(chance.uniform(0.01, 0.5))
            sent = time.perf_counter()
            await socket.send('{"action": "cancel"}')
            if await _ended(socket, number) == "cancelled":
                took.append(time.perf_counter() - sent)
    raise AssertionError


async def _ended(socket: ClientConnection, number: int) -> str:
    """How the run ended: it may have been complete before the word came."""
    while True:
        message = json.loads(await socket.recv())
        if message.get("run") == number and message["type"] == "complete":
            await socket.recv()
        if message.get("run") == number and message["type"] in ("complete", "cancelled", "error"):
            return str(message["type"])


@dataclass(frozen=True)
class Size:
    """What the service and its fork server hold: resident MiB, open descriptors, children, files in their folder."""

    service: float
    server: float
    descriptors: int
    processes: int
    files: int

    def __str__(self) -> str:
        return (
            f"service {self.service:.1f} MiB, fork server {self.server:.1f} MiB, {self.descriptors} descriptors, "
            f"{self.processes} processes, {self.files} files"
        )


async def mixed(base: str, signer: Signer, stack: Stack) -> tuple[str, str]:
    """Clean pages, broken ones, text, tokens that do not count, clients that hang up; eight at a time."""
    pid = stack.supervisor.states()["fastapi"].pid
    async with httpx.AsyncClient(base_url=base, timeout=60, trust_env=False) as client:
        await _send(client, signer, REQUESTS // 10)
        before = await _size(pid)
        start = time.perf_counter()
        codes = await _send(client, signer, REQUESTS)
    after = await _size(pid)
    seconds = time.perf_counter() - start
    return (
        f"before {REQUESTS} mixed requests: {before}",
        f"after them ({seconds:.0f} s, {codes}): {after}",
    )


async def _send(client: httpx.AsyncClient, signer: Signer, count: int) -> dict[str, int]:
    page, broken = photographed(600, 800), photographed(600, 800)[:9000]
    codes: dict[str, int] = {}
    gate = asyncio.Semaphore(8)

    async def one(number: int) -> None:
        async with gate:
            code = await _one(client, signer.headers(f"mixed-{number % 5}"), number, page, broken)
            codes[code] = codes.get(code, 0) + 1

    await asyncio.gather(*(one(number) for number in range(count)))
    return dict(sorted(codes.items()))


async def _one(client: httpx.AsyncClient, headers: dict[str, str], number: int, page: bytes, broken: bytes) -> str:
    kinds = (
        ("/api/images/auto-process", page, {}),
        ("/api/images/binarize", page, {"method": "otsu", "return_json": "true"}),
        ("/api/images/deskew", broken, {}),
        ("/api/images/enhance", b"<svg onload='alert(1)'/>", {}),
        ("/api/images/denoise", page, {"method": "nlmeans"}),
    )
    path, data, query = kinds[number % len(kinds)]
    if number % 25 == 0:
        path, query = "/api/ocr", {"engine": "tesseract"}
    timeout = 0.15 if number % 7 == 0 else 60
    with suppress(httpx.TimeoutException):
        answer = await client.post(
            path,
            files={"file": data},
            params=query,
            headers={} if number % 20 == 3 else headers,
            timeout=httpx.Timeout(60, read=timeout),
        )
        return str(answer.status_code)
    return "hung up"


async def _size(pid: int) -> Size:
    """Once nothing runs any more."""
    await asyncio.sleep(5)
    below = _children(pid)
    servers = [each for each in below if "forkserver" in Path(f"/proc/{each}/cmdline").read_text()]
    folders = Path("/tmp").glob("recto-*/child-*")
    own = {folder.parent for folder in folders if any(_home(child) == folder for child in _all_below(pid))}
    return Size(
        _resident(pid),
        sum(_resident(each) for each in servers[:1]),
        len(list(Path(f"/proc/{pid}/fd").iterdir())),
        len(_all_below(pid)),
        sum(len(list(folder.rglob("*"))) for folder in own),
    )


def _children(pid: int) -> list[int]:
    """Of all its threads: the fork server is not the first one's."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _all_below(pid: int) -> list[int]:
    return [each for child in _children(pid) for each in (child, *_all_below(child))]


def _home(pid: int) -> Path:
    return Path(f"/proc/{pid}/cwd").readlink()


def _resident(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
