"""/metrics of Django: what is counted, and what rows, queues and the disk say when they are asked."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from redis.exceptions import RedisError

from django_app.backup.models import Backup
from django_app.config.metrics import metrics
from django_app.jobs import alive
from django_app.status import facts

PATH = "/metrics"
View = Callable[[HttpRequest], HttpResponseBase]


def scraped(get_response: View) -> View:
    """Before all others, so that it answers whatever host name Prometheus has found us under. Nobody else comes here:
    nginx has nothing at this address."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return exposition(request) if request.path_info == PATH else get_response(request)

    return middleware


def exposition(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    page = metrics.exposition(metrics.Memory("django"), Surroundings())
    return HttpResponse(page, content_type=metrics.CONTENT_TYPE_LATEST)


class Surroundings:
    """Found out at each scrape, the same by every process of Django. What is away is said to be away."""

    def collect(self) -> Iterator[metrics.Metric]:
        answers = {}
        for what, ask, away in (
            ("database", rows, DatabaseError),
            ("redis", queues, RedisError),
            ("disk", disk, OSError),
        ):
            try:
                yield from list(ask())
            except away:
                answers[what] = False
            else:
                answers[what] = True
        yield metrics.up(answers)
        yield metrics.gauge("recto_build_info", "The version that runs.", "version", {settings.VERSION: 1})


def rows() -> Iterator[metrics.Metric]:
    """Raises DatabaseError."""
    jobs = facts.open_jobs() | facts.ended_jobs()
    yield metrics.gauge("recto_jobs", "Jobs queued and running; of those ended, the last day's.", "state", jobs)
    yield metrics.gauge("recto_items", "Items of jobs that wait or are worked on.", "state", facts.open_items())
    yield metrics.gauge(
        "recto_oldest_job_seconds", "Age of the oldest job without an end.", "", {"": age(facts.oldest_job())}
    )
    waiting = {queue: age(since) for queue, since in facts.waiting_since().items()}
    yield metrics.gauge("recto_queue_oldest_seconds", "How long the oldest message has waited.", "queue", waiting)
    if backup := Backup.objects.first():
        at = {"": backup.finished_at.timestamp()}
        yield metrics.gauge("recto_last_backup_timestamp_seconds", "When the last backup was finished.", "", at)


def queues() -> Iterator[metrics.Metric]:
    """Raises RedisError."""
    if not settings.REDIS_URL:
        raise RedisError
    yield metrics.gauge("recto_queue_messages", "Messages that no worker has taken.", "queue", facts.messages())
    yield metrics.gauge(
        "recto_workers", "Workers that gave a sign of life.", "service", {"worker": len(alive.workers())}
    )


def disk() -> Iterator[metrics.Metric]:
    """Raises OSError."""
    found = facts.disk()
    yield metrics.gauge("recto_disk_bytes", "Size of the file system of the media.", "", {"": found.total})
    yield metrics.gauge("recto_disk_free_bytes", "What is free of it.", "", {"": found.free})


def age(since: datetime | None) -> float:
    return max(0.0, time.time() - since.timestamp()) if since else 0.0
