from typing import Any

import pytest
from django.test import Client

from django_app.projects.models import Project

URL = "/api/projects/"
JSON = "application/json"


@pytest.fixture
def one(project: Any) -> str:
    return f"{URL}{project.pk}/"


def test_list_works(as_bob: Client, project: Any) -> None:
    listed = as_bob.get(URL).json()
    assert (listed["count"], listed["next"], listed["previous"]) == (1, None, None)
    shown = listed["results"][0]
    assert {"id", "name", "slug", "owner", "created_at", "updated_at"} <= shown.keys()
    assert (shown["name"], shown["slug"], shown["owner"], shown["role"]) == ("Letters", "letters", "alice", "editor")


def test_list_hides_what_is_not_yours(as_charlie: Client, project: Any) -> None:
    assert [each["name"] for each in as_charlie.get(URL).json()["results"]] == ["Charlie's"]


def test_signed_out(client: Client, one: str) -> None:
    for url in (URL, one):
        answer = client.get(url)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer["Content-Type"] == "application/problem+json"


def test_create(as_charlie: Client) -> None:
    answer = as_charlie.post(URL, {"name": "יומן"}, JSON)
    assert answer.status_code == 201
    assert answer.json()["slug"] == "יומן"
    assert answer.json()["role"] == "owner"


@pytest.mark.parametrize("bad", [{}, {"name": ""}, {"name": "x" * 201}, {"name": "a\x00b"}, {"name": ["x"]}, [1]])
def test_bad_input(as_alice: Client, bad: Any) -> None:
    answer = as_alice.post(URL, bad, JSON)
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_parameter"
    assert answer.json()["detail"]
    assert answer.json()["errors"][0].keys() == {"loc", "msg"}


def test_not_json(as_alice: Client) -> None:
    answer = as_alice.post(URL, "{", JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_detail_rename_delete(as_alice: Client, one: str) -> None:
    assert as_alice.get(one).json()["role"] == "owner"
    assert as_alice.patch(one, {"name": "Epistles"}, JSON).json()["name"] == "Epistles"
    assert as_alice.delete(one).status_code == 204
    assert as_alice.delete(one).status_code == 404


def test_only_the_name_is_taken_over(as_bob: Client, one: str) -> None:
    before = as_bob.get(one).json()
    answer = as_bob.patch(one, {"name": "Epistles", "owner": "bob", "role": "owner", "id": 0, "created_at": None}, JSON)
    assert answer.json() | {"updated_at": ""} == before | {"name": "Epistles", "slug": "epistles", "updated_at": ""}


def test_a_body_of_another_kind(as_bob: Client) -> None:
    assert as_bob.post(URL, "<name>New</name>", "application/xml").status_code == 415


def test_members(as_alice: Client, one: str, charlie: Any) -> None:
    added = as_alice.post(one + "members/", {"username": "charlie", "role": "reader"}, JSON)
    assert added.status_code == 201
    url = f"{one}members/{added.json()['id']}/"
    assert as_alice.patch(url, {"role": "editor"}, JSON).json()["role"] == "editor"
    names = [member["username"] for member in as_alice.get(one + "members/").json()["results"]]
    assert names == ["alice", "bob", "charlie"]
    assert as_alice.delete(url).status_code == 204
    assert as_alice.delete(url).status_code == 404


@pytest.mark.parametrize(
    "bad", [{}, {"username": "no-such"}, {"username": "bob"}, {"username": "charlie", "role": "owner"}]
)
def test_bad_member(as_alice: Client, one: str, charlie: Any, bad: dict[str, str]) -> None:
    answer = as_alice.post(one + "members/", bad, JSON)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"]


def test_owner_stays(as_alice: Client, one: str, project: Any, alice: Any) -> None:
    url = f"{one}members/{project.members.get(user=alice).pk}/"
    assert as_alice.patch(url, {"role": "reader"}, JSON).status_code == 422
    assert as_alice.delete(url).status_code == 422


def test_editor_does_not_manage_members(as_bob: Client, one: str, project: Any, alice: Any, charlie: Any) -> None:
    assert as_bob.post(one + "members/", {"username": "charlie"}, JSON).status_code == 403
    assert as_bob.delete(f"{one}members/{project.members.get(user=alice).pk}/").status_code == 403


def test_a_member_may_leave(as_bob: Client, one: str, project: Any, bob: Any) -> None:
    assert as_bob.delete(f"{one}members/{project.members.get(user=bob).pk}/").status_code == 204
    assert as_bob.get(one).status_code == 404


def test_presets(as_bob: Client, one: str) -> None:
    preset = {"name": "Letters", "steps": [{"step": "binarize", "method": "otsu"}]}
    made = as_bob.post(one + "presets/", preset, JSON)
    assert made.status_code == 201
    assert as_bob.get(one + "presets/").json()["results"] == [made.json()]
    again = as_bob.post(one + "presets/", preset | {"steps": [{"step": "deskew"}]}, JSON).json()
    assert (again["id"], again["steps"]) == (made.json()["id"], [{"step": "deskew"}])
    assert as_bob.delete(f"{one}presets/{made.json()['id']}/").status_code == 204


def test_idempotency(as_alice: Client) -> None:
    key = {"Idempotency-Key": "k1"}
    first = as_alice.post(URL, {"name": "Once"}, JSON, headers=key)
    again = as_alice.post(URL, {"name": "Once"}, JSON, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Project.objects.filter(name="Once").count() == 1
    other = as_alice.post(URL, {"name": "Twice"}, JSON, headers=key)
    assert other.status_code == 422


def test_idempotency_is_ones_own(as_alice: Client, as_charlie: Client) -> None:
    key = {"Idempotency-Key": "k1"}
    as_alice.post(URL, {"name": "Once"}, JSON, headers=key)
    assert as_charlie.post(URL, {"name": "Once"}, JSON, headers=key).json()["owner"] == "charlie"


def test_a_refusal_may_be_tried_again(as_alice: Client) -> None:
    key = {"Idempotency-Key": "k1"}
    assert as_alice.post(URL, {"name": ""}, JSON, headers=key).status_code == 422
    assert as_alice.post(URL, {"name": "Good"}, JSON, headers=key).status_code == 201


def test_pages_of_a_list(as_alice: Client, alice: Any) -> None:
    for number in range(3):
        Project.begin(alice, f"P{number}")
    first = as_alice.get(URL + "?page_size=2").json()
    assert first["count"] == 3
    assert len(first["results"]) == 2
    assert len(as_alice.get(first["next"]).json()["results"]) == 1
    assert as_alice.get(URL + "?page=9").status_code == 404


def test_slash_at_the_end_may_be_left_out(as_bob: Client, one: str) -> None:
    """A body must not be lost on the way to the other form."""
    made = as_bob.post(URL.rstrip("/"), {"name": "Diaries"}, JSON)
    assert (made.status_code, made.json()["name"]) == (201, "Diaries")
    assert as_bob.patch(f"{URL}{made.json()['id']}", {"name": "Journals"}, JSON).json()["name"] == "Journals"
    assert as_bob.get(one.rstrip("/")).status_code == 200
    assert as_bob.get(one.rstrip("/") + "x").status_code == 404
