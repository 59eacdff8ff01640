"""The pages under /projects/{id}/invoices/."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from django_app.invoices import overview
from django_app.invoices.models import Anomaly, Dismissal, Invoice, Issue, State
from django_app.invoices.templatetags.invoice_values import amount
from tests.web.invoices import Add

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(project: Any) -> str:
    return f"/projects/{project.pk}/invoices/"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [invoice.name for invoice in answer.context["rows"]]


def test_list_works(as_alice: Client, add: Add, url: str) -> None:
    add("1.png")
    answer = as_alice.get(url)
    assert names(answer) == ["1.png"]
    assert b"Papier &amp; S\xc3\xb6hne GmbH" in answer.content
    assert b"119.00" in answer.content


def test_empty_list_says_what_to_do(as_alice: Client, url: str) -> None:
    answer = as_alice.get(url)
    assert b"No invoices yet" in answer.content
    assert b"invoice-filter" not in answer.content


def test_a_project_leads_to_its_invoices(as_alice: Client, project: Any, url: str) -> None:
    assert f'href="{url}"'.encode() in as_alice.get(f"/projects/{project.pk}/").content


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=confirmed", ["b.png"]),
        ("vendor=Beta", ["b.png"]),
        ("month=2026-04", ["b.png"]),
        ("q=beta", ["b.png"]),
        ("problem=error", ["a.png"]),
        ("problem=none", ["b.png"]),
        ("sort=total", ["b.png", "a.png"]),
        ("sort=-total", ["a.png", "b.png"]),
        ("sort=name", ["a.png", "b.png"]),
        ("state=odd&month=2026&sort=odd&task=no", ["b.png", "a.png"]),
    ],
)
def test_filter_and_sort(as_alice: Client, add: Add, url: str, query: str, found: list[str]) -> None:
    """What cannot be understood does not filter."""
    issue = {"code": "sum", "field": "total", "message": "Does not add up.", "severity": "error"}
    Issue.objects.create(invoice=add("a.png"), **issue)
    other = add("b.png", vendor="Beta", date="2026-04-02", total="20.00")
    Invoice.objects.filter(pk=other.pk).update(state=State.CONFIRMED)
    assert names(as_alice.get(f"{url}?{query}")) == found


def test_sums_keep_currencies_apart(as_alice: Client, add: Add, url: str) -> None:
    for name, currency, total in (("1", "EUR", "100.00"), ("2", "EUR", "50.00"), ("3", "USD", "10.00")):
        add(name, currency=currency, total=total)
    sums = as_alice.get(url).context["totals"]["vendors"]
    assert [(row["currency"], row["total"], row["share"]) for row in sums] == [
        ("EUR", Decimal(150), 100),
        ("USD", Decimal(10), 100),
    ]


def test_bars_are_shares_of_the_largest_of_a_currency() -> None:
    rows = [{"currency": "EUR", "total": Decimal(total)} for total in (200, 50, -10, 0)]
    assert [row["share"] for row in overview.with_shares([*rows, {"currency": "EUR", "total": None}])] == [
        100,
        25,
        0,
        0,
    ]


def test_of_many_vendors_the_largest_are_shown() -> None:
    vendors = [{"vendor": str(n), "currency": "EUR", "total": Decimal(n)} for n in range(20)]
    found = overview.shares(
        {"vendors": [*vendors, {"vendor": "x", "currency": "USD", "total": Decimal(1)}], "months": []}
    )
    assert [row["vendor"] for row in found["vendors"]] == [*map(str, range(19, 19 - overview.MOST_BARS, -1)), "x"]
    assert found["more"] == 20 - overview.MOST_BARS


def test_what_stands_out_is_told_until_it_is_dismissed(as_alice: Client, project: Any, add: Add, url: str) -> None:
    told = {"message": "The same invoice twice.", "severity": "error", "score": 0.9, "code": "duplicate_number"}
    anomaly = Anomaly.objects.create(project=project, key="duplicate:1", **told)
    anomaly.invoices.add(add("1.png"))
    answer = as_alice.get(url)
    assert b"The same invoice twice." in answer.content
    assert answer.context["open_anomalies"] == 1
    Dismissal.objects.create(project=project, key="duplicate:1")
    answer = as_alice.get(url)
    assert b"data-dismissed" in answer.content
    assert answer.context["open_anomalies"] == 0


def test_any_number_of_invoices_costs_the_same(as_alice: Client, add: Add, url: str) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            as_alice.get(url)
        return len(queries)

    add("1.png")
    as_alice.get(url)
    one = cost()
    for number in range(2, 6):
        add(f"{number}.png", vendor=f"Vendor {number}")
    assert cost() == one


def test_review_works(as_alice: Client, as_bob: Client, add: Add, url: str) -> None:
    invoice = add("1.png")
    for client in (as_alice, as_bob):
        answer = client.get(f"{url}{invoice.pk}/")
        assert answer.status_code == 200
        assert b'data-path="total"' in answer.content
        assert b"confirm-btn" in answer.content


def test_review_without_its_pages(as_alice: Client, add: Add, url: str) -> None:
    invoice = add("1.png")
    invoice.pages.all().delete()
    assert b"were deleted" in as_alice.get(f"{url}{invoice.pk}/").content


def test_next_to_review(as_alice: Client, add: Add, url: str) -> None:
    first, second, done = (add(f"{number}.png") for number in range(3))
    Invoice.objects.filter(pk=done.pk).update(state=State.CONFIRMED)
    assert as_alice.get(f"{url}next/")["Location"] == f"{url}{first.pk}/"
    assert as_alice.get(f"{url}next/?after={first.pk}")["Location"] == f"{url}{second.pk}/"
    assert as_alice.get(f"{url}next/?after={second.pk}")["Location"] == f"{url}{first.pk}/"
    assert as_alice.get(f"{url}next/?after=odd")["Location"] == f"{url}{first.pk}/"
    Invoice.objects.exclude(pk=first.pk).update(state=State.CONFIRMED)
    assert as_alice.get(f"{url}next/?after={first.pk}")["Location"] == url


def test_an_invoice_of_another_project_is_not_here(as_alice: Client, alice: Any, add: Add) -> None:
    from django_app.projects.models import Project

    other = Project.begin(alice, "Other")
    assert as_alice.get(f"/projects/{other.pk}/invoices/{add('1.png').pk}/").status_code == 404


def test_reader_sees_and_is_offered_no_change(as_reader: Client, add: Add, url: str) -> None:
    invoice = add("1.png")
    listing, review = as_reader.get(url), as_reader.get(f"{url}{invoice.pk}/")
    for absent in (b"invoice-upload", b"export-mark", b"anomaly-dismiss"):
        assert absent not in listing.content
    for absent in (b"confirm-btn", b"item-add"):
        assert absent not in review.content


@pytest.mark.parametrize(
    ("number", "shown"), [("119", "119.00"), ("0.125", "0.125"), ("1234567.5000", "1,234,567.50"), ("-3.1", "-3.10")]
)
def test_an_amount_loses_nothing(number: str, shown: str) -> None:
    assert amount(Decimal(number)) == shown


def test_no_amount() -> None:
    assert amount(None) == ""
