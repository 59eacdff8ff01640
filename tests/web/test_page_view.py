"""/documents/<id>/pages/<n>/ and its comparison."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def url(page: Any) -> str:
    return f"/documents/{page.document_id}/pages/1/"


def test_it_works(as_bob: Client, url: str, page: Any, derived: Any, add_page: Callable[..., Any]) -> None:
    after = add_page("verso")
    context = as_bob.get(url).context
    assert context["page"] == page
    assert context["current"] == derived
    assert [version.label for version in context["versions"]] == ["binarize", "Original"]
    assert (context["previous"], context["next"]) == (None, after)
    assert context["role"] == "editor"


def test_it_opens_without_the_engine(as_alice: Client, url: str) -> None:
    context = as_alice.get(url).context
    assert (context["engine_info"], context["languages"]) == (None, [])


def test_it_knows_the_engine(as_alice: Client, url: str, engine: str) -> None:
    assert "eng" in as_alice.get(url).context["languages"]


def test_no_such_page(as_alice: Client, page: Any) -> None:
    for number in (0, 2, 10**30):
        assert as_alice.get(f"/documents/{page.document_id}/pages/{number}/").status_code == 404


def test_compare(as_bob: Client, url: str, page: Any, derived: Any) -> None:
    context = as_bob.get(url + "compare/").context
    assert (context["a"], context["b"]) == (page.original, derived)
    turned = as_bob.get(url + f"compare/?a={derived.pk}&b={page.original.pk}").context
    assert (turned["a"], turned["b"]) == (derived, page.original)


def test_compare_with_another_pages_version(as_bob: Client, url: str, page: Any, add_page: Callable[..., Any]) -> None:
    other = add_page("verso")
    assert as_bob.get(url + f"compare/?a={other.current_id}").status_code == 404
    assert as_bob.get(url + "compare/?a=x").status_code == 404
