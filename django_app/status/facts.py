"""What is to be known of a running Recto, for machines (metrics.py) and for its staff (views.py). Each question is
bounded by an index, and raises DatabaseError, RedisError or OSError when what it asks is away."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from redis.exceptions import RedisError

from django_app.jobs import queue
from django_app.jobs.events import broker
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.states import OPEN, State, Tally

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Disk:
    total: int
    free: int

    @property
    def percent_used(self) -> int:
        return round(100 * (1 - self.free / self.total)) if self.total else 0


def disk() -> Disk:
    """Bytes of the file system that the media are on."""
    folder = settings.MEDIA_ROOT
    while not folder.exists():
        folder = folder.parent
    found = shutil.disk_usage(folder)
    return Disk(found.total, found.free)


def open_jobs() -> dict[str, int]:
    """Jobs without an end, by whether one of their items has ever begun."""
    found = Job.objects.active().order_by().aggregate(all=Count("pk"), begun=Count("started_at"))
    return {"queued": found["all"] - found["begun"], "running": found["begun"]}


def ended_jobs(within: timedelta = DAY) -> dict[str, int]:
    """Jobs that came to an end lately, by how."""
    told = with_outcome(Job.objects.filter(finished_at__gte=Now() - within)).order_by()
    counted = dict.fromkeys(("completed", "failed", "cancelled"), 0)
    for *has, number in told.values_list("has_done", "has_failed", "has_cancelled").annotate(Count("pk")):
        counted[Tally(*[0, 0, *map(int, has)]).state] += number
    return counted


def with_outcome(jobs: QuerySet[Job]) -> QuerySet[Any]:
    """Three looks into an index, however many items a job has."""
    items = {
        f"has_{state}": JobItem.objects.filter(job=OuterRef("pk"), state=state) for state in State if state not in OPEN
    }
    return jobs.annotate(**{name: Exists(some) for name, some in items.items()})


def failed_jobs(within: timedelta = WEEK) -> QuerySet[Any]:
    """With an item that failed, the last one first."""
    recent = with_outcome(Job.objects.filter(finished_at__gte=timezone.now() - within))
    return recent.filter(has_failed=True).order_by("-finished_at")


def oldest_job() -> datetime | None:
    """When the oldest of the jobs without an end was asked for."""
    found: datetime | None = Job.objects.active().order_by().aggregate(oldest=Min("created_at"))["oldest"]
    return found


def open_items() -> dict[str, int]:
    found = JobItem.objects.filter(state__in=OPEN).order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(map(str, OPEN), 0) | dict(found)


def waiting_since() -> dict[str, datetime | None]:
    """Since when the oldest message of each queue waits for a worker. What waits for its owner's other pages is not
    announced yet and does not count: their number may be any."""
    announced = JobItem.objects.filter(state=State.QUEUED, seen_at__isnull=False).order_by()
    found = announced.values_list("job__queue").annotate(Min("seen_at"))
    return dict.fromkeys(queue.QUEUES) | dict(found)


def messages() -> dict[str, int]:
    """In each queue, not yet taken by a worker."""
    with broker(settings.REDIS_URL).pipeline(transaction=False) as asking:
        for name in queue.QUEUES:
            asking.llen(name)
        return dict(zip(queue.QUEUES, asking.execute(), strict=True))


def redis() -> Mapping[str, Any]:
    """What Redis says of itself."""
    if not settings.REDIS_URL:
        raise RedisError("There is none: RECTO_REDIS_URL is empty.")
    return dict(broker(settings.REDIS_URL).info())


def database() -> tuple[str, int]:
    """Its name with the version, and its size in bytes."""
    version = ".".join(map(str, connection.get_database_version()))
    size = "pg_database_size(current_database())"
    if connection.vendor == "sqlite":
        size = "page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {size}")
        return f"{connection.display_name} {version}", int(cursor.fetchone()[0])
