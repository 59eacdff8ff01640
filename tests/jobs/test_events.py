"""What a person's socket hears of their jobs."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.utils import timezone

from django_app.jobs import events
from django_app.jobs.models import Job
from django_app.jobs.sweep import sweep
from django_app.pages.models import Page
from tests.jobs.conftest import Outage, deliver

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., Job]


def heard(broker: redis.Redis, user: Any) -> list[dict[str, Any]]:
    return [json.loads(fields[b"event"]) for _, fields in broker.xrange(events.stream_of(user.pk))]


def test_it_works(start: Start, folio: Page, broker: redis.Redis, alice: Any, bob: Any) -> None:
    original = folio.original.pk
    job = start([folio])
    deliver(job.items.get())
    told = heard(broker, alice)
    assert [event["type"] for event in told] == ["job_progress", "job_progress", "image_processed", "job_finished"]
    running, done, image, finished = told
    assert (running["item"]["state"], running["percent"]) == ("running", 0)
    assert (done["item"]["page"], done["item"]["state"], done["percent"]) == (folio.pk, "done", 100)
    assert image["image_url"] == f"/versions/{original}/image"
    assert image["processed_value"] == f"/versions/{folio.versions.latest('id').pk}/image"
    assert (finished["job"], finished["state"], finished["total"], finished["failed"]) == (job.pk, "completed", 1, 0)
    assert all("timestamp" in event for event in told)
    assert heard(broker, bob) == []
    assert job.items.get().told_at is not None, "a sweep would tell it again, and again"


def test_a_failed_page_says_why(start: Start, folio: Page, broker: redis.Redis, alice: Any) -> None:
    deliver(start([folio], recipe={"steps": [{"step": "polish"}]}).items.get())
    told = heard(broker, alice)
    assert [event["type"] for event in told] == ["job_progress", "job_progress", "job_finished"]
    assert told[1]["item"]["code"] == "bad_recipe"
    assert told[1]["item"]["detail"]


def test_the_stream_is_capped(broker: redis.Redis, alice: Any) -> None:
    for number in range(1300):
        events.publish(alice.pk, "job_progress", number=number)
    assert 1000 <= broker.xlen(events.stream_of(alice.pk)) < 1200
    assert 0 < broker.ttl(events.stream_of(alice.pk)) <= events.KEPT_SECONDS


def test_a_lost_push_loses_nothing(
    start: Start, folio: Page, no_broker: None, redis_url: str, settings: Any, alice: Any
) -> None:
    """What could not be told when it happened is told by a later sweep, once, the image as well."""
    job = start([folio])
    item = deliver(job.items.get())
    job.refresh_from_db()
    assert (item.state, job.finished_at is not None) == ("done", True)
    long_ago(job)
    assert sweep().told == 0
    settings.REDIS_URL = redis_url
    with redis.Redis.from_url(redis_url) as broker:
        broker.flushall()
        assert (sweep().told, sweep().told) == (2, 0)
        ended, image, finished = heard(broker, alice)
    assert (ended["type"], ended["item"]["state"]) == ("job_progress", "done")
    assert (image["type"], image["processed_value"]) == ("image_processed", item.address)
    assert item.address == f"/versions/{folio.versions.latest('id').pk}/image"
    assert (finished["type"], finished["job"]) == ("job_finished", job.pk)


def long_ago(job: Job) -> None:
    for rows in (job.items, Job.objects):
        rows.update(finished_at=timezone.now() - timedelta(minutes=1))


def test_a_worker_that_dies_before_it_tells_of_the_image(
    start: Start, folio: Page, broker: redis.Redis, alice: Any
) -> None:
    """Nothing is taken for told until all of it is."""
    job = start([folio])
    with Outage('FROM "pages_pageversion"', after='"told_at" = NULL') as outage:
        deliver(job.items.get())
    assert outage.happened
    assert "image_processed" not in {event["type"] for event in heard(broker, alice)}
    long_ago(job)
    assert sweep().told == 1
    assert heard(broker, alice)[-1]["type"] == "image_processed"
