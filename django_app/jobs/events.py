"""What has just happened, into a Redis stream per user. The rows are the truth: a lost event loses nothing."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import redis
from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse

if TYPE_CHECKING:
    from django_app.jobs.items import JobItem
    from django_app.jobs.models import Job

logger = logging.getLogger(__name__)

KEPT = 1000  # events of a user; the service, which tells of tasks in the same streams, says the same
KEPT_SECONDS = 7 * 24 * 3600  # after the last event


def stream_of(user_id: int) -> str:
    return f"recto:events:{user_id}"


def job_progress(item: JobItem) -> bool:
    """An item changed its state, and perhaps there is an image. That its end was told is noted, else `sweep` tells it
    again: somebody may wait."""
    page = {"page": item.page_id, "position": item.position, "state": item.state, "code": item.code}
    facts = item.job.facts()
    told = {**page, "name": item.name, "detail": item.detail}
    is_told = publish(item.job.created_by_id, "job_progress", job=item.job_id, **facts, item=told)
    is_told = is_told and (not item.address or image_processed(item))
    if is_told and item.finished_at:
        # Not of a later end. SQLite keeps milliseconds as text, so that the same moment need not be equal to itself.
        this_end = type(item).objects.filter(pk=item.pk, finished_at__lt=item.finished_at + timedelta(milliseconds=1))
        this_end.update(told_at=Now())
    return is_told


def image_processed(item: JobItem) -> bool:
    """The URL of the result, beside that of the page's image as it was."""
    image = reverse("pages:image", args=[item.page.original.pk]) if item.page else None
    facts = {"job": item.job_id, "kind": item.job.kind, "page": item.page_id}
    return publish(item.job.created_by_id, "image_processed", **facts, image_url=image, processed_value=item.address)


def job_finished(job: Job) -> bool:
    is_told = publish(job.created_by_id, "job_finished", job=job.pk, **job.facts())
    if is_told:
        type(job).objects.filter(pk=job.pk, finished_at__isnull=False).update(told_at=Now())
    return is_told


def publish(user_id: int | None, event: str, **facts: Any) -> bool:
    """To be called after the commit. Never raises; False when Redis could not be told."""
    if user_id is None or not settings.REDIS_URL:
        return True
    body = {"type": event, "timestamp": datetime.now(UTC).isoformat(), **facts}
    try:
        with broker(settings.REDIS_URL).pipeline(transaction=False) as both:
            both.xadd(stream_of(user_id), {"event": json.dumps(body)}, maxlen=KEPT, approximate=True)
            both.expire(stream_of(user_id), KEPT_SECONDS)
            both.execute()
    except redis.RedisError as error:
        logger.warning("event %s for user %s was not published: %s", event, user_id, error)
        return False
    return True


@cache
def broker(url: str) -> redis.Redis:
    """One pool per process; a forked child that inherits it makes its own connections."""
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
