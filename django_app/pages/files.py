"""Files of pages that are deleted: gone after the commit, and only those that no other version needs."""

import shutil
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from django_app.config.copies import RENDITIONS
from django_app.config.storage import remove
from django_app.pages.models import Page, PageVersion


def cache_folder(version_id: int) -> Path:
    """Renditions of one version: thumbnail.jpg and tiles/."""
    return Path(settings.MEDIA_ROOT) / RENDITIONS / str(version_id)


def forget_after_commit(pages: QuerySet[Page]) -> None:
    """Call it in the transaction that deletes `pages`, before it does."""
    doomed = list(PageVersion.objects.filter(page__in=pages).values_list("pk", "file"))
    transaction.on_commit(partial(forget, [pk for pk, _ in doomed], {key for _, key in doomed}))


def forget(version_ids: list[int], keys: set[str]) -> None:
    """The frames of one PDF, and a version and its revert, share a file: the last one takes it along."""
    needed = set(PageVersion.objects.filter(file__in=keys).values_list("file", flat=True))
    for key in keys - needed:
        remove(key)
    for version_id in version_ids:
        shutil.rmtree(cache_folder(version_id), ignore_errors=True)
