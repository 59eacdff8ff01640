"""Recto goes on while it is backed up, and whoever dies leaves nothing half."""

import io
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from django_app.backup import schema
from django_app.backup.making import make
from django_app.backup.progress import Progress
from django_app.backup.restoring import restore, verify
from django_app.jobs.models import Job, JobItem
from django_app.pages.models import Page, PageVersion
from django_app.pages.removal import remove_page
from tests.backup.conftest import Installation, empty, files, written
from tests.jobs.conftest import database_url
from tests.waiting import until


class Pipe(io.BytesIO):
    """Something happens when a member of this name comes by, the first time."""

    def __init__(self, **happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens = happens

    def write(self, content: Any) -> int:
        for name in [name for name in self._happens if bytes(content[:100]).startswith(name.encode() + b"/")]:
            self._happens.pop(name)()
        return super().write(content)


def elsewhere(act: Callable[[], object]) -> None:
    """In another connection, which is not kept waiting."""

    def run() -> None:
        act()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(19)  # less than a writer waits for SQLite's lock
    assert not thread.is_alive()


def test_it_works(transactional_db: None, media: Path, alice: Any, add_page: Callable[..., Page]) -> None:
    """A page that goes before the rows are read is not in the backup; one that comes, or goes later, is."""
    early, late = add_page("early"), add_page("late")

    def while_files() -> None:
        remove_page(early)
        page = add_page("new")
        job = Job.objects.start("apply", project=page.document.project, params={}, pages=[page], by=alice)
        job.items.get().claim("a worker")

    pipe = Pipe(media=while_files, rows=lambda: elsewhere(lambda: remove_page(late)))
    _, losses = make(pipe, Progress(print))
    assert (losses.missing, losses.changed) == (set(), set())
    assert Page.objects.get().name == "new"
    empty(media)
    restore(io.BytesIO(pipe.getvalue()), Progress(print))
    assert sorted(Page.objects.values_list("name", flat=True)) == ["late", "new"]
    assert sorted(files(media)) == sorted(PageVersion.objects.values_list("file", flat=True))
    assert JobItem.objects.values_list("state", "attempts", "seen_at").get() == ("queued", 0, None)


def test_what_a_disk_has_lost_is_told(
    transactional_db: None, media: Path, add_page: Callable[..., Page], capsys: Any, tmp_path: Path
) -> None:
    lost, changed = add_page().original.key, add_page().original.key
    (media / lost).unlink()
    (media / changed).write_bytes(b"rot")
    call_command("backup", str(tmp_path / "recto.tar"), verbosity=0)
    said = capsys.readouterr().err.splitlines()
    assert said == [f"A row names a file that is not there: {lost}", f"Kept, but it is not what was stored: {changed}"]


def test_a_killed_backup(transactional_db: None, media: Path, page: Page, tmp_path: Path) -> None:
    archive, partial = tmp_path / "recto.tar", tmp_path / "recto.tar.partial"
    archive.write_bytes(b"of yesterday")
    content = (media / page.original.key).read_bytes()
    with (media / page.original.key).open("r+b") as file:
        file.truncate(4 * 1024**3)
    here = Installation(database_url(), media)
    with here.start("-m", "django_app.manage", "backup", str(archive)) as process:
        until(lambda: partial.exists() and partial.stat().st_size)
        process.send_signal(signal.SIGKILL)
    assert archive.read_bytes() == b"of yesterday"

    (media / page.original.key).write_bytes(content)
    call_command("backup", str(archive), verbosity=0)
    assert not partial.exists()
    with archive.open("rb") as file:
        verify(file)


def test_a_killed_restore(transactional_db: None, media: Path) -> None:
    archive = written(("media/originals/one.png", b"one"), ("media/originals/two.png", bytes(5_000_000)))
    here = Installation(database_url(), media)
    with here.start("-m", "django_app.manage", "restore", "-", stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(archive[:2_000_000])
        process.stdin.flush()
        until((media / "originals" / "one.png").exists)
        process.kill()
    schema.refuse_occupied()
    restore(io.BytesIO(archive), Progress(print))
