"""A real S3 server on a free port. `bucket` is empty at first; `web` and `elsewhere` are folders of two machines."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from moto.server import ThreadedMotoServer

from tests.storage.server import Bucket, Wire


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[int]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield server.get_host_and_port()[1]
    finally:
        server.stop()


@pytest.fixture
def bucket(bucket_server: int) -> Iterator[Bucket]:
    wire = Wire(bucket_server)
    try:
        yield Bucket(bucket_server, wire, f"recto-{uuid.uuid4().hex[:12]}")
    finally:
        wire.close()


@pytest.fixture
def web(bucket: Bucket, tmp_path: Path) -> Iterator[Path]:
    """This process is a machine whose media lie in the bucket; its folder."""
    from django.conf import settings

    from django_app.config import s3

    storages = settings.STORAGES | {
        "default": {"BACKEND": "django_app.config.bucket.MediaBucket", "OPTIONS": s3.options(bucket.environment)}
    }
    with override_settings(STORAGES=storages, MEDIA_ROOT=tmp_path / "web"):
        yield tmp_path / "web"


@pytest.fixture
def elsewhere(web: Path, tmp_path: Path) -> Callable[[], Any]:
    """Within the block this process is another machine, whose folder was empty at first."""

    @contextmanager
    def moved() -> Iterator[Path]:
        with override_settings(MEDIA_ROOT=tmp_path / "elsewhere"):
            yield tmp_path / "elsewhere"

    return moved


def files(folder: Path) -> list[str]:
    """What lies below a machine's folder, without locks."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if not name.endswith(".lock"))
