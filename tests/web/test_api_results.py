"""`GET /get_img_result`, for clients without a socket."""

from typing import Any

import pytest
from django.test import Client

from django_app.jobs.models import Job
from django_app.jobs.states import State

PATH = "/get_img_result"


def ask(client: Client, address: str) -> Any:
    return client.get(PATH, {"img_url": address})


def image(version: Any) -> str:
    return f"/versions/{version.pk}/image"


def test_it_works(as_bob: Client, page: Any, derived: Any) -> None:
    answer = ask(as_bob, image(page.original))

    assert answer.status_code == 200
    said = answer.json()
    assert said.pop("timestamp")
    assert said == {
        "type": "image_processed",
        "status": "processed",
        "image_url": image(page.original),
        "processed_value": image(derived),
        "page": page.pk,
    }
    assert ask(as_bob, "http://localhost:8080" + image(derived)).json()["image_url"] == image(page.original)


def test_before_and_while(as_alice: Client, alice: Any, page: Any) -> None:
    before = ask(as_alice, image(page.original)).json()
    assert (before["status"], before["processed_value"], before["timestamp"]) == ("unprocessed", None, None)
    job = Job.objects.create(kind="apply", project=page.document.project, created_by=alice)
    item = job.items.create(page=page, position=1)
    assert ask(as_alice, image(page.original)).json()["status"] == "processing"
    job.items.filter(pk=item.pk).update(state=State.FAILED)
    assert ask(as_alice, image(page.original)).json()["status"] == "unprocessed"


@pytest.mark.parametrize(
    "address", ["/versions/99/image", "/versions/1/thumbnail", "/nowhere", "http://[", f"/versions/{10**30}/image"]
)
def test_what_is_no_image(as_alice: Client, db: None, address: str) -> None:
    answer = ask(as_alice, address)
    assert answer.status_code == 404
    assert answer.json()["detail"]


def test_without_an_address(as_alice: Client) -> None:
    assert as_alice.get(PATH).status_code == 422
    assert as_alice.get(PATH + "/").status_code == 422
