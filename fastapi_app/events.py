"""What happens, as it happens: every user's Redis stream, followed by one connection for all sockets of this process.

That connection only rings; each listener then reads the stream from where it stands. So nothing is lost or said twice,
a slow socket holds up nobody, and after an outage of Redis everybody reads on.
"""

import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import anyio
from redis import asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from fastapi_app.errors import BadMessage

Event = dict[str, Any]
REDIS_ERRORS = (RedisError, OSError)

BLOCK_SECONDS = 5.0  # how long one question to Redis waits for news
LOOK_SECONDS = 2.0
LOOKS = 8  # connections that the listeners of a process share
AT_ONCE = 100  # events a look
LONGEST_PAUSE = 2.0  # seconds between two tries while Redis is away
WAKE_KEPT = 3600  # seconds
KEPT, KEPT_SECONDS = 1000, 7 * 24 * 3600  # events of a user, and how long after the last one; Django says the same
NOWHERE = "unix:///dev/null"  # a service without Redis has sockets on which nothing happens
ID = re.compile(r"(\d{1,20})(?:-(\d{1,20}))?", re.ASCII)
LARGEST = 2**64 - 1


def stream_of(user: str) -> str:
    return f"recto:events:{user}"


def now() -> str:
    return datetime.now(UTC).isoformat()


def parse_id(text: object) -> str:
    """A stream id in full. Raises BadMessage."""
    found = ID.fullmatch(text) if isinstance(text, str) else None
    parts = [int(part or 0) for part in found.groups()] if found else [LARGEST + 1]
    if max(parts) > LARGEST:
        raise BadMessage("last_id must be the id of an event, such as 1732104000000-0.")
    return "{}-{}".format(*parts)


def _order(event_id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in event_id.split("-"))


class Listener:
    """One socket's place in its user's stream; `last` is None as long as Redis could not be asked."""

    def __init__(self, looks: redis.Redis, stream: str, last: str | None) -> None:
        self._looks = looks
        self.stream = stream
        self.last = last
        self._news = anyio.Event()

    def ring(self) -> None:
        self._news.set()

    def move(self, last: str | None) -> None:
        """What comes after `last` is told (again)."""
        self.last = last
        self.ring()

    async def events(self) -> AsyncIterator[Event]:
        """Everything after `last`, for ever; while Redis is away there is nothing."""
        while True:
            await self.news()
            async for event in self._look():
                yield event

    async def news(self, seconds: float | None = None) -> None:
        """Until something has happened, or so long."""
        with anyio.move_on_after(seconds):
            await self._news.wait()
        self._news = anyio.Event()

    async def _look(self) -> AsyncIterator[Event]:
        count = AT_ONCE
        while count == AT_ONCE:
            try:
                entries: Any = await self._looks.xrange(self.stream, f"({self.last or '0-0'}", "+", AT_ONCE)
            except REDIS_ERRORS:
                return  # whoever follows the streams rings when Redis is back
            count = len(entries)
            for event_id, fields in entries:
                self.last = event_id
                yield {"id": event_id} | json.loads(fields["event"])


class Streams:
    """The streams that somebody listens to, and the one connection that follows them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._wake = f"recto:wake:{uuid.uuid4().hex}"  # an entry here makes the follower look at the list again
        self._cursors: dict[str, str | None] = {}
        self._listeners: dict[str, set[Listener]] = {}
        pool = redis.BlockingConnectionPool.from_url(url, max_connections=LOOKS, timeout=None, **_options(LOOK_SECONDS))
        self._looks = redis.Redis.from_pool(pool)

    @contextmanager
    def _registered(self, listener: Listener) -> Iterator[None]:
        listeners = self._listeners.setdefault(listener.stream, set())
        listeners.add(listener)
        try:
            yield
        finally:
            listeners.discard(listener)
            if not listeners:
                del self._listeners[listener.stream]
                self._cursors.pop(listener.stream, None)

    @asynccontextmanager
    async def listen(self, user: str, last: str | None = None) -> AsyncIterator[Listener]:
        """From now on, or from the event `last` on. Works, silently, also while Redis is away."""
        stream = stream_of(user)
        listener = Listener(self._looks, stream, last)
        with self._registered(listener):
            try:
                await self._begin(listener)
            except REDIS_ERRORS:
                self._cursors.setdefault(stream, None)
            yield listener

    async def _begin(self, listener: Listener) -> None:
        tail = await self.tail(listener.stream)
        if listener.last is None or _order(listener.last) > _order(tail):
            listener.last = tail  # an id from the future would be deaf for ever
        listener.ring()
        if self._cursors.get(listener.stream) is None:
            self._cursors[listener.stream] = tail
            await self._looks.xadd(self._wake, {"for": listener.stream}, maxlen=1, approximate=False)
            await self._looks.expire(self._wake, WAKE_KEPT)

    async def tail(self, stream: str) -> str:
        """The id of the newest event; 0-0 before there is any."""
        newest: Any = await self._looks.xrevrange(stream, count=1)
        return str(newest[0][0]) if newest else "0-0"

    async def follow(self) -> None:
        """For ever: rings whom something concerns. Redis may go and come."""
        pause = 0.0
        while True:
            try:
                async with redis.from_url(self._url, **_options(BLOCK_SECONDS + LOOK_SECONDS)) as connection:
                    await self._resume()
                    pause = 0.0
                    await self._read(connection)
            except REDIS_ERRORS:
                pause = min(2 * pause or 0.1, LONGEST_PAUSE)
                await anyio.sleep(pause)

    async def _resume(self) -> None:
        """Redis answers (again): everybody looks whether something was missed."""
        for stream in [stream for stream, cursor in self._cursors.items() if cursor is None]:
            tail = await self.tail(stream)
            for listener in self._listeners.get(stream, ()):
                listener.last = listener.last or tail
            self._cursors[stream] = tail
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.ring()

    async def _read(self, connection: redis.Redis) -> None:
        woken = await self.tail(self._wake)
        while True:
            known = {stream: cursor for stream, cursor in self._cursors.items() if cursor is not None}
            streams: dict[Any, Any] = {self._wake: woken} | known
            news: Any = await connection.xread(streams, block=int(1000 * BLOCK_SECONDS))
            for stream, entries in news or ():
                newest = entries[-1][0]
                if stream == self._wake:
                    woken = newest
                elif stream in self._cursors:
                    self._cursors[stream] = newest
                    for listener in self._listeners[stream]:
                        listener.ring()

    async def close(self) -> None:
        await self._looks.aclose()


@asynccontextmanager
async def following(url: str) -> AsyncIterator[Streams]:
    """The streams of the Redis at `url`, followed until the end of the block."""
    streams = Streams(url or NOWHERE)
    async with anyio.create_task_group() as group:
        group.start_soon(streams.follow)
        yield streams
        group.cancel_scope.cancel()
    await streams.close()


def _options(seconds: float) -> dict[str, Any]:
    """Fail at once and say so: whoever asks knows when to ask again."""
    return {
        "decode_responses": True,
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": seconds,
        "socket_connect_timeout": LOOK_SECONDS,
    }
