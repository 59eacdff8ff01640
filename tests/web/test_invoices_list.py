"""GET invoices/ with its filters, orders and totals, and which invoice is next."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from django_app.invoices.models import Anomaly, Dismissal, Invoice, InvoicePage, Issue
from django_app.jobs.models import Job
from tests.web.invoices import READ, Add, address, get, ids, post

pytestmark = pytest.mark.django_db


def test_list_works(as_bob: Client, project: Any, add: Add, task: Job) -> None:
    invoice = add()
    (row,) = get(as_bob, project).json()["results"]
    page = invoice.pages.get().page
    assert row.pop("created_at")
    assert row == {
        "id": invoice.pk,
        "task_id": str(task.pk),
        "name": "1.png",
        "state": "review",
        "version": 1,
        "vendor": "Papier & Söhne GmbH",
        "number": "2026-17",
        "date": "2026-03-01",
        "currency": "EUR",
        "total": "119",
        "has_error": False,
        "has_warning": False,
        "has_anomaly": False,
        "confirmed_at": None,
        "thumbnail": f"/versions/{page.current_id}/thumbnail",
    }


def test_filters(as_bob: Client, project: Any, add: Add, task: Job) -> None:
    ink, pens = add("ink.png", vendor="Ink Ltd", date="2026-04-30"), add("pens.png", vendor="דיו ועט", total="")
    Issue.objects.create(invoice=ink, code="total_mismatch", message="…", severity="error")
    Invoice.objects.filter(pk=pens.pk).update(state="confirmed")
    asked = {
        "state": "confirmed",
        "vendor": "Ink Ltd",
        "month": "2026-04",
        "q": "ink",
        "problem": "error",
        "task": str(task.pk),
    }
    found = {name: ids(get(as_bob, project, **{name: text})) for name, text in asked.items()}
    both = [pens.pk, ink.pk]
    only_ink = [ink.pk]
    assert found == {
        "state": [pens.pk],
        "vendor": only_ink,
        "month": only_ink,
        "q": only_ink,
        "problem": only_ink,
        "task": both,
    }
    assert ids(get(as_bob, project, problem="none")) == [pens.pk]
    assert ids(get(as_bob, project, q="Söhne rechnung")) == both  # of the text
    assert ids(get(as_bob, project, q="דיו")) == [pens.pk]


def test_problem_anomaly_and_dismissed(as_bob: Client, project: Any, add: Add) -> None:
    one, other = add("1.png"), add("2.png")
    anomaly = Anomaly.objects.create(
        project=project, key="duplicate:1", code="duplicate_number", message="Twice", severity="error", score=0.9
    )
    anomaly.invoices.set([one])
    assert ids(get(as_bob, project, problem="anomaly")) == [one.pk]
    assert ids(get(as_bob, project, problem="any")) == [one.pk]
    assert post(as_bob, project, "dismissals/", key="duplicate:1").status_code == 201
    assert post(as_bob, project, "dismissals/", key="duplicate:1").status_code == 201
    assert Dismissal.objects.count() == 1
    assert ids(get(as_bob, project, problem="anomaly")) == []
    (told,) = get(as_bob, project, f"{one.pk}/").json()["anomalies"]
    assert (told["dismissed"], told["invoices"]) == (True, [{"id": one.pk, "name": "1.png"}])
    assert as_bob.delete(f"{address(project, 'dismissals/')}?key=duplicate:1").status_code == 204
    assert ids(get(as_bob, project, problem="anomaly")) == [one.pk]
    assert ids(get(as_bob, project, problem="none")) == [other.pk]


def test_sorted_with_what_has_no_value_last(as_bob: Client, project: Any, add: Add) -> None:
    small, large, none = add(total="9"), add(total="1000"), add(total="")
    assert ids(get(as_bob, project, sort="total")) == [small.pk, large.pk, none.pk]
    assert ids(get(as_bob, project, sort="-total")) == [large.pk, small.pk, none.pk]


def test_paged(as_bob: Client, project: Any, add: Add) -> None:
    added = [add().pk for _ in range(3)]
    answer = get(as_bob, project, page=2, page_size=2, sort="id")
    assert (ids(answer), answer.json()["count"], answer.json()["next"]) == ([added[2]], 3, None)


@pytest.mark.parametrize(
    "query", [{"state": "x"}, {"month": "2026-13"}, {"month": "March"}, {"sort": "read"}, {"task": "x"}]
)
def test_bad_filters(as_bob: Client, project: Any, query: dict[str, str]) -> None:
    answer = get(as_bob, project, **query)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_parameter")


def test_totals_add_up_one_currency_only(as_bob: Client, project: Any, add: Add) -> None:
    add(), add(total="1.50"), add(currency="USD"), add(vendor="Ink Ltd", date="", total="")
    body = get(as_bob, project, "totals/").json()
    vendor = {"vendor": "Papier & Söhne GmbH", "currency": "EUR", "count": 2, "total": "120.50"}
    assert vendor in body["vendors"]
    assert {"vendor": "Ink Ltd", "currency": "EUR", "count": 1, "total": None} in body["vendors"]
    assert {"month": "2026-03", "currency": "USD", "count": 1, "total": "119.00"} in body["months"]
    assert body["states"] == {"review": 4, "confirmed": 0, "exported": 0}
    assert len(get(as_bob, project, "totals/", vendor="Ink Ltd").json()["vendors"]) == 1


def test_next_problem_goes_round(as_bob: Client, project: Any, add: Add) -> None:
    first, fine, last = add(), add(), add()
    for invoice in (first, last):
        Issue.objects.create(invoice=invoice, code="c", message="…", severity="warning")
    assert get(as_bob, project, "next/").json() == {"id": first.pk, "left": 2}
    assert get(as_bob, project, "next/", after=first.pk).json()["id"] == last.pk
    assert get(as_bob, project, "next/", after=last.pk).json()["id"] == first.pk
    assert get(as_bob, project, "next/", problem="none").json() == {"id": fine.pk, "left": 1}
    Invoice.objects.update(state="confirmed")
    assert get(as_bob, project, "next/").json() == {"id": None, "left": 0}


def test_lists_cost_the_same_for_many(as_bob: Client, project: Any, add: Add) -> None:
    def cost(tail: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert get(as_bob, project, tail, **({} if tail else {"page_size": 200})).status_code == 200
        return len(queries)

    invoice = add()
    few = [cost(tail) for tail in ("", "totals/", "next/", f"{invoice.pk}/")]
    page = invoice.pages.get().page
    more = Invoice.objects.bulk_create(
        Invoice(project=project, job=invoice.job, name=f"{number}", read=READ, digest="d") for number in range(199)
    )
    InvoicePage.objects.bulk_create(InvoicePage(invoice=each, page=page, number=1) for each in more)
    InvoicePage.objects.bulk_create(InvoicePage(invoice=invoice, page=page, number=number) for number in range(2, 20))
    assert [cost(tail) for tail in ("", "totals/", "next/", f"{invoice.pk}/")] == few
    assert max(few) < 22
