"""Media in a bucket: a backup takes them from there and leaves no copies; a restore puts them there."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from django_app.backup.making import make
from django_app.backup.progress import Progress
from django_app.backup.restoring import restore, verify
from django_app.config.storage import StorageAwayError, media
from django_app.pages import versions
from tests.storage.conftest import files
from tests.storage.server import Bucket

PAGE = bytes(range(256)) * 8000


@pytest.fixture
def archive(transactional_db: None, web: Path, document: Any, alice: Any) -> bytes:
    key = media.save("originals/folio.png", ContentFile(PAGE))
    versions.add_original(document, key=key, format="png", width=9, height=9, by=alice, name="Folio")
    (web / key).unlink()
    out = io.BytesIO()
    make(out, Progress(print))
    assert files(web) == []
    return out.getvalue()


def test_it_works(archive: bytes, web: Path) -> None:
    media.delete("originals/folio.png")
    call_command("flush", interactive=False, verbosity=0)
    verify(io.BytesIO(archive))
    restore(io.BytesIO(archive), Progress(print))
    (web / "originals/folio.png").unlink()
    assert media.local("originals/folio.png").read_bytes() == PAGE


def test_a_bucket_that_is_away(archive: bytes, bucket: Bucket) -> None:
    bucket.wire.cut()
    with pytest.raises(StorageAwayError):
        make(io.BytesIO(), Progress(print))
