"""Which workers of jobs live: each says so every few seconds, in a hash of Redis under its name."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from django.conf import settings

from django_app.jobs.events import broker

KEY = "recto:job-workers"
ALIVE_SECONDS = 15.0  # a worker says so every five
FORGOTTEN_SECONDS = 3600.0


@dataclass(frozen=True)
class Worker:
    """Times are seconds since 1970. `tasks`: the ids of the messages in its hands; items are claimed by them."""

    name: str
    since: float
    seen: float
    queues: Sequence[str]
    tasks: Sequence[str]

    @property
    def began_at(self) -> datetime:
        return datetime.fromtimestamp(self.since, UTC)


def say(worker: Worker) -> None:
    """Raises RedisError."""
    client = broker(settings.REDIS_URL)
    client.hset(KEY, worker.name, json.dumps(asdict(worker)))
    if forgotten := [one.name for one in known() if one.seen < time.time() - FORGOTTEN_SECONDS]:
        client.hdel(KEY, *forgotten)


def workers() -> list[Worker]:
    """Those alive, by name. Raises RedisError."""
    alive = [worker for worker in known() if worker.seen > time.time() - ALIVE_SECONDS]
    return sorted(alive, key=lambda worker: worker.name)


def known() -> list[Worker]:
    return [Worker(**json.loads(said)) for said in broker(settings.REDIS_URL).hvals(KEY)]
