import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from django_app.users.models import User


def said(*command: str, **options: Any) -> Any:
    out = io.StringIO()
    call_command(*command, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.mark.django_db
def test_first_account(client: Client) -> None:
    made = said("first_account")
    assert made["username"] == "demo"
    client.post("/accounts/login/", made)
    demo = User.objects.get()
    assert demo.is_superuser
    assert demo.is_staff
    assert client.get("/admin/").status_code == 200
    assert demo.memberships.count() == 1


@pytest.mark.django_db
def test_first_account_with_a_given_password(client: Client, settings: Any) -> None:
    settings.FIRST_USER, settings.FIRST_PASSWORD = "alice", "spine and vellum"
    assert said("first_account") == {"username": "alice", "password": None}
    assert User.objects.get().check_password("spine and vellum")


def test_first_account_only_once(alice: Any) -> None:
    assert said("first_account") == {"username": "alice", "password": None}
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_sample(engine: str, tmp_path: Path, page_image: bytes) -> None:
    file = tmp_path / "sample.png"
    file.write_bytes(page_image)
    said("first_account")
    first = said("sample", file=str(file))
    assert first["url"] == f"/documents/{first['document']}/"
    assert first["clean_seconds"] > 0
    assert first["read_seconds"] > 0
    assert first["recipe"]["steps"]
    assert isinstance(first["text"], str)
    assert said("sample", file=str(file))["document"] == first["document"]
