"""The one crossing from Django into the engine: an item is claimed, worked on in a child, completed or failed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import process
from pathlib import Path
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_process_init
from django.conf import settings
from django.db import Error, connection, transaction

from django_app.config.storage import StorageAwayError, still_alive
from django_app.jobs import files, metrics, patience, queue, worker
from django_app.jobs.errors import DatabaseAwayError, JobError, ShutdownError, StoppedError
from django_app.jobs.items import JobItem
from django_app.jobs.kinds import KINDS, PROJECT_WORKS, Cleaned, Save, Source
from django_app.jobs.patience import is_away, patiently
from django_app.jobs.sweep import release_claims, sweep
from telemetry import logs, traces

__all__ = ["release", "run", "sweep_now", "worker"]

logger = logging.getLogger(__name__)

BEAT_SECONDS = 0.5
THIS_PROCESS = process.current_process()


@worker_process_init.connect  # type: ignore[untyped-decorator]  # Celery brings no types
def prepare_children(**_: Any) -> None:
    """The fork server loads the engine while the first message is still on its way."""
    from fastapi_app.confined import start_fork_server, sweep_folders

    sweep_folders()
    # billiard's process stands in multiprocessing's place: a daemon, which may have no children, with a key that cannot
    # travel. Ours end with their fork server.
    process._current_process = THIS_PROCESS  # type: ignore[attr-defined]
    start_fork_server()


@shared_task(  # type: ignore[untyped-decorator]
    name="jobs.run",
    bind=True,
    acks_late=True,
    reject_on_worker_lost=False,
    time_limit=settings.PAGE_SECONDS + 7 * patience.SECONDS,  # it may wait for the database or the bucket as often
)
def run(self: Task, item_id: int) -> None:
    """One item. A second delivery finds it claimed and does nothing."""
    item = patiently(lambda: claimed(item_id, self.request.id or ""))
    if item is None:
        return
    with logs.about(request_id=item.job.request_id, user=item.job.created_by_id, job=item.job_id, item=item.pk):
        patiently(lambda: queue.enqueue(item.job))
        begun = time.monotonic()
        with traces.piece(f"item {item.job.kind}") as span:
            work_on(item)
            span["recto.state"] = item.state
        tell(item, time.monotonic() - begun)
        patiently(item.job.finish)


def tell(item: JobItem, seconds: float) -> None:
    """One line for each item, and its numbers."""
    facts = {"kind": item.job.kind, "state": item.state, "code": item.code, "seconds": round(seconds, 3)}
    logger.info("%s of item %s: %s", item.job.kind, item.pk, item.state, extra=facts)
    metrics.count_item(item, seconds)


@shared_task(name="jobs.project", ignore_result=True, time_limit=settings.PAGE_SECONDS)  # type: ignore[untyped-decorator]
def project(name: str, project_id: int) -> None:
    """Work on a project as a whole; it is asked for again when it is wanted again."""
    from fastapi_app.confined import LostError
    from fastapi_app.services.errors import EngineError

    try:
        PROJECT_WORKS[name](project_id, Services(give_way))
    except (EngineError, LostError, ShutdownError) as error:
        logger.warning("%s of project %s was not done: %r", name, project_id, error)


def give_way(percent: int) -> None:
    if worker.must_give_back():
        raise ShutdownError


@shared_task(name="jobs.release", ignore_result=True)  # type: ignore[untyped-decorator]
def release(task_id: str) -> None:
    """The child that ran this task has died."""
    release_claims(task_id)


@shared_task(name="jobs.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep_now() -> None:
    swept = sweep()
    if any(swept):
        logger.info("swept: %s", swept)


def claimed(item_id: int, by: str) -> JobItem | None:
    item = JobItem.objects.select_related("job__created_by", "page").filter(pk=item_id).first()
    return item if item is not None and item.claim(by=by) else None


def work_on(item: JobItem) -> None:
    from fastapi_app.confined import LostError
    from fastapi_app.services.errors import EngineError

    try:
        save(item, patiently(lambda: worked(item, beat_of(item))))
    except StoppedError:
        patiently(item.stop)
    except ShutdownError:
        patiently(item.give_back)
    except (LostError, DatabaseAwayError) as error:
        logger.error("item %s of job %s goes back: %r", item.pk, item.job_id, error)
        if patiently(item.release):
            patiently(lambda: queue.enqueue(item.job))
    except (EngineError, JobError) as error:
        code, message = error.code, error.message
        patiently(lambda: item.fail(code, message))
    except StorageAwayError:
        patiently(lambda: item.fail("storage_away", "The images cannot be reached at the moment. Try again later."))
    except Exception:
        logger.exception("item %s of job %s failed", item.pk, item.job_id)
        patiently(lambda: item.fail("internal", "Something went wrong on our side with this page. It has been logged."))


def worked(item: JobItem, beat: Callable[[int], None]) -> Save:
    """The item's work, again while the bucket is away, for a minute at most."""
    deadline = 0.0
    while True:
        try:
            with alive(beat):
                return KINDS[item.job.kind].work(item, Services(beat))
        except StorageAwayError:
            deadline = deadline or time.monotonic() + patience.SECONDS
            if time.monotonic() >= deadline:
                raise
            time.sleep(BEAT_SECONDS)
            beat(0)


