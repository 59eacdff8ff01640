"""Installations of their own beside the tests' database, and one with a row of every kind to be kept."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.utils import timezone

from django_app.backup import header
from django_app.backup.archive import Writer, writing
from django_app.backup.header import Header
from django_app.backup.making import make
from django_app.backup.progress import Progress
from django_app.invoices.models import Anomaly, Check, Correction, Dismissal, Issue
from django_app.jobs.models import Job, JobItem, State
from django_app.projects.models import Preset
from django_app.texts.models import Layer, LineText
from tests.conftest import ROOT
from tests.web.invoices import adder, begun

WHEN = "2026-03-01T12:00:00.123456+00:00"


@dataclass(frozen=True)
class Installation:
    """A database and a media folder, as another process sees them."""

    database_url: str
    media: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "RECTO_DATABASE_URL": self.database_url,
            "RECTO_MEDIA_ROOT": str(self.media),
            "RECTO_SECRET_KEY": "of the tests",
            "RECTO_REDIS_URL": "",
            "DJANGO_SETTINGS_MODULE": "django_app.config.settings",
        }

    def start(self, *words: str, **pipes: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, *words], cwd=ROOT, env=self.environment, **pipes)

    def manage(self, *words: str, stdin: IO[bytes] | int | None = None) -> str:
        """What it says on standard error, after it has ended well."""
        with self.start("-m", "django_app.manage", *words, stdin=stdin, stderr=subprocess.PIPE) as process:
            said = process.communicate(timeout=60)[1].decode()
        assert process.returncode == 0, said
        return said

    def files(self) -> dict[str, bytes]:
        return files(self.media)


def files(media: Path) -> dict[str, bytes]:
    return {str(path.relative_to(media)): path.read_bytes() for path in media.rglob("*") if path.is_file()}


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Installation:
    return Installation(f"sqlite:///{tmp_path / 'restored.sqlite3'}", tmp_path / "restored")


@pytest.fixture
def media(media_root: Path) -> Path:
    """Empty at first."""
    clear(media_root)
    return media_root


def empty(media: Path) -> None:
    """All is lost."""
    call_command("flush", interactive=False, verbosity=0)
    clear(media)


def clear(media: Path) -> None:
    shutil.rmtree(media)
    media.mkdir()


@pytest.fixture
def full(transactional_db: None, media: Path, alice: Any, derived: Any, add_page: Callable[..., Any]) -> Path:
    """alice's page with everything that can hang on one. The media folder."""
    page, project = derived.page, derived.page.document.project
    Preset.objects.create(project=project, name="Faint", steps=[{"step": "deskew"}])
    layer = Layer.objects.create(page=page, version=derived, engine="tesseract", languages=["eng", "heb"], by=alice)
    line = layer.regions.create(position=1, box=[0, 0, 9, 9]).lines.create(position=1, box=[0, 0, 9, 9])
    LineText.objects.create(line=line, text="שלום\u2028\r\n\t\"'\\", confidence=0.1 + 0.2, words=[{"text": "שלום"}])
    job = begun(project, alice)
    job.items.update(seen_at=None)  # announced, though nobody listens
    invoice = adder(job, add_page)()
    Correction.objects.create(invoice=invoice, field="total", value="1.00", version=2, by=alice)
    Issue.objects.create(invoice=invoice, code="sum", message="no sum", severity="error")
    Check.objects.create(project=project, asked=2, answered=1)
    strange = Anomaly.objects.create(project=project, key="k", code="c", message="m", severity="info", score=1e-7)
    strange.invoices.add(invoice)
    Dismissal.objects.create(project=project, key="k", by=alice)
    export = Job.objects.create(kind="export", project=project, created_by=alice, started_at=WHEN, finished_at=WHEN)
    for folder in ("exports", "imports"):
        (media / folder).mkdir()
    (media / "imports" / "none").write_bytes(b"")
    (media / "exports" / "book.zip").write_bytes(bytes(range(256)) * 5000)
    JobItem.objects.create(job=export, position=1, state=State.DONE, file="exports/book.zip", finished_at=WHEN)
    group = Group.objects.create(name="clerks")
    group.permissions.add(Permission.objects.earliest("pk"))
    alice.groups.add(group)
    alice.user_permissions.add(Permission.objects.latest("pk"))
    kind = ContentType.objects.get_for_model(page)
    LogEntry.objects.create(user=alice, content_type=kind, object_id="1", object_repr="é", action_flag=1)
    return media


def kept() -> bytes:
    """A backup of the tests' own installation."""
    out = io.BytesIO()
    make(out, Progress(print))
    return out.getvalue()


def written(*members: tuple[str, bytes]) -> bytes:
    """An archive of this version that holds just these."""
    out = io.BytesIO()
    with writing(out) as archive:
        put(archive, *members)
    return out.getvalue()


def put(archive: Writer, *members: tuple[str, bytes]) -> None:
    archive.add_bytes(header.NAME, Header.of_now(timezone.now()).to_bytes())
    for name, content in members:
        archive.add_bytes(name, content)
