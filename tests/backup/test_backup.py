"""`./recto backup` and `./recto restore`: every row and file comes back, on either database."""

import subprocess
from pathlib import Path

from django.core.management import call_command

from django_app.backup import schema
from django_app.backup.models import Backup
from django_app.backup.progress import Progress
from django_app.backup.restoring import restore
from tests.backup.conftest import Installation, empty, files
from tests.backup.every_row import every_row


def test_it_works(full: Path, on_sqlite: Installation, tmp_path: Path) -> None:
    """Here → a file → SQLite → a pipe → here again: all rows, all files, and nothing else."""
    ours = [model for model in schema.models() if model.__module__.startswith("django_app")]
    assert [model for model in ours if not model._base_manager.exists()] == []
    rows, kept = sorted(every_row()), files(full)
    archive = tmp_path / "recto.tar"
    call_command("backup", str(archive), verbosity=0)
    assert f"{len(kept)} files, " in on_sqlite.manage("restore", str(archive))
    assert on_sqlite.files() == kept

    empty(full)
    with on_sqlite.start("-m", "django_app.manage", "backup", "-", stdout=subprocess.PIPE) as backup:
        assert backup.stdout
        restore(backup.stdout, Progress(print))
    assert backup.returncode == 0
    assert sorted(every_row()) == rows
    assert files(full) == kept


# What JSON tells as it is, and what rows.portable turns into text that Django's fields read.
KNOWN = {"AutoField", "BigAutoField", "BigIntegerField", "BooleanField", "CharField", "FileField", "FloatField"}
KNOWN |= {"ForeignKey", "GenericIPAddressField", "IntegerField", "JSONField", "OneToOneField", "PositiveIntegerField"}
KNOWN |= {"PositiveBigIntegerField", "PositiveSmallIntegerField", "SmallIntegerField", "TextField"}
KNOWN |= {"DateField", "DateTimeField", "DecimalField"}


def test_every_kind_of_column_is_known() -> None:
    """A new one needs a place in rows.portable, and in the fixture `full`."""
    columns = [field for model in schema.models() for field in model._meta.concrete_fields]
    assert {field.get_internal_type() for field in columns} - KNOWN == set()


def test_what_is_noted(full: Path, tmp_path: Path) -> None:
    archive = tmp_path / "recto.tar"
    call_command("backup", str(archive), verbosity=0)
    made = Backup.objects.get()
    assert made.size == archive.stat().st_size
    assert (made.files, made.missing) == (len(files(full)), 0)
    assert made.begun_at < made.finished_at
    assert archive.stat().st_mode & 0o777 == 0o600


def test_tar_and_sha256sum_can_read_it(full: Path, tmp_path: Path) -> None:
    call_command("backup", str(tmp_path / "recto.tar"), verbosity=0)
    (tmp_path / "seen").mkdir()
    subprocess.run(["tar", "xf", tmp_path / "recto.tar"], cwd=tmp_path / "seen", check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "seen", check=True)
    assert files(tmp_path / "seen" / "media") == files(full)
