"""Jobs whose worker stands on another machine than the web server: what they share is the bucket."""

import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client

from django_app.config.storage import media, still_alive
from django_app.documents.models import Document
from django_app.jobs import importing, patience, tasks
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.pages import versions
from django_app.pages.models import Page
from tests.jobs import conftest as jobs
from tests.jobs.conftest import RECIPE, deliver, photographed, run_worker
from tests.jobs.test_transfers import zipped
from tests.storage.conftest import files
from tests.storage.server import Bucket
from tests.waiting import until

pytestmark = pytest.mark.django_db

Elsewhere = Callable[[], Any]
Start = Callable[..., Job]
start, redis_url, broker = jobs.start, jobs.redis_url, jobs.broker


@pytest.fixture
def folio(document: Document, alice: Any, web: Path) -> Page:
    """A page that the web machine has stored."""
    key = media.save("originals/folio.png", ContentFile(photographed()))
    return versions.add_original(document, key=key, format="png", width=900, height=420, by=alice, name="Folio 1")


@contextmanager
def worker_elsewhere(bucket: Bucket, redis_url: str, folder: Path) -> Iterator[None]:
    with run_worker(redis_url, folder / "log", RECTO_MEDIA_ROOT=str(folder / "media"), **bucket.environment):
        yield


@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_it_works(
    folio: Page, start: Start, bucket: Bucket, web: Path, broker: redis.Redis, redis_url: str, tmp_path: Path
) -> None:
    """A process of its own cleans the page, reads it and packs it; the web machine hands the archive out."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with worker_elsewhere(bucket, redis_url, folder):
        cleaned, read = start([folio], recipe=RECIPE), start([folio], kind="read")
        until(lambda: ended(cleaned) and ended(read), seconds=120)
        assert (cleaned.state, read.state) == ("completed", "completed")
        packed = export(folio)
        until(lambda: ended(packed), seconds=120)
    archive = packed.items.get().file
    folio.refresh_from_db()
    derived = folio.current.key
    assert sorted(bucket.keys()) == sorted([folio.original.key, derived, archive])
    assert files(folder / "media") == sorted([folio.original.key, derived, archive])
    assert files(web) == [folio.original.key]
    answer = signed_in(packed).get(f"/jobs/{packed.pk}/download/")
    assert answer["X-Accel-Redirect"] == f"/internal-media/{archive}"
    with zipfile.ZipFile(web / archive) as found:
        assert found.read(found.namelist()[0]) == bucket.read(derived)
    call_command("sanity", "--settled", "0")


def ended(job: Job) -> bool:
    job.refresh_from_db()
    return job.finished_at is not None


def export(page: Page) -> Job:
    document = page.document
    params: dict[str, Any] = {"format": "images", "pages": [page.pk]}
    return Job.objects.start(
        "export", project=document.project, document=document, params=params, names=["Notebook"], by=document.created_by
    )


def signed_in(job: Job) -> Client:
    client = Client()
    client.force_login(job.created_by)
    return client


def test_an_archive_is_unpacked_elsewhere(document: Document, alice: Any, bucket: Bucket, elsewhere: Elsewhere) -> None:
    job = importing.take_in(document, zipped(**{"1.png": photographed(), "2.png": photographed()}), alice)
    assert isinstance(job, Job)
    with elsewhere():
        assert [deliver(item).state for item in job.items.all()] == ["done", "done"]
    assert {page.original.key for page in document.pages.all()} == set(bucket.keys()) - {job.params["file"]}


def test_a_missing_object(folio: Page, start: Start, bucket: Bucket, elsewhere: Elsewhere) -> None:
    bucket.remove(folio.original.key)
    with elsewhere():
        item = deliver(start([folio]).items.get())
    assert (item.state, item.code) == ("failed", "file_missing")


def test_away_for_a_moment(folio: Page, start: Start, bucket: Bucket, elsewhere: Elsewhere) -> None:
    bucket.wire.cut()
    mending = threading.Timer(2, bucket.wire.mend)
    mending.start()
    with elsewhere():
        item = deliver(start([folio]).items.get())
    assert (item.state, item.attempts) == ("done", 1)
    mending.join()


def test_away_for_long(
    folio: Page, start: Start, bucket: Bucket, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "SECONDS", 1)
    job = start([folio])
    bucket.wire.cut()
    with elsewhere() as folder:
        item = deliver(job.items.get())
        assert (item.state, item.code) == ("failed", "storage_away")
        assert files(folder) == []
        bucket.wire.mend()
        job.retry()
        assert deliver(item, "again").state == "done"


@pytest.mark.django_db(transaction=True)
def test_cancelled_while_away(folio: Page, start: Start, bucket: Bucket, elsewhere: Elsewhere) -> None:
    job = start([folio])

    def cancel() -> None:
        job.cancel()
        connection.close()

    bucket.wire.cut()
    cancelling = threading.Timer(1, cancel)
    with elsewhere():
        cancelling.start()
        item = deliver(job.items.get())
    cancelling.join()
    assert item.state == "cancelled"


def test_a_slow_bucket_is_no_dead_worker(folio: Page, start: Start, elsewhere: Elsewhere) -> None:
    """While a file is on its way, the page's worker gives signs of life."""
    item = start([folio]).items.get()
    assert item.claim(by="delivery")
    JobItem.objects.filter(pk=item.pk).update(seen_at=item.job.created_at)
    with elsewhere(), tasks.alive(tasks.beat_of(item)):
        media.local(folio.original.key)
    seen = JobItem.objects.get(pk=item.pk).seen_at
    assert seen is not None
    assert seen > item.job.created_at


def test_signs_of_life_while_a_file_goes_up(web: Path) -> None:
    signs: list[None] = []
    content = ContentFile(bytes(1_000_000))
    content.DEFAULT_CHUNK_SIZE = 1_000_000  # one piece to the folder, many to the bucket
    token = still_alive.set(lambda: signs.append(None))
    try:
        media.save("exports/x.zip", content)
    finally:
        still_alive.reset(token)
    assert len(signs) > 2
