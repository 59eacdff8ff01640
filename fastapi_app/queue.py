"""Tasks of the developer API: ordered by the service, worked on by `tasks`. All that is known of them lies in Redis.

    recto:task:ID         who ordered it and what; for a day
    recto:task:ID:work    its images, and the texts that are done; gone at the end
    recto:task:ID:lease   the delivery that works on it, renewed while it lives
    recto:tasks           ID → bytes of its images, of every task that is not over
    recto:workers         workers by the time of their last sign of life
    celery-task-meta-ID   its state (Celery's result, for a day)

A message only rings, for one image; the next image is the next message, so that tasks take turns. A second delivery
finds the lease taken and does nothing.
"""

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import redis
from celery import Celery, states
from kombu.exceptions import OperationalError
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.retry import Retry

from fastapi_app.errors import NotFound, Overloaded, QueueUnavailable
from fastapi_app.events import KEPT, KEPT_SECONDS, NOWHERE, REDIS_ERRORS, now, stream_of
from fastapi_app.idempotency import once
from fastapi_app.orders import Order, Progress, Slot, Task, record_of, task_of, work_of
from fastapi_app.settings import Settings

QUEUE = "recto-tasks"
READ = "tasks.read"
DAY = 24 * 3600
OPEN, SINCE, WORKERS = "recto:tasks", "recto:tasks:since", "recto:workers"
ALIVE_SECONDS = 15  # a worker says so every five
# A producer that waits for a broker which is down keeps its client waiting.
FAIL_FAST = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "socket_connect_timeout": 1}
IMPATIENT = Retry(NoBackoff(), 1)  # a connection may have died of old age
PATIENT = Retry(ExponentialBackoff(cap=2.0, base=0.1), 10)  # a worker outlives a Redis that is started again

BROKER_ERRORS = (*REDIS_ERRORS, OperationalError)

ADMIT = """
local held = 0
for _, bytes in ipairs(redis.call('HVALS', KEYS[1])) do held = held + tonumber(bytes) end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) or held + tonumber(ARGV[2]) > tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
return 1
"""


@dataclass(frozen=True)
class Census:
    """What there is: messages by queue, tasks that are not over and the age of the oldest, workers alive."""

    messages: dict[str, int]
    tasks: int
    oldest_seconds: float
    workers: int


def celery_app(settings: Settings) -> Celery:
    """Broker and results on the service's Redis; Celery says `redis+socket://` where redis-py says `unix://`."""
    url = settings.redis_url.replace("unix://", "redis+socket://", 1).replace("db=", "virtual_host=", 1)
    app = Celery("recto-tasks", broker=url or "memory://", backend=url or "cache+memory://")
    app.conf.update(
        task_default_queue=QUEUE,
        task_acks_late=True,
        task_ignore_result=True,  # what is to be kept is stored by name
        result_expires=DAY,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
    )
    return app


