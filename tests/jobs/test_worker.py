"""A real worker on a real Redis, and what happens when its child is killed."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.pages.models import Page
from telemetry import logs
from tests.jobs.conftest import RECIPE, SLOW, MakePages, children, large
from tests.waiting import until

Start = Callable[..., Job]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def finished(job: Job) -> bool:
    job.refresh_from_db()
    return job.finished_at is not None


def test_it_works(worker: subprocess.Popen[bytes], worker_log: Path, start: Start, make_pages: MakePages) -> None:
    pages = make_pages(3)
    with logs.about(request_id="asked-by-alice"):
        apply, read = start(pages, recipe=RECIPE), start(pages[:1], kind="read")
    until(lambda: finished(apply) and finished(read))
    assert (apply.state, read.state) == ("completed", "completed")
    assert [page.versions.count() for page in pages] == [2, 2, 2]
    assert pages[0].layers.count() == 1
    assert '"request_id": "asked-by-alice"' in worker_log.read_text()


def test_a_killed_child(worker: subprocess.Popen[bytes], start: Start, make_pages: MakePages, media: Path) -> None:
    page = make_pages(1, large())[0]
    job = start([page], recipe=SLOW)
    until(lambda: JobItem.objects.filter(job=job, state="running").exists())
    for child in children(worker):
        os.kill(child, signal.SIGKILL)
    until(lambda: finished(job), seconds=120)
    item = job.items.get()
    assert (item.state, item.attempts) == ("done", 2)
    assert Page.objects.get(pk=page.pk).versions.count() == 2
    assert len(list((media / "versions").iterdir())) == 1
