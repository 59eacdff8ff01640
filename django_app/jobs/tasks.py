"""The one crossing from Django into the engine: an item is claimed, worked on, and completed or failed."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from celery import Task, shared_task
from celery.signals import worker_process_init
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from django_app.config.middleware import request_id
from django_app.jobs import events, worker
from django_app.jobs.errors import JobError, StoppedError
from django_app.jobs.kinds import KINDS, Beat, Cleaned, Outcome, Source
from django_app.jobs.models import JobItem
from django_app.jobs.sweep import release_claims, sweep

if TYPE_CHECKING:
    from fastapi_app.services.raster import Limits, Raster

__all__ = ["release", "run", "sweep_now", "worker"]

logger = logging.getLogger(__name__)
T = TypeVar("T")

HEARTBEAT_SECONDS = 5
ITEM_SECONDS = 600


@worker_process_init.connect  # type: ignore[untyped-decorator]  # Celery brings no types
def one_thread_per_process(**_: Any) -> None:
    """The processes are the parallelism; threads of OpenCV and Tesseract on top would fight for the same cores."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    import cv2

    cv2.setNumThreads(1)


@shared_task(  # type: ignore[untyped-decorator]
    name="jobs.run", bind=True, acks_late=True, reject_on_worker_lost=False, time_limit=ITEM_SECONDS
)
def run(self: Task, item_id: int) -> None:
    """One item. A second delivery finds it claimed and does nothing."""
    request_id.set(self.request.get("request_id") or "")
    item = JobItem.objects.select_related("job__created_by", "page").filter(pk=item_id).first()
    if item is None or not item.claim(by=self.request.id or ""):
        return
    work_on(item)
    item.job.finish()


@shared_task(name="jobs.release", ignore_result=True)  # type: ignore[untyped-decorator]
def release(task_id: str) -> None:
    """The child that ran this task has died."""
    release_claims(task_id)


@shared_task(name="jobs.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep_now() -> None:
    swept = sweep()
    if any(swept):
        logger.info("swept: %s", swept)


def work_on(item: JobItem) -> None:
    from fastapi_app.services.errors import EngineError

    try:
        with heartbeat(item):
            outcome = KINDS[item.job.kind].work(item, Services(), beat_of(item))
            save(item, outcome)
    except StoppedError:
        item.stop()
    except (EngineError, JobError) as error:
        item.fail(error.code, error.message)
    except Exception:
        logger.exception("item %s of job %s failed", item.pk, item.job_id)
        item.fail("internal", "Something went wrong on our side with this page. It has been logged.")


def save(item: JobItem, outcome: Outcome) -> None:
    """The result's rows and the item's completion, together or not at all: one version however often it is delivered.

    A database that goes away in the commit may have committed; a file without a row does no harm, so the file stays.
    """
    try:
        with transaction.atomic():
            address = outcome.save()
            if not item.complete():
                raise StoppedError
            transaction.on_commit(lambda: events.image_processed(item, address), robust=True)
    except (StoppedError, JobError):
        outcome.discard()
        raise


def beat_of(item: JobItem) -> Beat:
    def beat() -> None:
        if not item.beat():
            raise StoppedError

    return beat


@contextmanager
def heartbeat(item: JobItem, every: float = HEARTBEAT_SECONDS) -> Iterator[None]:
    """Signs of life from a second thread, for steps that are long in themselves. They die with the process."""
    ended = threading.Event()

    def live() -> None:
        while not ended.wait(every):
            try:
                item.beat()
            except DatabaseError as error:
                logger.warning("no sign of life for item %s: %s", item.pk, error)
            finally:
                connection.close()

    thread = threading.Thread(target=live, name=f"heartbeat-{item.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class Services:
    """`kinds.Engine`, made of `fastapi_app.services`."""

    def clean(self, source: Source, recipe: Any, beat: Beat) -> Cleaned:
        from fastapi_app.services import ENGINE_VERSION, inspection, pipeline
        from fastapi_app.services import raster as rasters
        from fastapi_app.services.recipe import Recipe

        given = None if recipe is None else Recipe.parse(recipe)
        before, wanted = inspection.load(source.data, given, frame=source.frame, limits=limits())
        complete = pipeline.result(beating(pipeline.run(placed(before, source), wanted, previews=False), beat))
        page = complete.raster
        return Cleaned(
            png=rasters.encode(page, "png"),
            width=page.width,
            height=page.height,
            dpi=page.dpi,
            recipe=complete.recipe.model_dump(mode="json"),
            matrix=page.matrix.tolist(),
            skew_angle=complete.skew_angle,
            engine_version=ENGINE_VERSION,
        )

    def read(self, source: Source, languages: Sequence[str], beat: Beat, *, clean: bool) -> dict[str, Any]:
        from fastapi_app.services import raster as rasters
        from fastapi_app.services import reading

        page = placed(rasters.decode(source.data, frame=source.frame, gray=True, limits=limits()), source)
        layout = reading.result(beating(reading.run(page, languages, clean="auto" if clean else "false"), beat))
        return layout.model_dump(mode="json")


def limits() -> Limits:
    from fastapi_app.services import raster as rasters

    return rasters.Limits(bytes=settings.MAX_UPLOAD_BYTES, pixels=settings.MAX_PIXELS)


def placed(page: Raster, source: Source) -> Raster:
    """The source's raster with a matrix that leads back to the page's original."""
    return replace(page, matrix=page.matrix @ source.matrix, original=source.original)


def beating(steps: Iterator[T], beat: Beat) -> Iterator[T]:
    """The pipeline's events, with a beat after each; StoppedError closes the pipeline."""
    for event in steps:
        beat()
        yield event
