"""What is ordered of the worker, and what its owner is told of it; the names under which that lies in Redis."""

import json
import time
from dataclasses import dataclass, field, replace
from typing import Any

from celery import states

Slot = dict[str, Any]
"""What became of one image: {"text": …}, of one file {"invoices", "fingerprints"}, of either {"error": {"code",
"detail"}}; and the "attempts" and "seconds" that it took."""


@dataclass(frozen=True)
class Progress:
    """Images that are done, of how many; `percent` counts the pages within the one in hand too."""

    done: int
    total: int
    percent: int = 0


@dataclass(frozen=True)
class Task:
    """A task as its owner sees it. `result`: a text, or for a list one slot each: a text or {"error": …}; of invoices
    the slots themselves, None for a file that was not reached. Times are seconds since 1970."""

    task_id: str
    status: str
    progress: Progress
    result: Any = None
    error: dict[str, str] | None = None
    created_at: float = 0.0
    started_at: float | None = None
    finished_at: float | None = None

    @property
    def is_over(self) -> bool:
        return self.status in ("completed", "failed", "cancelled")


@dataclass(frozen=True)
class Order:
    """What is to be read: `many` if it came as a list, `names` if it came as files; `kind`: texts or invoices."""

    owner: str
    total: int
    many: bool
    languages: tuple[str, ...]
    request_id: str = ""
    kind: str = "texts"
    names: tuple[str, ...] = ()
    created_at: float = field(default_factory=time.time)


def record_of(task_id: str) -> str:
    return f"recto:task:{task_id}"


def work_of(task_id: str) -> str:
    return f"recto:task:{task_id}:work"


def lease_of(task_id: str) -> str:
    return f"recto:task:{task_id}:lease"


def task_of(task_id: str, order: Order, record: dict[str, bytes], meta: dict[str, Any]) -> Task:
    """From its record, and Celery's result."""
    end = json.loads(record["end"]) if "end" in record else None
    started = float(record["started"]) if "started" in record else None
    task = Task(task_id, "queued", Progress(0, order.total), created_at=order.created_at, started_at=started)
    if end and (end["status"] == "cancelled" or meta["status"] == states.SUCCESS):
        ended = replace(task, status=end["status"], progress=Progress(**end["progress"]), finished_at=end.get("at"))
        if end["status"] == "cancelled":
            return replace(ended, result=end.get("kept"))
        return replace(ended, result=meta["result"]["result"], error=meta["result"]["error"])
    if meta["status"] == "PROGRESS":
        return replace(task, status="running", progress=Progress(**meta["result"]["progress"]))
    return task
