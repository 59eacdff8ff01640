"""A task that reads invoices, as its owner is told of it: how far it is, each of its files, what was read so far."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi_app.errors import NotFound
from fastapi_app.orders import Order, Slot, Task
from fastapi_app.queue import Tasks

KIND = "invoices"
SHOWN = ("pages", "source", "country", "fields", "details", "candidates", "line_items", "differences", "text")


@dataclass(frozen=True)
class Invoices:
    """`slots`: what became of each file, None so far; `tries`: how often it was begun."""

    task: Task
    order: Order
    slots: tuple[Slot | None, ...]
    tries: tuple[int, ...]


def find(tasks: Tasks, task_id: str, owner: str) -> Invoices:
    """Blocking. Raises NotFound for a task that is unknown, another's or of another kind; QueueUnavailable."""
    task, order = tasks.find(task_id, owner)
    if order.kind != KIND:
        raise NotFound("There is no such task.")
    slots, tries = tasks.slots(task_id, order.total)
    if task.is_over or not any((*slots, *tries)):  # it may have ended in between, and its work with it
        task = tasks.look(task_id, owner)
    if task.is_over:
        slots, tries = task.result or [None] * order.total, [0] * order.total
    return Invoices(task, order, tuple(slots), tuple(tries))


def status(found: Invoices) -> dict[str, Any]:
    task = found.task
    return {
        "task_id": task.task_id,
        "status": task.status,
        "progress": {
            "done": task.progress.done,
            "total": task.progress.total,
            "percent": task.progress.percent,
            "stage": stage(task),
        },
        "created_at": instant(task.created_at),
        "started_at": instant(task.started_at),
        "finished_at": instant(task.finished_at),
    }


def stage(task: Task) -> str:
    if task.is_over:
        return "finished"
    return "reading" if task.started_at else "waiting"


def described(found: Invoices) -> dict[str, Any]:
    files = [file(found, number) for number in range(found.order.total)]
    return status(found) | {"files": files, "timings": timings(found.task, files)}


def file(found: Invoices, number: int) -> dict[str, Any]:
    slot, tries = found.slots[number], found.tries[number]
    return {
        "name": found.order.names[number],
        "state": state(found, number),
        "attempts": tries if slot is None else slot.get("attempts", tries),
        "seconds": slot and slot.get("seconds"),
        "error": slot and slot.get("error"),
    }


def state(found: Invoices, number: int) -> str:
    slot = found.slots[number]
    if slot is not None:
        return "failed" if "error" in slot else "done"
    if found.task.is_over:
        return "cancelled"
    return "running" if found.tries[number] else "queued"


def timings(task: Task, files: list[dict[str, Any]]) -> dict[str, float | None]:
    """Seconds: until the first file was begun, from then to the end, and of one file in the mean."""
    spent = [each["seconds"] for each in files if each["seconds"] is not None]
    return {
        "waited": between(task.created_at, task.started_at),
        "worked": between(task.started_at, task.finished_at),
        "per_file": round(sum(spent) / len(spent), 3) if spent else None,
    }


def invoices(found: Invoices) -> list[dict[str, Any]]:
    """All that were read so far, in the order of the files: {"file", …}."""
    return [{"file": name} | {fact: invoice[fact] for fact in SHOWN} for name, _, invoice in _read(found)]


def to_check(found: Invoices) -> list[dict[str, Any]]:
    """As the work `check_invoices` takes them."""
    return [{"file": name, "invoice": invoice} for name, _, invoice in _read(found)]


def entries(found: Invoices) -> list[dict[str, Any]]:
    """As the work `find_anomalies` takes them."""
    return [
        {
            "id": number,
            "file": name,
            "values": {field: value["value"] for field, value in (invoice["fields"] | invoice["details"]).items()},
            "fingerprint": fingerprint,
        }
        for number, (name, fingerprint, invoice) in enumerate(_read(found))
    ]


def _read(found: Invoices) -> list[tuple[str, str, dict[str, Any]]]:
    """Name of the file, fingerprint of the page on which it begins, the invoice."""
    return [
        (name, fingerprint, invoice)
        for name, slot in zip(found.order.names, found.slots, strict=True)
        if slot is not None and "invoices" in slot
        for fingerprint, invoice in zip(slot["fingerprints"], slot["invoices"], strict=True)
    ]


def instant(at: float | None) -> str | None:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds") if at else None


def between(begin: float | None, end: float | None) -> float | None:
    return round(end - begin, 3) if begin and end else None
