"""Items that are made of an uploaded file: when their job grows, and when the file goes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from django_app.jobs import check
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.sweep import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def upload(media: Path) -> Path:
    path = media / "imports" / "one"
    path.parent.mkdir()
    path.write_bytes(b"bytes")
    return path


@pytest.fixture
def job(project: Any, alice: Any, upload: Path) -> Job:
    items = [JobItem(name=name, source="imports/one") for name in ("a", "b")]
    return Job.objects.start("invoices", project=project, params={}, items=items, by=alice)


def age(job: Job, **ago: float) -> None:
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(**ago))


def test_a_job_grows(job: Job) -> None:
    job.items.update(state="done")
    assert job.finish()
    assert job.extend([JobItem(name="c")])
    job.refresh_from_db()
    assert (job.finished_at, job.state, job.queue) == (None, "running", "batch")
    assert [item.position for item in job.items.all()] == [1, 2, 3]


def test_a_cancelled_job_does_not(job: Job) -> None:
    job.cancel()
    assert not job.extend([JobItem(name="c")])
    assert job.items.count() == 2


def test_a_source_lasts_as_long_as_something_may_be_tried_again(job: Job, upload: Path) -> None:
    job.items.update(state="failed")
    job.finish()
    age(job, hours=23)
    sweep()
    assert upload.exists()
    assert not list(check.findings(timedelta(0)))
    age(job, hours=25)
    sweep()
    assert not upload.exists()
    assert not job.items.exclude(source="").exists()


def test_a_source_that_is_used_up_goes_with_the_commit(
    job: Job, upload: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        item = job.items.first()
        assert item is not None
        item.use_up()
        assert upload.exists()
    assert not upload.exists()
    assert not JobItem.objects.get(pk=item.pk).source


def test_a_commit_that_is_tried_twice_uses_it_up(
    job: Job, upload: Path, django_capture_on_commit_callbacks: Any
) -> None:
    item = job.items.first()
    assert item is not None
    with transaction.atomic():
        item.use_up()
        transaction.set_rollback(True)
    assert upload.exists()
    with django_capture_on_commit_callbacks(execute=True):
        item.use_up()
    assert not upload.exists()


def test_a_remark_stays_on_what_is_done(job: Job) -> None:
    item = job.items.first()
    assert item is not None
    item.claim("a")
    item.note("duplicate", "The same file as b.")
    assert item.complete()
    item.refresh_from_db()
    assert (item.state, item.code, item.detail) == ("done", "duplicate", "The same file as b.")
