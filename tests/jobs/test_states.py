"""Every change of state happens once, whoever else tries."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.states import State, Tally
from django_app.jobs.sweep import release_claims
from tests.jobs.conftest import MakePages

pytestmark = pytest.mark.django_db

Start = Callable[..., Job]


@pytest.fixture
def job(start: Start, make_pages: MakePages) -> Job:
    return start(make_pages(2))


def test_it_works(job: Job) -> None:
    first, second = job.items.all()
    assert job.state == "queued"
    assert first.claim("a")
    assert job.state == "running"
    assert first.complete()
    assert not job.finish()
    assert second.claim("b")
    assert second.fail("unusable_image", "The file is broken.")
    assert job.finish()
    job.refresh_from_db()
    assert job.started_at is not None
    assert job.finished_at is not None
    assert job.tally == Tally(done=1, failed=1)
    assert job.state == "completed"
    assert first.seconds is not None


def test_claimed_twice(job: Job) -> None:
    item = job.items.earliest("position")
    same = JobItem.objects.get(pk=item.pk)
    assert item.claim("a")
    assert not same.claim("b")
    same.refresh_from_db()
    assert (same.attempts, same.claimed_by) == (1, "a")


def test_completed_twice(job: Job) -> None:
    item = job.items.earliest("position")
    item.claim("a")
    assert item.complete()
    assert not item.complete()
    assert not item.fail("internal", "No.")
    assert item.state == State.DONE


def test_an_unclaimed_item_cannot_be_completed(job: Job) -> None:
    assert not job.items.earliest("position").complete()


def test_a_worker_that_wakes_up_late_changes_nothing(job: Job) -> None:
    late = job.items.earliest("position")
    late.claim()
    assert JobItem.objects.get(pk=late.pk).release()
    other = JobItem.objects.get(pk=late.pk)
    assert other.claim()
    assert not late.beat()
    assert not late.complete()
    assert not late.fail("internal", "No.")
    assert other.complete()


def test_a_message_has_an_item_once(job: Job) -> None:
    """What is told late of the death of its first worker must not end a second attempt."""
    item = job.items.earliest("position")
    assert item.claim("first message")
    assert item.release()
    assert not item.claim("first message")
    assert item.claim("second message")
    assert release_claims("first message") == 0
    assert item.complete()


def test_three_lost_workers_set_the_item_aside(job: Job) -> None:
    item = job.items.earliest("position")
    for attempt in (1, 2, 3):
        assert item.claim(str(attempt))
        assert item.release() is (attempt < 3)
        item.refresh_from_db()
    assert (item.state, item.code, item.attempts) == ("failed", "worker_lost", 3)
    assert "three times" in item.detail


def test_finished_once(job: Job) -> None:
    for item in job.items.all():
        item.claim()
        item.complete()
    assert job.finish()
    first = Job.objects.get(pk=job.pk).finished_at
    assert not job.finish()
    assert Job.objects.get(pk=job.pk).finished_at == first


def test_cancel(job: Job) -> None:
    running, waiting = job.items.all()
    running.claim("a")
    assert job.cancel()
    assert not job.cancel()
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELLED
    assert not waiting.claim("b")
    assert not running.beat()
    assert running.stop()
    assert job.finish()
    assert job.state == "cancelled"


def test_a_cancelled_item_of_a_dead_worker_stays_cancelled(job: Job) -> None:
    running = job.items.earliest("position")
    running.claim("a")
    job.cancel()
    assert not running.release()
    assert running.state == State.CANCELLED


def test_cancel_of_a_finished_job_does_nothing(job: Job) -> None:
    for item in job.items.all():
        item.claim()
        item.complete()
    job.finish()
    assert not job.cancel()
    assert job.state == "completed"


def test_retry(job: Job) -> None:
    done, failed = job.items.all()
    done.claim()
    done.complete()
    failed.claim()
    failed.fail("timed_out", "It took too long.")
    job.finish()
    assert job.retry() == 1
    assert job.retry() == 0
    job.refresh_from_db()
    failed.refresh_from_db()
    done.refresh_from_db()
    assert job.finished_at is None
    assert (failed.state, failed.attempts, failed.code, failed.detail) == ("queued", 0, "", "")
    assert done.state == State.DONE
    assert failed.claim()
    assert failed.complete()
    assert job.finish()


def test_retry_of_what_was_refused_at_the_door(job: Job) -> None:
    """It was never begun, and would be refused again."""
    done, refused = job.items.all()
    done.claim()
    done.complete()
    job.items.filter(pk=refused.pk).update(state=State.FAILED, code="archive_refused", detail="It leads out.")
    job.finish()
    assert job.retry() == 0
    refused.refresh_from_db()
    assert (refused.state, refused.code) == ("failed", "archive_refused")


@pytest.mark.parametrize(
    ("tally", "state", "percent"),
    [
        (Tally(queued=3), "queued", 0),
        (Tally(queued=2, running=1), "running", 0),
        (Tally(queued=2, done=2), "running", 50),
        (Tally(done=3), "completed", 100),
        (Tally(done=2, failed=1), "completed", 100),
        (Tally(failed=2), "failed", 100),
        (Tally(done=1, cancelled=1), "cancelled", 100),
        (Tally(running=1, cancelled=3), "running", 75),
    ],
)
def test_state_is_read_off_the_items(tally: Tally, state: str, percent: int) -> None:
    assert (tally.state, tally.percent) == (state, percent)


def test_a_list_of_jobs_is_one_query(start: Start, make_pages: MakePages, django_assert_num_queries: Callable) -> None:
    pages = make_pages(3)
    for _ in range(5):
        start(pages)
    with django_assert_num_queries(1):
        assert [job.state for job in Job.objects.with_tally()] == ["queued"] * 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_of_two_last_items_one_finishes_the_job(start: Start, make_pages: MakePages, attempt: int) -> None:
    job = start(make_pages(2))
    ready = threading.Barrier(2)
    finished: list[bool] = []

    def work(item: JobItem) -> None:
        try:
            item.claim()
            ready.wait(10)
            item.complete()
            finished.append(Job.objects.get(pk=job.pk).finish())
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=[item]) for item in job.items.all()]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    assert sorted(finished) == [False, True]
    job.refresh_from_db()
    assert job.finished_at is not None


@pytest.mark.django_db(transaction=True)
def test_of_eight_claims_at_once_one_wins(start: Start, make_pages: MakePages) -> None:
    item = start(make_pages(1)).items.get()
    ready = threading.Barrier(8)
    won: list[bool] = []

    def claim(number: int) -> None:
        try:
            mine = JobItem.objects.get(pk=item.pk)
            ready.wait(10)
            won.append(mine.claim(str(number)))
        finally:
            connection.close()

    workers = [threading.Thread(target=claim, args=[number]) for number in range(8)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    assert sum(won) == 1
    item.refresh_from_db()
    assert item.attempts == 1