class Tasks:
    """Orders and their outcome. Every method blocks; raises QueueUnavailable while Redis is away."""

    def __init__(self, settings: Settings, *, retry: Retry = IMPATIENT) -> None:
        self._settings = settings
        self.app = celery_app(settings)
        options: dict[str, Any] = {"socket_timeout": 5, "socket_connect_timeout": 1, "retry": retry}
        self.redis: Any = redis.Redis.from_url(settings.redis_url or NOWHERE, **options)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except BROKER_ERRORS as error:
            raise QueueUnavailable from error

    def order(self, order: Order, images: Sequence[Path | Slot], *, key: str | None = None, digest: str = "") -> str:
        """The id of the new task, or under a known `key` of the first one. What is no image comes as its slot.

        Raises Overloaded, and what `idempotency.once` raises."""
        with self._asking():
            return once(self.redis, order.owner, key, digest, partial(self._order, order, images), kept=DAY)

    def _order(self, order: Order, images: Sequence[Path | Slot]) -> str:
        task_id = uuid.uuid4().hex
        self._admit(task_id, sum(image.stat().st_size for image in images if isinstance(image, Path)))
        try:
            self._keep(task_id, order, images)
            self.ring(task_id, patient=False)
        except BaseException:
            with suppress(*BROKER_ERRORS):
                self.drop(task_id)
                self.redis.delete(record_of(task_id))
            raise
        return task_id

    def _admit(self, task_id: str, size: int) -> None:
        limits = (self._settings.tasks, self._settings.task_bytes)
        if not self.redis.eval(ADMIT, 2, OPEN, SINCE, task_id, size, *limits, time.time()):
            raise Overloaded("Too many tasks are waiting. Try again in a few seconds.")

    def _keep(self, task_id: str, order: Order, images: Sequence[Path | Slot]) -> None:
        for number, image in enumerate(images):
            if isinstance(image, Path):
                self.redis.hset(work_of(task_id), f"image:{number}", image.read_bytes())
            else:
                self.redis.hset(work_of(task_id), f"done:{number}", json.dumps(image))
        self.redis.expire(work_of(task_id), DAY)
        self.redis.hset(record_of(task_id), "order", json.dumps(asdict(order)))
        self.redis.expire(record_of(task_id), DAY)

    def look(self, task_id: str, owner: str) -> Task:
        """Raises NotFound for a task that is unknown, forgotten or another's."""
        return self.find(task_id, owner)[0]

    def find(self, task_id: str, owner: str) -> tuple[Task, Order]:
        """The same, with what was ordered."""
        with self._asking():
            record = {name.decode(): value for name, value in self.redis.hgetall(record_of(task_id)).items()}
            found = Order(**json.loads(record["order"])) if "order" in record else None
            if found is None or found.owner != owner:
                raise NotFound("There is no such task.")
            meta = self.app.backend.get_task_meta(task_id, cache=False)
        return task_of(task_id, found, record, meta), found

    def slots(self, task_id: str, total: int) -> tuple[list[Slot | None], list[int]]:
        """What became of each image so far, and how often each was begun; of a task that is not over."""
        names = [f"{what}:{number}" for what in ("done", "tries") for number in range(total)]
        with self._asking():
            found = self.redis.hmget(work_of(task_id), names)
        done, tries = found[:total], found[total:]
        return [slot and json.loads(slot) for slot in done], [int(count or 0) for count in tries]

    def workers(self) -> tuple[int, int]:
        """How many are alive, and how many tasks are not over."""
        with self._asking():
            alive = self.redis.zcount(WORKERS, time.time() - ALIVE_SECONDS, "+inf")
            return int(alive), int(self.redis.hlen(OPEN))

    def census(self) -> Census:
        with self._asking(), self.redis.pipeline(transaction=False) as pipe:
            pipe.llen(QUEUE)
            pipe.hlen(OPEN)
            pipe.zrange(SINCE, 0, 0, withscores=True)
            pipe.zcount(WORKERS, time.time() - ALIVE_SECONDS, "+inf")
            messages, tasks, oldest, workers = pipe.execute()
        since = max(0.0, time.time() - oldest[0][1]) if oldest else 0.0
        return Census({QUEUE: messages}, tasks, since, workers)

    def cancel(self, task_id: str, owner: str) -> Task:
        """Whatever is over stays as it is. A page that is being read ends within a second."""
        task, order = self.find(task_id, owner)
        if task.is_over:
            return task
        with self._asking():
            kept = self.slots(task_id, order.total)[0] if order.kind == "invoices" else None
            if self.decide(task_id, "cancelled", task.progress, kept):
                self.app.backend.store_result(task_id, None, states.REVOKED)
                self.drop(task_id)
                self.tell(owner, "task_finished", task=task_id, status="cancelled", error=None)
        return self.look(task_id, owner)

    def say_alive(self, worker: str) -> None:
        """Every few seconds; who is silent is forgotten."""
        self.redis.zadd(WORKERS, {worker: time.time()})
        self.redis.zremrangebyscore(WORKERS, "-inf", time.time() - ALIVE_SECONDS)

    def ring(self, task_id: str, *, patient: bool = True) -> None:
        self.redis.hset(record_of(task_id), "rung", time.time())
        options = {} if patient else FAIL_FAST
        with self.app.connection_for_write(transport_options=options) as connection:
            self.app.send_task(READ, [task_id], task_id=task_id, connection=connection, retry=patient)

    def drop(self, task_id: str) -> None:
        """It is over: what was only for the work goes."""
        with self.redis.pipeline() as pipe:
            pipe.hdel(OPEN, task_id)
            pipe.zrem(SINCE, task_id)
            pipe.delete(work_of(task_id))
            pipe.execute()

    def tell(self, owner: str, event: str, **facts: Any) -> None:
        body = {"type": event, "timestamp": now(), **facts}
        with self.redis.pipeline(transaction=False) as pipe:
            pipe.xadd(stream_of(owner), {"event": json.dumps(body)}, maxlen=KEPT, approximate=True)
            pipe.expire(stream_of(owner), KEPT_SECONDS)
            pipe.execute()

    def decide(self, task_id: str, status: str, progress: Progress, kept: list[Slot | None] | None = None) -> bool:
        """True for whoever decides how the task ends; a worker that comes again for its own end may. What is `kept` of
        a cancelled task's work goes with the decision: whoever sees it may drop the work."""
        end = json.dumps({"status": status, "progress": asdict(progress), "at": time.time(), "kept": kept})
        if self.redis.hsetnx(record_of(task_id), "end", end):
            return True
        decided = json.loads(self.redis.hget(record_of(task_id), "end") or "{}")
        return status != "cancelled" and bool(decided.get("status") == status)
