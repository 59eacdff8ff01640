"""Looks whether rows, files and jobs agree, and mends what can be mended without guessing.

Nothing younger than an hour counts as an orphan: an upload stores its bytes first and writes its rows afterwards.
"""

from __future__ import annotations

import hashlib
import posixpath
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, TypeVar

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from django_app.config.copies import RENDITIONS
from django_app.config.storage import media
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.states import OPEN, State
from django_app.jobs.sweep import dead, sweep
from django_app.pages.models import Page, PageVersion

FOLDERS = ("originals", "versions", "imports", "exports")
SETTLED = timedelta(hours=1)
AT_ONCE = 500
READ_AT_ONCE = 1024 * 1024  # bytes
T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """What is wrong, in words, and what puts it right; None if only a person can."""

    words: str
    mend: Callable[[], object] | None


def findings(settled: timedelta = SETTLED, *, content: bool = False) -> Iterator[Finding]:
    """`content`: every file is read, too."""
    before = timezone.now() - settled
    yield from orphans(before)
    yield from unfinished_files(before)
    yield from missing_files()
    yield from changed_files() if content else ()
    yield from orphan_renditions(before)
    yield from stuck_jobs()
    yield from pages_without_image()


def orphans(before: datetime) -> Iterator[Finding]:
    """Files that no row names."""
    for folder in FOLDERS:
        for keys in batches(stored(folder)):
            for key in sorted(set(keys) - named(keys)):
                if is_older(key, before):
                    yield Finding(f"no row names the file {key}", partial(media.delete, key))


def named(keys: list[str]) -> set[str]:
    found = (rows.filter(**{f"{column}__in": keys}).values_list(column, flat=True) for rows, column in naming())
    return set(chain.from_iterable(found))


def naming(*, unfinished: bool = True) -> Iterator[tuple[QuerySet[Any], str]]:
    """Where rows name files: rows and their column. `unfinished`: also files that a page's attempt may be writing."""
    exported = Q(state=State.DONE, job__kind="export")
    yield PageVersion.objects.all(), "file"
    yield JobItem.objects.filter(exported | Q(state__in=OPEN) if unfinished else exported), "file"
    yield Job.objects.filter(params__has_key="file"), "params__file"
    yield JobItem.objects.filter(source__gt=""), "source"


def unfinished_files(before: datetime) -> Iterator[Finding]:
    """What was being written when a machine or a process died."""
    for folder in FOLDERS:
        for path in Path(settings.MEDIA_ROOT, folder).glob(".*.part"):
            if path.stat().st_mtime < before.timestamp():
                yield Finding(f"half a file: {path.name}", partial(path.unlink, missing_ok=True))
    for key, mend in media.unfinished(before):
        yield Finding(f"half an upload: {key}", mend)


def missing_files() -> Iterator[Finding]:
    """Rows without a file. Only a backup can mend that. A bucket lists a thousand while it is asked for one."""
    present = {key for folder in FOLDERS for key in stored(folder)}
    for key in PageVersion.objects.order_by("file").values_list("file", flat=True).distinct().iterator():
        if key not in present and not media.exists(key):
            yield Finding(f"a page's file is missing: {key}", None)


def changed_files() -> Iterator[Finding]:
    """Files that are not what they were when their row was written: a disk forgets, or somebody was at them. Only a
    backup can mend that."""
    rows = PageVersion.objects.exclude(digest="").order_by("file").values_list("file", "digest").distinct()
    for key, was in rows.iterator():
        with suppress(FileNotFoundError), media.reading(key) as (_, file):
            if sha256_read(file) != was:
                yield Finding(f"a page's file is not what was stored: {key}", None)


def sha256_read(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(READ_AT_ONCE):
        digest.update(chunk)
    return digest.hexdigest()


def orphan_renditions(before: datetime) -> Iterator[Finding]:
    """Thumbnails and tiles of versions that are gone."""
    cache = Path(settings.MEDIA_ROOT, RENDITIONS)
    folders = (path for path in cache.glob("*") if path.name.isdecimal() and path.stat().st_mtime < before.timestamp())
    for group in batches(folders):
        numbers = [int(path.name) for path in group]
        known = set(PageVersion.objects.filter(pk__in=numbers).values_list("pk", flat=True))
        for path in group:
            if int(path.name) not in known:
                yield Finding(f"renditions of a deleted version: {path.name}", partial(shutil.rmtree, path))


def stuck_jobs() -> Iterator[Finding]:
    """What the sweep of a running worker would set going within seconds."""
    lost = dead().count()
    unsent = JobItem.objects.filter(state=State.QUEUED, job__finished_at__isnull=False).count()
    ended = Job.objects.ended().count()
    if lost:
        yield Finding(f"pages whose worker gives no sign of life: {lost}", sweep)
    if unsent:
        yield Finding(f"waiting pages of finished jobs: {unsent}", reopen)
    if ended:
        yield Finding(f"jobs that ended and do not say so: {ended}", sweep)


def reopen() -> None:
    waiting = JobItem.objects.filter(job=OuterRef("pk"), state=State.QUEUED)
    Job.objects.filter(Exists(waiting), finished_at__isnull=False).update(finished_at=None, told_at=None)


def pages_without_image() -> Iterator[Finding]:
    """A page shows one of its versions."""
    for page in Page.objects.filter(current=None).annotate(newest=Max("versions")):
        mend = partial(Page.objects.filter(pk=page.pk).update, current=page.newest) if page.newest else page.delete
        yield Finding(f"page {page.pk} shows no image", mend)


def stored(folder: str) -> Iterator[str]:
    try:
        _, names = media.listdir(folder)
    except FileNotFoundError:
        return
    yield from (posixpath.join(folder, name) for name in names if not name.startswith("."))


def is_older(key: str, before: datetime) -> bool:
    try:
        return media.get_modified_time(key) < before
    except FileNotFoundError:  # somebody was quicker
        return False


def batches(things: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(things, AT_ONCE)):
        yield batch