@contextmanager
def alive(beat: Callable[[int], None]) -> Iterator[None]:
    """While files are read and written, beats go on; that nobody wants the work is heard afterwards."""

    def sign() -> None:
        with suppress(StoppedError, ShutdownError):
            beat(0)

    token = still_alive.set(sign)
    try:
        yield
    finally:
        still_alive.reset(token)


def save(item: JobItem, rows: Save) -> None:
    """The result's rows and the item's completion, together or not at all: one version however often delivered."""

    def commit() -> None:
        with transaction.atomic():
            if not item.complete(rows()):
                raise StoppedError

    try:
        patiently(commit)
    except StoppedError:
        if not patiently(item.is_completed):
            files.remove(item.file)
            raise


def beat_of(item: JobItem) -> Callable[[int], None]:
    """Signs of life, at most one in BEAT_SECONDS; raises StoppedError when the work is no longer wanted."""
    last, reached = 0.0, 0

    def beat(percent: int) -> None:
        nonlocal last, reached
        if worker.must_give_back():
            raise ShutdownError
        if time.monotonic() - last < BEAT_SECONDS:
            return
        last, reached = time.monotonic(), max(percent, reached)
        try:
            wanted = item.beat(reached)
        except Error as error:
            if not is_away(error):
                raise
            logger.warning("no sign of life for item %s: %s", item.pk, error)
            connection.close()
        else:
            if not wanted:
                raise StoppedError

    return beat


class Services:
    """`kinds.Engine`: each work in a child of its own, without secrets, with limits, killed when it is not wanted."""

    def __init__(self, beat: Callable[[int], None]) -> None:
        self._beat = beat

    def clean(self, source: Source, recipe: Any) -> Cleaned:
        facts, png = self._result("clean_page", path=str(source.path), frame=source.frame, recipe=recipe)
        return Cleaned(png=png, **facts)

    def read(self, source: Source, languages: Sequence[str], *, clean: bool) -> dict[str, Any]:
        arguments = {"path": str(source.path), "frame": source.frame, "languages": list(languages)}
        placed = {"matrix": source.matrix, "original": list(source.original)}
        facts, _ = self._result("read_page", **arguments, **placed, clean="auto" if clean else "false")
        return dict(facts["layout"])

    def beat(self, percent: int) -> None:
        self._beat(percent)

    def unpack(self, archive: Path, member: str) -> tuple[dict[str, Any], bytes]:
        return self._result("unpack_file", path=str(archive), member=member)

    def read_invoices(self, path: Path, languages: Sequence[str], recipe: Any = None) -> dict[str, Any]:
        return self._result("read_invoices", path=str(path), languages=list(languages), recipe=recipe)[0]

    def check_invoices(self, invoices: Sequence[dict[str, Any]], today: str) -> list[dict[str, Any]]:
        return list(self._result("check_invoices", invoices=list(invoices), today=today)[0]["invoices"])

    def find_anomalies(self, entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return list(self._result("find_anomalies", entries=list(entries))[0]["anomalies"])

    def try_page(self, path: Path, frame: int) -> None:
        self._result("try_page", path=str(path), frame=frame)

    def draw(self, source: Source) -> bytes:
        return self._result("draw_page", path=str(source.path), frame=source.frame)[1]

    def bind(self, sources: Sequence[Source]) -> bytes:
        pages = [{"path": str(source.path), "frame": source.frame} for source in sources]
        return self._result("bind_pages", pages=pages)[1]

    def write(self, pages: Sequence[tuple[dict[str, Any], Source, str]], format: str) -> tuple[str, bytes]:
        layouts = [layout for layout, _, _ in pages]
        origins = [{"path": str(source.path), "frame": source.frame, "filename": name} for _, source, name in pages]
        facts, content = self._result("write_text", pages=layouts, origins=origins, format=format)
        return str(facts["extension"]), content

    def _result(self, work: str, **arguments: Any) -> tuple[dict[str, Any], bytes]:
        """The last message of a work."""
        from fastapi_app import confined

        confined.start_fork_server()
        for event in confined.perform(work, arguments, confinement(), self._beat):
            last = event
        return last.facts, last.data


def confinement() -> Any:
    from fastapi_app.confined import Confinement

    limits = {"bytes": settings.MAX_UPLOAD_BYTES, "pixels": settings.MAX_PIXELS, "frames": settings.MAX_FRAMES}
    return Confinement(settings.PAGE_SECONDS, settings.CHILD_MEMORY_BYTES, limits)
