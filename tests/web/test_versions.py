"""pages.versions, the only writer, and what deleting leaves behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from django_app.documents.models import Document
from django_app.pages import order, removal, versions
from django_app.pages.files import cache_folder
from django_app.pages.models import Page, PageVersion


def test_pages_stand_in_the_order_of_their_coming(add_page: Callable[..., Any]) -> None:
    assert [add_page(name).position for name in "abc"] == [1, 2, 3]


def test_original(page: Any, alice: Any) -> None:
    assert page.current.is_original
    assert page.current.by == alice
    assert page.current.matrix == versions.IDENTITY


def test_derived_becomes_current(page: Any, derived: Any) -> None:
    page.refresh_from_db()
    assert page.current == derived
    assert page.original != derived
    assert not derived.is_original


def test_revert_adds(page: Any, derived: Any, bob: Any) -> None:
    again = versions.revert(page, page.original, bob)
    assert page.versions.count() == 3
    assert (again.key, again.reverts, again.by) == (page.original.key, page.original, bob)
    assert page.original != again
    assert page.current == again


def test_revert_to_another_pages_version(page: Any, add_page: Callable[..., Any], bob: Any) -> None:
    with pytest.raises(ValueError, match="another page"):
        versions.revert(page, add_page().current, bob)


def test_a_version_never_changes(page: Any) -> None:
    page.current.width = 1
    with pytest.raises(TypeError, match="never changed"):
        page.current.save()


def test_two_pages_never_share_a_place(document: Any, page: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.create(document=document, position=1, name="twin")


def test_order(document: Any, add_page: Callable[..., Any]) -> None:
    a, b, c = (add_page(name) for name in "abc")
    order.arrange(document, [c.pk, a.pk, b.pk])
    assert list(document.pages.values_list("name", "position")) == [("c", 1), ("a", 2), ("b", 3)]


def test_gap_is_closed(
    document: Any, add_page: Callable[..., Any], django_capture_on_commit_callbacks: Any, media_root: Path
) -> None:
    a, b, _ = (add_page(name) for name in "abc")
    cache_folder(b.current_id).mkdir(parents=True)
    with django_capture_on_commit_callbacks(execute=True):
        assert removal.remove_page(b)
    assert list(document.pages.values_list("name", "position")) == [("a", 1), ("c", 2)]
    assert not (media_root / b.current.key).exists()
    assert not cache_folder(b.current_id).exists()
    assert (media_root / a.current.key).exists()
    assert not removal.remove_page(b)


def test_files_stay_until_the_commit(page: Any, media_root: Path) -> None:
    removal.remove_page(page)
    assert (media_root / page.current.key).exists()


def test_a_shared_file_goes_with_its_last_page(
    document: Any, page: Any, media_root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    facts = {"format": "pdf", "width": 3, "height": 4, "by": None}
    other = versions.add_original(document, key=page.current.key, frame=1, name="second", **facts)
    file = media_root / page.current.key
    with django_capture_on_commit_callbacks(execute=True):
        removal.remove_page(page)
    assert file.exists()
    with django_capture_on_commit_callbacks(execute=True):
        removal.remove_page(other)
    assert not file.exists()


def test_a_project_takes_everything_along(
    project: Any, page: Any, derived: Any, media_root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    files = [media_root / key for key in PageVersion.objects.values_list("file", flat=True)]
    with django_capture_on_commit_callbacks(execute=True):
        assert removal.remove_project(project)
    assert not Document.objects.exists()
    assert not any(file.exists() for file in files)
    assert not removal.remove_project(project)
