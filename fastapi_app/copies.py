"""Files that a token names and that are not in this machine's media folder: fetched from where the token says.

Only the token opens the bucket, and only for this file: the service knows no bucket and has no key to one.
"""

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx

from fastapi_app.errors import NotFound, StorageAway, Unauthorized

PIECE = 1024 * 1024
IN_USE = 15 * 60.0  # seconds; longer than a run waits and lasts
TIMEOUT = httpx.Timeout(5.0, connect=2.0)


@dataclass
class Copy:
    path: Path
    size: int
    used: float = field(default_factory=time.monotonic)


class Copies:
    """What was fetched, in a folder of the service: at most `most` bytes, and whatever may still be in use.

    A key never names other bytes, so a copy is never out of date."""

    def __init__(self, folder: Path, most: int, client: httpx.AsyncClient) -> None:
        self._folder = folder
        self._most = most
        self._client = client
        self._kept: dict[str, Copy] = {}  # the longest unused first

    async def of(self, key: str, url: str) -> Path:
        """Raises NotFound, Unauthorized when the token's way to the file is closed by now, StorageAway."""
        if key not in self._kept:
            self._keep(key, await self._fetch(url))
        copy = self._kept[key] = self._kept.pop(key)
        copy.used = time.monotonic()
        return copy.path

    def _keep(self, key: str, copy: Copy) -> None:
        """Two who asked at the same time have fetched it twice."""
        if key in self._kept:
            copy.path.unlink()
            return
        self._kept[key] = copy
        self._trim()

    def _trim(self) -> None:
        excess = sum(copy.size for copy in self._kept.values()) - self._most
        for key, copy in list(self._kept.items()):
            if excess <= 0 or time.monotonic() - copy.used < IN_USE:
                return
            del self._kept[key]
            copy.path.unlink(missing_ok=True)
            excess -= copy.size

    async def _fetch(self, url: str) -> Copy:
        try:
            async with self._client.stream("GET", url, timeout=TIMEOUT) as answer:
                refuse(answer.status_code)
                return await self._written(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise StorageAway from error

    async def _written(self, answer: httpx.Response) -> Copy:
        self._folder.mkdir(exist_ok=True)
        path = Path(tempfile.mkstemp(dir=self._folder)[1])
        try:
            async with await anyio.open_file(path, "wb") as file:
                async for chunk in answer.aiter_raw(PIECE):
                    await file.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Copy(path, path.stat().st_size)


def refuse(status: int) -> None:
    if status == 404:
        raise NotFound("The file that the token names is not there.")
    if status == 403:
        raise Unauthorized("The token's way to its file is closed by now. Come again with a new token.")
    if status != 200:
        raise StorageAway
