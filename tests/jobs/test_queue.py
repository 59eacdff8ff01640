"""Messages: sent on commit, to the right queue, never needed twice; and what a sweep finds when they are lost."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import redis
from django.core.management import call_command
from django.utils import timezone

from django_app.jobs import files, queue
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.states import State
from django_app.jobs.sweep import release_claims, sweep
from django_app.projects.models import Project
from django_app.users.models import User
from tests.jobs.conftest import RECIPE, MakePages, deliver, enqueueing_to

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., Job]


def age(job: Job, **fields: int) -> None:
    """Turns the clock back for the job and its items, by seconds."""
    past = {name: timezone.now() - timedelta(seconds=seconds) for name, seconds in fields.items()}
    job.items.update(**past)


def messages(broker: redis.Redis, name: str) -> list[list[int]]:
    """The arguments of what waits in a queue."""
    return [json.loads(json.loads(raw)["headers"]["argsrepr"].replace("(", "[").replace(",)", "]"))
            for raw in broker.lrange(name, 0, -1)]  # fmt: skip


def test_it_works(start: Start, make_pages: MakePages, broker: redis.Redis) -> None:
    pages = make_pages(3)
    single, batch = start(pages[:1]), start(pages)
    assert messages(broker, "interactive") == [[single.items.get().pk]]
    assert sorted(messages(broker, "batch")) == [[item.pk] for item in batch.items.all()]
    assert JobItem.objects.filter(seen_at=None).count() == 0


def test_nothing_is_sent_twice(start: Start, make_pages: MakePages, broker: redis.Redis) -> None:
    job = start(make_pages(2))
    assert not queue.enqueue(job)
    age(job, seen_at=60)
    sweep()
    assert broker.llen("batch") == 2


def test_of_a_thousand_pages_a_window_is_sent(start: Start, make_pages: MakePages, broker: redis.Redis) -> None:
    """And the next one when one of it is taken: the broker never holds one person's pages before another's."""
    first, second = start(pages := make_pages(20)), start(pages)
    assert messages(broker, "batch")[::-1] == [[item.pk] for item in first.items.all()[:16]]
    broker.flushall()
    deliver(first.items.earliest("position"))
    assert messages(broker, "batch") == [[first.items.get(position=17).pk]]
    first.cancel()
    assert messages(broker, "batch")[::-1][1:] == [[item.pk] for item in second.items.all()[:16]]


def test_everybody_has_a_window(
    start: Start, make_pages: MakePages, broker: redis.Redis, project: Project, bob: User
) -> None:
    start(pages := make_pages(20))
    Job.objects.start("apply", project=project, params={"recipe": RECIPE}, pages=pages, by=bob)
    assert broker.llen("batch") == 32


def test_without_a_broker_the_job_waits(start: Start, make_pages: MakePages, no_broker: None, redis_url: str) -> None:
    job = start(make_pages(2))
    assert job.state == "queued"
    assert job.items.filter(seen_at=None).count() == 2
    assert sweep().enqueued == 0
    with enqueueing_to(redis_url), redis.Redis.from_url(redis_url) as client:
        client.flushall()
        assert sweep().enqueued == 1
        assert client.llen("batch") == 2


def test_a_broker_that_forgot_everything(start: Start, make_pages: MakePages, broker: redis.Redis) -> None:
    job = start(make_pages(2))
    broker.flushall()
    sweep()
    assert broker.llen("batch") == 0  # too young to be lost
    age(job, seen_at=60)
    sweep()
    assert broker.llen("batch") == 2


def test_a_dead_worker(start: Start, make_pages: MakePages, broker: redis.Redis) -> None:
    job = start(make_pages(1))
    item = job.items.get()
    item.claim("a")
    broker.flushall()
    assert sweep().released == 0
    age(job, seen_at=16)
    assert sweep().released == 1
    assert broker.llen("interactive") == 1
    assert deliver(item).state == State.DONE
    assert item.attempts == 2
    job.refresh_from_db()
    assert job.finished_at is not None


def test_a_dead_child_is_followed_at_once(start: Start, make_pages: MakePages, broker: redis.Redis) -> None:
    item = start(make_pages(1)).items.get()
    item.claim("its task")
    broker.flushall()
    assert release_claims("another task") == 0
    assert release_claims("its task") == 1
    assert broker.llen("interactive") == 1


def test_the_third_death_ends_the_job(start: Start, make_pages: MakePages, broker: redis.Redis) -> None:
    job = start(make_pages(1))
    for message in ("first", "second", "third"):
        job.items.get().claim(message)
        release_claims(message)
    job.refresh_from_db()
    assert (job.state, job.finished_at is not None) == ("failed", True)


def test_a_worker_that_died_before_finishing_the_job(start: Start, make_pages: MakePages, broker: redis.Redis) -> None:
    job = start(make_pages(1))
    item = job.items.get()
    item.claim()
    item.complete()
    assert sweep().finished == 1
    assert sweep().finished == 0


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_what_nobody_had_time_to_remove(start: Start, make_pages: MakePages, media: Path, state: str) -> None:
    """The worker died between the end of an item and the end of its file."""
    item = start(make_pages(1)).items.get()
    item.claim("a")
    files.write(item, "versions", "png", b"an image")
    JobItem.objects.update(state=state, finished_at=timezone.now())
    sweep()
    item.refresh_from_db()
    assert item.file == ""
    assert list((media / "versions").iterdir()) == []


def test_what_cannot_be_removed_stays_named(start: Start, make_pages: MakePages, media: Path) -> None:
    """And is removed as soon as it can be."""
    item = start(make_pages(1)).items.get()
    item.claim("a")
    key = files.write(item, "versions", "png", b"an image")
    (media / key).unlink()
    (media / key / "in the way").mkdir(parents=True)
    assert item.fail("internal", "Why.")
    item.refresh_from_db()
    assert item.file == key
    (media / key / "in the way").rmdir()
    sweep()
    item.refresh_from_db()
    assert (item.file, (media / key).exists()) == ("", False)


def test_requeue(start: Start, make_pages: MakePages, no_broker: None, redis_url: str) -> None:
    start(make_pages(1))
    out = StringIO()
    with enqueueing_to(redis_url):
        call_command("requeue", stdout=out)
    assert out.getvalue() == "0 released, 1 jobs enqueued, 0 finished, 0 events sent again\n"


def test_interactive_first() -> None:
    order = queue.InteractiveFirst()
    order.update({"batch", "interactive"})
    assert order.consume(2) == ["interactive", "batch"]
