"""`./recto check`: what does not agree is found, mended when asked, and nothing else is touched."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.pages.models import Page
from tests.jobs.conftest import deliver

pytestmark = pytest.mark.django_db

Start = Callable[..., Job]


def said(*arguments: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("sanity", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(str(end.code))
    return out.getvalue(), 0


def old(path: Path, content: bytes = b"bytes") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - 7200,) * 2)
    return path


def test_it_works(start: Start, folio: Page, media: Path) -> None:
    deliver(start([folio]).items.get())
    assert said("--settled", "0") == ("Everything agrees.\n", 0)


@pytest.mark.parametrize("name", ["originals/lost.png", "versions/lost.png", "versions/.half.part", "cache/4711/x.jpg"])
def test_files_without_rows(folio: Page, media: Path, name: str) -> None:
    lost = old(media / name)
    os.utime(lost.parent, (time.time() - 7200,) * 2)
    words, code = said()
    assert (code, lost.exists()) == (1, True)
    assert lost.parent.name in words or lost.name in words
    assert "1 found, 0 mended." in words
    assert said("--mend")[1] == 0
    assert not lost.exists()
    assert Path(media / folio.original.key).exists()
    assert said() == ("Everything agrees.\n", 0)


def test_what_is_young_may_still_get_its_row(media: Path) -> None:
    (media / "originals" / "upload.png").write_bytes(b"on its way")
    assert said("--mend")[1] == 0
    assert (media / "originals" / "upload.png").exists()


def test_a_row_without_a_file_is_only_told(folio: Page, media: Path) -> None:
    (media / folio.original.key).unlink()
    words, code = said("--mend")
    assert code == 1
    assert folio.original.key in words
    assert Page.objects.filter(pk=folio.pk).exists()


def test_a_file_that_is_not_what_was_stored(folio: Page, media: Path) -> None:
    path = media / folio.original.key
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"?")
    assert said("--settled", "0") == ("Everything agrees.\n", 0)
    words, code = said("--settled", "0", "--content")
    assert f"is not what was stored: {folio.original.key}" in words
    assert code == 1
    path.write_bytes(content)
    assert said("--settled", "0", "--content") == ("Everything agrees.\n", 0)


def test_a_dead_worker(start: Start, folio: Page) -> None:
    item = start([folio]).items.get()
    item.claim("a")
    JobItem.objects.filter(pk=item.pk).update(seen_at=timezone.now() - timedelta(minutes=5))
    assert "no sign of life: 1" in said()[0]
    assert said("--mend")[1] == 0
    item.refresh_from_db()
    assert item.state == "queued"


def test_a_job_that_ended_and_does_not_say_so(start: Start, folio: Page) -> None:
    job = start([folio])
    job.items.update(state="done")
    assert "do not say so: 1" in said("--mend")[0]
    job.refresh_from_db()
    assert job.finished_at is not None


def test_a_page_that_shows_nothing(folio: Page) -> None:
    Page.objects.update(current=None)
    assert said("--mend")[1] == 0
    folio.refresh_from_db()
    assert folio.current == folio.original
