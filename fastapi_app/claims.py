"""The worker's side of tasks: who works on which, what is done of it, and what to do when a worker has died."""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from celery import states

from fastapi_app.orders import Order, Progress, Slot, lease_of, record_of, work_of
from fastapi_app.queue import DAY, OPEN, QUEUE, SINCE, Tasks

LEASE_SECONDS = 10
RING_SECONDS = 5  # a message that was sent is in a worker's hands much sooner
ORDER_SECONDS = 600  # to bring the images of an order to Redis


class LostError(Exception):
    """The task was cancelled, or another delivery has it now."""


def claim(tasks: Tasks, task_id: str) -> "Claim | None":
    """None when it is over, forgotten, or another delivery has it."""
    order, end = tasks.redis.hmget(record_of(task_id), "order", "end")
    if not order or _is_cancelled(end) or not tasks.redis.hexists(OPEN, task_id):
        return None
    mine = uuid.uuid4().hex
    if not tasks.redis.set(lease_of(task_id), mine, nx=True, ex=LEASE_SECONDS):
        return None
    tasks.redis.hdel(record_of(task_id), "rung")
    tasks.redis.hsetnx(record_of(task_id), "started", time.time())
    return Claim(tasks, task_id, Order(**json.loads(order)), mine)


def sweep(tasks: Tasks) -> int:
    """Rings again for what a dead worker or a dead broker has forgotten; how many."""
    is_empty = not tasks.redis.llen(QUEUE)
    return sum([_mend(tasks, each.decode(), is_empty) for each in tasks.redis.zrange(SINCE, 0, -1)])


def _mend(tasks: Tasks, task_id: str, is_empty: bool) -> bool:
    """A task is forgotten when nobody has it and either its last message was taken, or all messages are gone."""
    age = time.time() - (tasks.redis.zscore(SINCE, task_id) or 0)
    order, rung, end = tasks.redis.hmget(record_of(task_id), "order", "rung", "end")
    if _is_cancelled(end) or (not order and age > ORDER_SECONDS):
        tasks.drop(task_id)
        return False
    if not order or tasks.redis.exists(lease_of(task_id)):
        return False
    is_lost = age > RING_SECONDS if rung is None else is_empty and time.time() - float(rung) > RING_SECONDS
    if is_lost:
        tasks.ring(task_id)
    return is_lost


def _is_cancelled(end: bytes | None) -> bool:
    return bool(end) and json.loads(end or "{}")["status"] == "cancelled"


class Claim:
    """One delivery's hold on a task, for one image."""

    def __init__(self, tasks: Tasks, task_id: str, order: Order, mine: str) -> None:
        self._tasks = tasks
        self._redis = tasks.redis
        self._id = task_id
        self._mine = mine.encode()
        self._said = -1
        self.order = order

    def next(self) -> int | None:
        """The first image that is not done."""
        done = {int(name[5:]) for name in self._redis.hkeys(work_of(self._id)) if name.startswith(b"done:")}
        return next((number for number in range(self.order.total) if number not in done), None)

    def image(self, number: int) -> bytes:
        """Raises LostError when the images are gone."""
        found = self._redis.hget(work_of(self._id), f"image:{number}")
        if found is None:
            raise LostError
        return bytes(found)

    def tries(self, number: int) -> int:
        """How often this image has been begun, with this time; one that ends its worker is set aside."""
        tries = self._redis.hincrby(work_of(self._id), f"tries:{number}", 1)
        self._redis.expire(work_of(self._id), DAY)  # it may just have been cancelled, and have come to life again
        return int(tries)

    def beat(self, done: int, share: float) -> None:
        """A sign of life, and how far it is. Raises LostError when it is no longer wanted from here."""
        end, holder = self._redis.hget(record_of(self._id), "end"), self._redis.get(lease_of(self._id))
        if _is_cancelled(end) or holder not in (None, self._mine):
            raise LostError
        self._redis.set(lease_of(self._id), self._mine, ex=LEASE_SECONDS)
        percent = int(100 * (done + share) / self.order.total)
        if percent != self._said:
            self._said = percent
            self._tell(Progress(done, self.order.total, percent))

    def _tell(self, progress: Progress) -> None:
        facts = {"status": "running", "progress": asdict(progress)}
        self._tasks.app.backend.store_result(self._id, facts, "PROGRESS")
        self._tasks.tell(self.order.owner, "task_progress", task=self._id, **facts)

    def keep(self, number: int, slot: Slot) -> None:
        with self._redis.pipeline() as pipe:
            pipe.hset(work_of(self._id), f"done:{number}", json.dumps(slot))
            pipe.hdel(work_of(self._id), f"image:{number}")
            pipe.expire(work_of(self._id), DAY)
            pipe.execute()

    def end(self) -> None:
        """All images are done."""
        kept = self._redis.hgetall(work_of(self._id))
        slots = [kept.get(f"done:{number}".encode()) for number in range(self.order.total)]
        if not all(slots):
            raise LostError
        outcome = _outcome(self.order, [json.loads(slot) for slot in slots if slot])
        if self._tasks.decide(self._id, outcome["status"], Progress(self.order.total, self.order.total, 100)):
            self._tasks.app.backend.store_result(self._id, outcome, states.SUCCESS)
            facts = {"status": outcome["status"], "error": outcome["error"]}
            self._tasks.tell(self.order.owner, "task_finished", task=self._id, **facts)
        self._tasks.drop(self._id)

    def release(self) -> None:
        """Whoever is next may have it."""
        if self._redis.get(lease_of(self._id)) == self._mine:
            self._redis.delete(lease_of(self._id))


def _outcome(order: Order, slots: Sequence[Slot]) -> dict[str, Any]:
    errors = [slot["error"] for slot in slots if "error" in slot]
    is_failed = len(errors) == len(slots)
    return {
        "status": "failed" if is_failed else "completed",
        "result": slots if order.kind == "invoices" else _texts(order, slots),
        "error": errors[0] if is_failed else None,
    }


def _texts(order: Order, slots: Sequence[Slot]) -> Any:
    texts = [slot.get("text", {"error": slot.get("error")}) for slot in slots]
    return texts if order.many else slots[0].get("text")
