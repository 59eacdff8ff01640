from typing import Any

import pytest
from django.test import Client

from tests.conftest import signed_in

TABLES = ["users/user", "projects/project", "projects/preset", "documents/document", "pages/page", "pages/pageversion"]
TABLES += ["invoices/invoice", "invoices/anomaly", "invoices/dismissal", "backup/backup"]


@pytest.fixture
def as_admin(alice: Any) -> Client:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    return signed_in(alice)


@pytest.mark.parametrize("table", TABLES)
def test_it_works(as_admin: Client, derived: Any, table: str) -> None:
    assert as_admin.get(f"/admin/{table}/").status_code == 200


def test_a_version_is_read_only(as_admin: Client, derived: Any) -> None:
    url = f"/admin/pages/pageversion/{derived.pk}/"
    assert as_admin.get(url + "change/").status_code == 200
    assert as_admin.post(url + "change/", {"width": 1}).status_code == 403
    assert as_admin.post(url + "delete/", {"post": "yes"}).status_code == 403
    assert as_admin.get("/admin/pages/pageversion/add/").status_code == 403
