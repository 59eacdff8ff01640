"""Thumbnails and Deep Zoom tiles of a version: made by the engine when first asked for, then kept beside the media.

Whatever is under its final name is complete: files are written beside it and renamed. A lock file lets one process make
a rendition while the others wait for it.
"""

import fcntl
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from django_app.imaging.client import ImagingClient
from django_app.pages.files import cache_folder
from django_app.pages.models import PageVersion

THUMBNAIL_PIXELS = 400
LARGEST_PIXELS = 2000  # of a whole page in a form that browsers show; the tiles have every pixel
BROWSER_FORMATS = {"jpeg", "png", "webp"}


def thumbnail(version: PageVersion, client: ImagingClient) -> str:
    """The media key of a small JPEG."""
    return reduced(version, client, "thumbnail.jpg", THUMBNAIL_PIXELS)


def viewable(version: PageVersion, client: ImagingClient) -> str:
    """The media key of an image that browsers show: the file itself, or a JPEG of a PDF's or TIFF's page."""
    if version.format in BROWSER_FORMATS:
        return version.key
    return reduced(version, client, "image.jpg", min(LARGEST_PIXELS, max(version.width, version.height)))


def reduced(version: PageVersion, client: ImagingClient, name: str, longest: int) -> str:
    target = cache_folder(version.pk) / name
    if not target.exists():
        with only_maker(target):
            if not target.exists():
                write_atomically(target, client.thumbnail(version, longest))
    return media_key(target)


def tiles(version: PageVersion, client: ImagingClient) -> Path:
    """The folder with page.dzi and page_files/."""
    target = cache_folder(version.pk) / "tiles"
    if not target.exists():
        with only_maker(target):
            if not target.exists():
                unpack_atomically(target, version, client)
    return target


def media_key(path: Path) -> str:
    return path.relative_to(settings.MEDIA_ROOT).as_posix()


@contextmanager
def only_maker(target: Path) -> Iterator[None]:
    """One process at a time makes `target`. The lock goes with the process, whatever happens to it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_atomically(target: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as file:
        try:
            file.write(content)
            os.fchmod(file.fileno(), 0o644)
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink()
            raise


def unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """Files only, and only below `folder`. By hand, because Debian 12's Python does not know `extractall(filter=)`."""
    for member in tar:
        path = (folder / member.name).resolve()
        content = tar.extractfile(member)
        if content is None or not path.is_relative_to(folder.resolve()):
            continue
        for parent in reversed(path.relative_to(folder.resolve()).parents):
            (folder / parent).mkdir(exist_ok=True)  # never above `folder`: that is gone when the page was deleted
        with content, path.open("wb") as file:
            shutil.copyfileobj(content, file)


def unpack_atomically(target: Path, version: PageVersion, client: ImagingClient) -> None:
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=".new-"))
    try:
        with client.tiles(version) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            unpack(tar, folder)
        folder.chmod(0o755)
        folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
