from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

JSON = "application/json"


@pytest.fixture
def url(page: Any) -> str:
    return f"/api/pages/{page.pk}/"


def test_it_works(as_bob: Client, url: str, page: Any, derived: Any) -> None:
    shown = as_bob.get(url).json()
    assert (shown["id"], shown["number"], shown["name"]) == (page.pk, 1, "recto")
    assert shown["url"] == f"/documents/{page.document_id}/pages/1/"
    assert [version["is_original"] for version in shown["versions"]] == [True, False]
    current = shown["current"]
    assert current["id"] == derived.pk
    assert current["recipe"]["steps"][0]["step"] == "binarize"
    assert current["matrix"] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert (current["by"], current["label"]) == ("alice", "binarize")
    assert (current["reverts"], current["skew_angle"]) == (None, 0)
    assert current["tiles"] == f"/versions/{derived.pk}/tiles/page.dzi"


def test_rename(as_bob: Client, url: str) -> None:
    assert as_bob.patch(url, {"name": "verso"}, JSON).json()["name"] == "verso"
    assert as_bob.patch(url, {"name": ""}, JSON).status_code == 422
    assert as_bob.patch(url, {"number": 7}, JSON).json()["number"] == 1


def test_delete(as_bob: Client, url: str, page: Any, add_page: Callable[..., Any]) -> None:
    after = add_page("verso")
    assert as_bob.delete(url).status_code == 204
    after.refresh_from_db()
    assert after.position == 1
    assert as_bob.delete(url).status_code == 404


def test_revert(as_bob: Client, url: str, page: Any, derived: Any) -> None:
    answer = as_bob.post(url + "revert/", {"version": page.original.pk}, JSON)
    assert answer.status_code == 201
    version = answer.json()
    assert (version["reverts"], version["by"], version["is_original"]) == (page.original.pk, "bob", True)
    page.refresh_from_db()
    assert page.current_id == version["id"]
    assert page.versions.count() == 3


def test_revert_to_what_is_not_its_own(as_bob: Client, url: str, add_page: Callable[..., Any]) -> None:
    other = add_page("verso")
    for bad in ({"version": other.current_id}, {"version": 10**30}, {"version": "x"}, {}):
        assert as_bob.post(url + "revert/", bad, JSON).status_code == 422


def test_what_is_not_there(as_alice: Client, db: None) -> None:
    for path in ("/api/pages/99/", f"/api/pages/{10**30}/", "/api/pages/x/", "/api/nowhere/"):
        answer = as_alice.get(path)
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"


def test_wrong_method(as_bob: Client, url: str) -> None:
    answer = as_bob.put(url, {"name": "x"}, JSON)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_csrf(url: str, bob: Any, project: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    answer = client.patch(url, {"name": "forged"}, JSON)
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"


def test_request_id_in_a_problem(as_alice: Client) -> None:
    answer = as_alice.get("/api/pages/99/", headers={"X-Request-ID": "abc"})
    assert answer.json()["request_id"] == answer["X-Request-ID"] == "abc"
