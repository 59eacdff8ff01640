from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from django_app.projects.models import Project
from django_app.users.models import User

URL = "/accounts/signup/"
GOOD = {"username": "alice", "password1": "spine and vellum", "password2": "spine and vellum"}

pytestmark = pytest.mark.django_db


def test_it_works(client: Client) -> None:
    answer = client.post(URL, GOOD)
    assert answer.status_code == 302
    assert answer["Location"] == "/documents/"
    alice = User.objects.get(username="alice")
    assert Project.objects.get(owner=alice).members.get().role == "owner"
    assert client.get("/documents/").status_code == 200


def test_any_twelve_letters_will_do_and_128_too(client: Client) -> None:
    for number, password in enumerate(("quire folios", "273849165029", "ש" * 128)):
        assert client.post(URL, GOOD | {"username": f"a{number}", "password1": password, "password2": password}).url
        client.logout()
    assert User.objects.get(username="a2").check_password("ש" * 128)


def test_form_is_shown(client: Client) -> None:
    assert b"password1" in client.get(URL).content


@pytest.mark.parametrize(
    "change",
    [
        {"password1": "quire folio", "password2": "quire folio"},  # one letter short of twelve
        {"password1": "administrator", "password2": "administrator"},
        {
            "username": "alice-of-the-manuscripts",
            "password1": "alice-of-manuscripts",
            "password2": "alice-of-manuscripts",
        },
        {"password2": "something else"},
        {"username": ""},
        {"username": "a b"},
    ],
)
def test_bad_input_makes_nobody(client: Client, change: dict[str, str]) -> None:
    assert client.post(URL, GOOD | change).status_code == 200
    assert not User.objects.exists()


def test_a_name_is_taken_in_any_case(client: Client) -> None:
    User.objects.create_user("Alice")
    client.post(URL, GOOD)
    assert User.objects.count() == 1


def test_who_is_signed_in_goes_home(as_alice: Client) -> None:
    assert as_alice.get(URL).status_code == 302


def test_a_name_is_taken_at_the_same_moment(client: Client) -> None:
    """Between the form's look at the names and the INSERT, somebody else signs up."""
    others: list[User] = []

    def overtake(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if sql.startswith('INSERT INTO "users_user"') and not others:
            others.append(User(username="alice"))
            others[0].save()
        return execute(sql, *arguments)

    with connection.execute_wrapper(overtake):
        answer = client.post(URL, GOOD)
    assert answer.status_code == 200
    assert "already exists" in answer.content.decode()
    assert not Project.objects.exists()
