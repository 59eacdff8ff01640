"""Invoices with what they say, for checks and downloads: a few queries for every 500 of them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet

from django_app.invoices.models import Correction, Invoice
from django_app.invoices.values import LINE_ITEMS, effective

BATCH = 500
CONTRACT = ("value", "raw", "confidence", "page", "box", "corrected")

Result = tuple[Invoice, dict[str, Any]]
"""An invoice and its effective values."""


def of(invoices: QuerySet[Invoice], *also: str) -> Iterator[Result]:
    """`also`: what else of them is fetched along."""
    corrections = Prefetch("corrections", Correction.objects.order_by("id"))
    for invoice in invoices.prefetch_related(corrections, *also).iterator(BATCH):
        yield invoice, says(invoice)


def says(invoice: Invoice) -> dict[str, Any]:
    return effective(invoice.read, ((each.field, each.value) for each in invoice.corrections.all()))


def plain(result: Result) -> dict[str, Any]:
    """As the contract writes an invoice."""
    invoice, values = result
    return {
        "id": invoice.pk,
        "file": invoice.name,
        "pages": invoice.read["pages"],
        "state": invoice.state,
        "fields": {name: shown(value) for name, value in values["fields"].items()},
        "details": {name: shown(value) for name, value in values["details"].items()},
        LINE_ITEMS: [
            {name: shown(value) for name, value in row.items() if name != "index"} for row in values[LINE_ITEMS]
        ],
        "text": invoice.read.get("text", ""),
    }


def shown(value: dict[str, Any]) -> dict[str, Any]:
    return {name: value[name] for name in CONTRACT}
