"""The pages under /documents/, without those of single pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from django_app.documents.models import Document


@pytest.fixture
def url(document: Any) -> str:
    return f"/documents/{document.pk}/"


def test_list_works(as_bob: Client, page: Any) -> None:
    answer = as_bob.get("/documents/")
    assert b"Notebook" in answer.content
    (listed,) = answer.context["documents"]
    assert (listed.page_count, listed.cover) == (1, page.current_id)


def test_list_hides_what_is_not_yours(as_charlie: Client, document: Any) -> None:
    assert b"Notebook" not in as_charlie.get("/documents/").content


def test_list_takes_the_same_number_of_queries(
    as_alice: Client, project: Any, document: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        project.documents.create(name=f"More {number}")
    with django_assert_max_num_queries(9):
        as_alice.get("/documents/")


def test_create(as_bob: Client, project: Any, bob: Any) -> None:
    answer = as_bob.post("/documents/", {"name": "Ledger", "project": project.pk})
    made = Document.objects.get(name="Ledger")
    assert answer["Location"] == f"/documents/{made.pk}/"
    assert made.created_by == bob


def test_create_where_one_may_not(as_charlie: Client, as_reader: Client, project: Any) -> None:
    for client in (as_charlie, as_reader):
        assert client.post("/documents/", {"name": "Ledger", "project": project.pk}).status_code == 422
    assert not Document.objects.exists()


def test_create_without_a_name(as_alice: Client, project: Any) -> None:
    assert as_alice.post("/documents/", {"name": "", "project": project.pk}).status_code == 422


def test_detail_works(as_bob: Client, url: str, add_page: Callable[..., Any]) -> None:
    pages = [add_page("one"), add_page("two")]
    answer = as_bob.get(url)
    assert answer.status_code == 200
    assert list(answer.context["pages"]) == pages
    assert answer.context["role"] == "editor"
    assert b'id="image-upload"' in answer.content
    assert b'id="process-btn"' in answer.content


def test_detail_opens_without_the_engine(as_alice: Client, url: str) -> None:
    assert as_alice.get(url).context["languages"] == []


def test_rename(as_bob: Client, url: str, document: Any) -> None:
    as_bob.post(url + "rename/", {"name": "Day book"})
    as_bob.post(url + "rename/", {"name": "x" * 201})
    document.refresh_from_db()
    assert document.name == "Day book"


def test_delete(as_bob: Client, url: str) -> None:
    assert as_bob.get(url + "delete/").status_code == 405
    assert as_bob.post(url + "delete/")["Location"] == "/documents/"
    assert as_bob.post(url + "delete/").status_code == 404


def test_numbers_beyond_any_row(as_alice: Client) -> None:
    assert as_alice.get(f"/documents/{10**30}/").status_code == 404
