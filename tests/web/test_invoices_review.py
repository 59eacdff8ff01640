"""invoices/{id}/: what was read, corrections, confirmation, removal, reading again."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from django_app.invoices import checking, rows
from django_app.invoices.models import Check, Correction, Dismissal, Invoice, InvoicePage, Issue
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.pages.models import Page
from django_app.pages.removal import remove_document
from tests.web.invoices import READ, Add, address, get, ids, patch, post, value

pytestmark = pytest.mark.django_db


def test_detail_works(as_bob: Client, project: Any, add: Add) -> None:
    invoice = add(total="119.00")
    Issue.objects.create(invoice=invoice, code="tax_mismatch", field="tax", message="19 % of …", severity="error")
    body = get(as_bob, project, f"{invoice.pk}/").json()
    place = {"raw": "119.00", "confidence": 0.9, "page": 1, "box": [40, 40, 200, 20]}
    read = {"value": "119.00", "read": "119.00", "corrected": False}
    assert body["values"]["fields"]["total"] == place | read
    assert body["values"]["line_items"][0]["index"] == 0
    assert body["candidates"]["total"][0]["value"] == "100.00"
    assert body["issues"] == [{"code": "tax_mismatch", "field": "tax", "message": "19 % of …", "severity": "error"}]
    (page,) = body["pages"]
    row = invoice.pages.get().page
    assert (page["number"], page["width"], page["height"]) == (1, 300, 400)
    assert page["image"] == f"/versions/{row.original.pk}/image"
    assert page["text"] == f"/api/pages/{row.pk}/text/"


def test_corrections(as_bob: Client, project: Any, add: Add, bob: Any) -> None:
    invoice = add()
    answer = patch(
        as_bob, invoice, 1, total="120.00", vendor="", iban="DE89370400440532013000", line_items__0__amount="60"
    )
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["version"], body["total"], body["vendor"]) == (2, "120", "")
    fields = body["values"]["fields"]
    assert (fields["total"]["value"], fields["total"]["read"]) == ("120.00", "119.00")
    assert (fields["total"]["corrected"], fields["total"]["confidence"]) == (True, 1.0)
    assert fields["total"]["box"]  # where it was read
    assert "vendor" not in fields
    assert fields["iban"]["read"] is None
    assert body["values"]["line_items"][0]["amount"]["value"] == "60"
    assert {each["by"] for each in body["history"]} == {"bob"}
    assert patch(as_bob, invoice, 2, total="121").json()["values"]["fields"]["total"]["value"] == "121"
    assert [each.value for each in invoice.corrections.filter(field="total")] == ["120.00", "121"]


def test_lines_are_added_and_taken_away(as_bob: Client, project: Any, add: Add) -> None:
    invoice = add()
    body = patch(
        as_bob, invoice, 1, line_items__0="", line_items__1__description="Ink", line_items__1__amount="7"
    ).json()
    (line,) = body["values"]["line_items"]
    assert (line["index"], line["description"]["value"], line["amount"]["value"]) == (1, "Ink", "7")


def test_a_new_reading_leaves_corrections_alone(as_bob: Client, project: Any, add: Add) -> None:
    invoice = add()
    patch(as_bob, invoice, 1, total="120.00")
    invoice.refresh_from_db()
    invoice.read = READ | {"fields": {"total": value("1.00")}}
    invoice.save()
    rows.refresh(invoice)
    total = get(as_bob, project, f"{invoice.pk}/").json()["values"]["fields"]["total"]
    assert (total["value"], total["read"]) == ("120.00", "1.00")
    assert Correction.objects.count() == 1


def test_a_correction_is_never_changed(add: Add, bob: Any) -> None:
    correction = Correction.objects.create(invoice=add(), field="total", value="1", version=2, by=bob)
    with pytest.raises(TypeError):
        correction.save()


def test_two_correct_at_once(as_alice: Client, as_bob: Client, project: Any, add: Add) -> None:
    invoice = add()
    assert patch(as_bob, invoice, 1, total="120.00").status_code == 200
    answer = patch(as_alice, invoice, 1, total="118.00")
    body = answer.json()
    assert (answer.status_code, body["code"], body["version"]) == (409, "overtaken", 2)
    (change,) = body["changes"]
    assert (change["field"], change["value"], change["by"]) == ("total", "120.00", "bob")
    assert Correction.objects.count() == 1
    assert patch(as_alice, invoice, 2, total="118.00").status_code == 200


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("date", "1.3.2026"),
        ("date", "2026-02-30"),
        ("date", "20260301"),
        ("total", "12,50"),
        ("total", "NaN"),
        ("total", "1e5"),
        ("total", "9" * 17),
        ("currency", "euro"),
        ("time", "25:00"),
        ("vendor", "a\x00b"),
        ("colour", "red"),
        ("line_items", "x"),
        ("line_items.0", "x"),
        ("line_items.0.colour", "x"),
        ("line_items.5000.amount", "1"),
        ("line_items.-1.amount", "1"),
    ],
)
def test_what_cannot_stand_in_a_field(as_bob: Client, add: Add, field: str, said: str) -> None:
    invoice = add()
    answer = patch(as_bob, invoice, 1, **{field: said})
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["loc"][:2] == ["values", field]
    assert not Correction.objects.exists()
    assert Invoice.objects.get().version == 1


def test_confirm_and_take_back(as_bob: Client, project: Any, add: Add, bob: Any) -> None:
    invoice = add()
    answer = post(as_bob, project, f"{invoice.pk}/confirm/", version=1)
    body = answer.json()
    assert (answer.status_code, body["state"], body["confirmed_by"]) == (200, "confirmed", "bob")
    assert body["confirmed_at"]
    refused = patch(as_bob, invoice, 2, total="1")
    assert (refused.status_code, refused.json()["code"]) == (409, "confirmed")
    assert post(as_bob, project, f"{invoice.pk}/unconfirm/", version=1).status_code == 409
    body = post(as_bob, project, f"{invoice.pk}/unconfirm/", version=2).json()
    assert (body["state"], body["confirmed_by"], body["version"]) == ("review", None, 3)
    assert patch(as_bob, invoice, 3, total="1").status_code == 200


def test_what_was_found_is_of_yesterday_after_a_correction(as_bob: Client, project: Any, add: Add) -> None:
    invoice = add()
    assert get(as_bob, project, f"{invoice.pk}/").json()["stale"] is False
    assert patch(as_bob, invoice, 1, total="1").json()["stale"] is True
    Check.objects.update(answered=1)
    assert not checking.is_stale(project.pk)


def test_delete_takes_the_pages_along(
    as_bob: Client, project: Any, add: Add, media_root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    gone, kept = add(), add()
    files = [media_root / each.pages.get().page.original.key for each in (gone, kept)]
    with django_capture_on_commit_callbacks(execute=True):
        assert as_bob.delete(address(project, f"{gone.pk}/")).status_code == 204
    assert [path.exists() for path in files] == [False, True]
    assert list(Invoice.objects.all()) == [kept]
    assert list(Page.objects.all()) == [kept.pages.get().page]
    assert checking.is_stale(project.pk)


def test_a_page_of_two_invoices_stays(as_bob: Client, project: Any, add: Add) -> None:
    one, other = add(), add()
    page = one.pages.get().page
    InvoicePage.objects.create(invoice=other, page=page, number=2)
    as_bob.delete(address(project, f"{one.pk}/"))
    assert Page.objects.filter(pk=page.pk).exists()


def test_a_confirmed_invoice_is_not_deleted(as_bob: Client, project: Any, add: Add) -> None:
    invoice = add()
    Invoice.objects.update(state="exported")
    answer = as_bob.delete(address(project, f"{invoice.pk}/"))
    assert (answer.status_code, answer.json()["code"]) == (409, "confirmed")
    assert Invoice.objects.exists()


def test_what_was_read_outlives_its_pages(as_bob: Client, project: Any, add: Add) -> None:
    invoice = add()
    remove_document(invoice.pages.get().page.document)
    body = get(as_bob, project, f"{invoice.pk}/").json()
    assert (body["pages"], body["thumbnail"], body["total"]) == ([], None, "119")
    assert post(as_bob, project, f"{invoice.pk}/read-again/").status_code == 404


def test_a_project_goes_with_its_invoices(as_alice: Client, project: Any, add: Add, bob: Any) -> None:
    invoice = add()
    Correction.objects.create(invoice=invoice, field="total", value="1", version=2, by=bob)
    Issue.objects.create(invoice=invoice, code="c", message="…", severity="error")
    Dismissal.objects.create(project=project, key="k", by=bob)
    assert as_alice.delete(f"/api/projects/{project.pk}/").status_code == 204
    assert not Invoice.objects.exists()
    assert not Correction.objects.exists()


def test_read_again(as_bob: Client, project: Any, add: Add) -> None:
    invoice = add()
    recipe = {"steps": [{"step": "binarize", "method": "otsu"}]}
    answer = post(as_bob, project, f"{invoice.pk}/read-again/", recipe=recipe, languages=["deu"])
    assert answer.status_code == 202, answer.content
    job = Job.objects.get(pk=answer.json()["id"])
    assert (job.kind, job.queue) == ("invoice-again", "interactive")
    assert job.params == {"invoice": invoice.pk, "recipe": recipe, "languages": ["deu"]}
    assert job.items.get().page == invoice.pages.get().page
    assert post(as_bob, project, f"{invoice.pk}/read-again/", recipe={"steps": []}).status_code == 422
    Invoice.objects.update(state="confirmed")
    assert post(as_bob, project, f"{invoice.pk}/read-again/").status_code == 409


def test_read_again_as_it_was_read_last(as_bob: Client, project: Any, add: Add) -> None:
    """The dialog offers the same, also while the engine, and so what else there is, is away."""
    invoice = add()
    begun = post(as_bob, project, f"{invoice.pk}/read-again/", languages=["deu"]).json()["id"]
    for is_done, offered in ((False, ["again-eng", "again-heb"]), (True, ["again-deu"])):
        if is_done:
            JobItem.objects.filter(job=begun).update(state="done")
        page = as_bob.get(f"/projects/{project.pk}/invoices/{invoice.pk}/").content.decode()
        assert re.findall(r'id="(again-[a-z]{3})" checked', page) == offered
    answer = post(as_bob, project, f"{invoice.pk}/read-again/")
    assert Job.objects.get(pk=answer.json()["id"]).params["languages"] == ["deu"]


def test_read_again_in_the_languages_of_its_file(as_bob: Client, project: Any, add: Add) -> None:
    """In the usual ones when its job is gone."""
    invoice = add()
    for params, expected in (({"languages": ["deu"]}, ["deu"]), (None, ["eng", "heb"])):
        job = Job.objects.create(kind="invoices", project=project, params=params) if params else None
        Invoice.objects.update(job=job)
        for body in ({}, {"languages": []}):
            answer = post(as_bob, project, f"{invoice.pk}/read-again/", **body)
            assert Job.objects.get(pk=answer.json()["id"]).params["languages"] == expected


def test_another_projects_invoice(as_alice: Client, alice: Any, add: Add) -> None:
    from django_app.projects.models import Project

    other = Project.begin(alice, "Other")
    assert get(as_alice, other, f"{add().pk}/").status_code == 404
    assert ids(get(as_alice, other)) == []


@pytest.mark.parametrize("version", [2**70, -(2**70), 0])
def test_a_version_that_never_was(as_bob: Client, add: Add, version: int) -> None:
    invoice = add()
    assert patch(as_bob, invoice, version, total="1").status_code == 409
