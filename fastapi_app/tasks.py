"""The worker of the developer API: `python -m celery -A fastapi_app.tasks worker --pool threads --queues recto-tasks`.

Images are opened and read in confined children; the worker itself touches no pixel and needs little memory.
"""

import logging
import threading
import time
import uuid
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import bootsteps
from celery.exceptions import Reject, SecurityWarning
from celery.signals import celeryd_init, setup_logging, worker_ready, worker_shutting_down

from fastapi_app import confined, logs
from fastapi_app.claims import Claim, LostError, claim, sweep
from fastapi_app.events import REDIS_ERRORS
from fastapi_app.orders import Slot
from fastapi_app.queue import PATIENT, READ, Tasks
from fastapi_app.scratch import TASK, Scratch
from fastapi_app.scratch import sweep as sweep_folders
from fastapi_app.services import ENGINE_VERSION
from fastapi_app.services.errors import EngineError, on_page
from fastapi_app.services.layout import Page
from fastapi_app.services.layout import text_of as joined
from fastapi_app.settings import Settings
from telemetry import metrics, sentry, traces
from telemetry.logs import about

log = logging.getLogger("recto.tasks")

SWEEP_SECONDS = 5
MOST_TRIES = 3

settings = Settings()
tasks = Tasks(settings, retry=PATIENT)
app = tasks.app
ending = threading.Event()
ME = uuid.uuid4().hex


class GivenBackError(Exception):
    """The worker is shutting down: the next one reads this image."""


@app.task(name=READ, bind=True)  # type: ignore[untyped-decorator]  # Celery brings no types
def read(self: Any, task_id: str) -> None:
    """One image of a task; the next one is the next message. A second delivery finds the task taken."""
    held = claim(tasks, task_id)
    if held is None:
        return
    with about(request_id=held.order.request_id, user=held.order.owner, job=task_id):
        try:
            has_more = read_next(held)
        except LostError:
            return
        except GivenBackError:
            raise Reject(requeue=True) from None
        finally:
            held.release()
        if has_more:
            tasks.ring(task_id)


def read_next(held: Claim) -> bool:
    """False when that was the last image."""
    number = held.next()
    if number is not None:
        begun, tries = time.monotonic(), held.tries(number)
        slot = slot_of(held, number) if tries <= MOST_TRIES else SET_ASIDE
        seconds = round(time.monotonic() - begun, 3)
        held.keep(number, slot | {"attempts": min(tries, MOST_TRIES), "seconds": seconds})
        log.info("an image was read", extra={"image": number, "seconds": seconds})
    if held.next() is not None:
        return True
    held.end()
    return False


def slot_of(held: Claim, number: int) -> Slot:
    """What is in an image, or what is wrong with it."""
    try:
        return {"text": text_of(held, number)} if held.order.kind == "texts" else invoices_of(held, number)
    except EngineError as error:
        return refused(error.code, error.message)
    except confined.LostError:
        return refused("unusable_image", "The image cannot be processed: the work on it broke off.")


def refused(code: str, detail: str) -> Slot:
    return {"error": {"code": code, "detail": detail}}


SET_ASIDE = refused("worker_lost", "The worker died three times on this image, so it was set aside.")


def text_of(held: Claim, number: int) -> str:
    """Raises EngineError, LostError, GivenBackError."""
    share = 0.0

    def alive(_percent: int) -> None:
        beat(held, number, share)

    with file_of(held, number) as path:
        pages: list[Page] = []
        for page, total in pages_of(path, held.order.languages, alive):
            pages.append(page)
            share = len(pages) / total
    return joined(pages).rstrip("\n")


def invoices_of(held: Claim, number: int) -> Slot:
    """All pages of the file in one child, since they belong together. Raises what `text_of` raises."""
    with file_of(held, number) as path:
        file = {"path": str(path), "languages": list(held.order.languages), "most_pages": settings.max_read_pages}
        within = confinement(settings.file_seconds)
        *_, last = confined.perform("read_invoices", file, within, lambda percent: beat(held, number, percent / 100))
    return {"invoices": last.facts["invoices"], "fingerprints": last.facts["fingerprints"]}


def beat(held: Claim, number: int, share: float) -> None:
    if ending.is_set():
        raise GivenBackError
    held.beat(number, share)


@contextmanager
def file_of(held: Claim, number: int) -> Iterator[Path]:
    folder = Scratch(TASK)
    try:
        path = folder.path / "image"
        path.write_bytes(held.image(number))
        yield path
    finally:
        folder.remove()


def pages_of(path: Path, languages: Sequence[str], alive: confined.Beat) -> Iterator[tuple[Page, int]]:
    """Each page of the file, read in a child of its own, and how many there are."""
    number, total = 0, 1
    while number < total:
        try:
            for event in confined.perform("read", reading(path, number, languages), confinement(), alive):
                total = event.facts.get("pages", total)
                if event.facts["type"] == "page":
                    yield Page.model_validate_json(event.data), total
        except EngineError as error:
            raise on_page(error, number + 1) if total > 1 else error from None
        number += 1


def reading(path: Path, number: int, languages: Sequence[str]) -> dict[str, Any]:
    """Arguments of the child's work `read`; the first page's run counts the pages."""
    file = {"path": str(path), "frame": number, "key": "", "most": None if number else settings.max_read_pages}
    return file | {"languages": list(languages)}


def confinement(seconds: float = settings.run_seconds) -> confined.Confinement:
    limits = {"bytes": settings.max_upload_bytes, "pixels": settings.max_pixels, "frames": settings.max_frames}
    confined.start_fork_server()
    return confined.Confinement(seconds, settings.child_memory_bytes, limits)


class Sweep(bootsteps.StartStopStep):  # type: ignore[misc]
    """At the start, after every reconnection to the broker, and every few seconds."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        sweep_folders(TASK)
        confined.sweep_folders()
        sweep_once()
        parent.timer.call_repeatedly(SWEEP_SECONDS, sweep_once)


def sweep_once() -> None:
    try:
        tasks.say_alive(ME)
        if found := sweep(tasks):
            log.info("%s forgotten tasks go on", found)
    except REDIS_ERRORS as error:
        log.warning("forgotten tasks cannot be looked for: %s", error)


@celeryd_init.connect  # type: ignore[untyped-decorator]
def tell_those_who_run_it(**_: Any) -> None:
    """Warnings as lines like all others, errors and traces to where they are wanted."""
    logging.captureWarnings(True)
    warnings.simplefilter("ignore", SecurityWarning)  # `./recto up` may be root's; a container is not
    sentry.start(settings.sentry_dsn, "tasks", ENGINE_VERSION)
    traces.start("tasks", ENGINE_VERSION)


@setup_logging.connect  # type: ignore[untyped-decorator]
def configure_logs(**_: Any) -> None:
    logs.configure(settings)


@worker_ready.connect  # type: ignore[untyped-decorator]
def answer_scrapes(**_: Any) -> None:
    if settings.worker_metrics_port:
        metrics.answer_at(settings.worker_metrics_host, settings.worker_metrics_port, metrics.Memory("tasks"))


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def give_back(**_: Any) -> None:
    ending.set()


app.steps["consumer"].add(Sweep)
