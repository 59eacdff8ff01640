"""Invoices as the engine reads them, for tests that need rows and no pixels; and how to ask for them."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from django_app.invoices import rows
from django_app.invoices.models import Invoice
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job

Add = Callable[..., Invoice]


def value(text: str, raw: str = "", box: tuple[int, int, int, int] = (40, 40, 200, 20)) -> dict[str, Any]:
    return {"value": text, "raw": raw or text, "confidence": 0.9, "page": 1, "box": list(box)}


READ: dict[str, Any] = {
    "pages": [1, 1],
    "source": "image",
    "country": "DE",
    "fields": {
        "vendor": value("Papier & Söhne GmbH"),
        "invoice_number": value("2026-17"),
        "date": value("2026-03-01", "01.03.2026"),
        "currency": value("EUR", "€"),
        "subtotal": value("100.00", "100,00 €"),
        "tax": value("19.00", "19,00 €"),
        "total": value("119.00", "119,00 €", (500, 700, 90, 20)),
    },
    "details": {"tax_rate": value("19")},
    "candidates": {"total": [value("100.00", "100,00 €")]},
    "line_items": [
        {"description": value("Paper"), "quantity": value("10"), "unit_price": value("6.00"), "amount": value("100.00")}
    ],
    "differences": [],
    "text": "Papier & Söhne GmbH\nRechnung 2026-17",
}


def begun(project: Any, by: Any) -> Job:
    """A task whose only file is not read."""
    items = [JobItem(name="1.png", source="imports/none")]
    return Job.objects.start("invoices", project=project, params={}, items=items, by=by)


def adder(task: Job, add_page: Callable[..., Any]) -> Add:
    """Adds an invoice with a page; what is `said` are its fields where they differ from READ's."""

    def add(name: str = "1.png", **said: str) -> Invoice:
        item = task.items.earliest("position")
        item.name = name
        fields = READ["fields"] | {field: value(text) for field, text in said.items()}
        (invoice,) = rows.add(item, [READ | {"fields": fields}], [add_page(name)], digest=name, fingerprints=["f" * 16])
        return invoice

    return add


def address(project: Any, tail: str = "") -> str:
    return f"/api/projects/{project.pk}/invoices/{tail}"


def get(client: Client, project: Any, tail: str = "", **query: Any) -> Any:
    return client.get(address(project, tail), query)


def patch(client: Client, invoice: Invoice, version: int, **values: str) -> Any:
    body = {"version": version, "values": {name.replace("__", "."): said for name, said in values.items()}}
    return client.patch(address(invoice.project, f"{invoice.pk}/"), body, content_type="application/json")


def post(client: Client, project: Any, tail: str, **body: Any) -> Any:
    return client.post(address(project, tail), body, content_type="application/json")


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]
