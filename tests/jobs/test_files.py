"""Files are whole or not there, and what a killed process leaves can be found by the name it would have had."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from django_app.jobs import files
from django_app.jobs.models import Job
from django_app.pages.models import Page
from tests.jobs.conftest import ROOT, Outage

pytestmark = pytest.mark.django_db

Start = Callable[..., Job]

# Says so when it has written half of its file, and never comes to the other half.
WRITER = """
import sys, time
from django.conf import settings
from django_app.config.storage import MediaFolder

class Slow:
    def chunks(self):
        yield b"half of it" * 100_000
        print("half", flush=True)
        time.sleep(60)

settings.configure()
MediaFolder(sys.argv[1]).save("versions/leaf.png", Slow())
"""


def test_it_works(start: Start, folio: Page, media: Path) -> None:
    item = start([folio]).items.get()
    item.claim("a")
    key = files.write(item, "versions", "png", b"an image")
    assert (media / key).read_bytes() == b"an image"
    assert [path.name for path in (media / "versions").iterdir()] == [Path(key).name]
    item.refresh_from_db()
    assert item.file == key


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_for_a_moment(start: Start, folio: Page, media: Path) -> None:
    """Only the note is written again; what was made for the file is not lost."""
    item = start([folio]).items.get()
    item.claim("a")
    with Outage('"file" =') as outage:
        key = files.write(item, "versions", "png", b"an image")
    assert outage.happened
    item.refresh_from_db()
    assert (item.file, (media / key).exists()) == (key, True)


def test_half_a_file_goes_with_its_item(start: Start, folio: Page, media: Path) -> None:
    item = start([folio]).items.get()
    item.claim("a")
    item.announce("versions/leaf.png")
    command = [sys.executable, "-c", WRITER, str(media)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
        writer.kill()
    assert len(list((media / "versions").iterdir())) == 1
    assert item.release()
    assert list((media / "versions").iterdir()) == []


def test_a_power_cut(start: Start, folio: Page, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First what is in the file is on the disk, then its name in the folder."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    item = start([folio]).items.get()
    item.claim("a")
    key = files.write(item, "versions", "png", b"an image")
    assert synced == [(media / key).stat().st_ino, (media / "versions").stat().st_ino]
