"""The pages under /projects/."""

from typing import Any

import pytest
from django.test import Client

from django_app.projects.models import Project


@pytest.fixture
def url(project: Any) -> str:
    return f"/projects/{project.pk}/"


def test_list_works(as_alice: Client, project: Any) -> None:
    assert b"Letters" in as_alice.get("/projects/").content


def test_list_hides_what_is_not_yours(as_charlie: Client, project: Any) -> None:
    assert b"Letters" not in as_charlie.get("/projects/").content


def test_create(as_alice: Client) -> None:
    answer = as_alice.post("/projects/", {"name": "Diaries"})
    assert answer["Location"] == f"/projects/{Project.objects.get(name='Diaries').pk}/"


def test_create_without_a_name(as_alice: Client) -> None:
    assert as_alice.post("/projects/", {"name": " "}).status_code == 422


def test_detail_works(as_alice: Client, as_bob: Client, url: str, document: Any) -> None:
    assert as_alice.get(url).context["role"] == "owner"
    answer = as_bob.get(url)
    assert answer.context["role"] == "editor"
    assert list(answer.context["documents"]) == [document]
    assert len(answer.context["members"]) == 2


def test_rename(as_bob: Client, url: str, project: Any) -> None:
    as_bob.post(url + "rename/", {"name": "Epistles"})
    project.refresh_from_db()
    assert project.name == "Epistles"


def test_delete_is_the_owners(as_bob: Client, as_alice: Client, url: str) -> None:
    assert as_bob.post(url + "delete/").status_code == 403
    assert as_alice.get(url + "delete/").status_code == 405
    assert as_alice.post(url + "delete/").status_code == 302
    assert as_alice.get(url).status_code == 404


def test_add_member(as_alice: Client, url: str, project: Any, charlie: Any) -> None:
    as_alice.post(url + "members/", {"username": "charlie", "role": "reader"})
    assert project.members.get(user=charlie).role == "reader"


@pytest.mark.parametrize(
    "bad",
    [
        {"username": "nobody-here", "role": "reader"},
        {"username": "bob", "role": "reader"},
        {"username": "charlie", "role": "owner"},
        {"username": "charlie", "role": "king"},
    ],
)
def test_bad_member(as_alice: Client, url: str, project: Any, charlie: Any, bad: dict[str, str]) -> None:
    assert as_alice.post(url + "members/", bad).status_code == 422
    assert project.members.count() == 2


def test_members_are_the_owners_matter(as_bob: Client, url: str, charlie: Any) -> None:
    assert as_bob.post(url + "members/", {"username": "charlie", "role": "reader"}).status_code == 403


def test_change_role(as_alice: Client, url: str, project: Any, bob: Any, alice: Any) -> None:
    member, owner = project.members.get(user=bob), project.members.get(user=alice)
    as_alice.post(f"{url}members/{member.pk}/role/", {"role": "reader"})
    as_alice.post(f"{url}members/{owner.pk}/role/", {"role": "reader"})
    member.refresh_from_db()
    owner.refresh_from_db()
    assert (member.role, owner.role) == ("reader", "owner")


def test_remove_member(as_alice: Client, as_bob: Client, url: str, project: Any, bob: Any, alice: Any) -> None:
    owner = project.members.get(user=alice)
    assert as_bob.post(f"{url}members/{owner.pk}/remove/").status_code == 403
    as_alice.post(f"{url}members/{owner.pk}/remove/")
    as_alice.post(f"{url}members/{project.members.get(user=bob).pk}/remove/")
    assert [member.user for member in project.members.all()] == [alice]


def test_a_member_may_leave(as_bob: Client, url: str, project: Any, bob: Any) -> None:
    as_bob.post(f"{url}members/{project.members.get(user=bob).pk}/remove/")
    assert as_bob.get(url).status_code == 404


def test_a_member_of_another_project(as_alice: Client, url: str, charlie: Any) -> None:
    elsewhere = charlie.memberships.get()
    assert as_alice.post(f"{url}members/{elsewhere.pk}/remove/").status_code == 404
