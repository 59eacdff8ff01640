"""Invoices for the tests of checks: one that is right, and variations of it."""

from datetime import date
from typing import Any

from fastapi_app.services.invoice.models import DETAIL_NAMES, Field, Invoice, LineItem

TODAY = date(2026, 11, 21)
GOOD = {
    "vendor": "Nordlicht Papier GmbH",
    "vendor_address": "Speicherweg 4, 20457 Hamburg",
    "vendor_tax_id": "DE136695976",
    "invoice_number": "RE-2026-0417",
    "date": "2026-10-05",
    "due_date": "2026-11-04",
    "currency": "EUR",
    "subtotal": "400.00",
    "tax": "76.00",
    "total": "476.00",
    "iban": "DE89370400440532013000",
}
LINES = (("Paper", "10", "25.00", "250.00", "19"), ("Ink", "3", "50.00", "150.00", "19"))
COLUMNS = ("description", "quantity", "unit_price", "amount", "tax_rate")


def field(value: str, confidence: float = 0.98, raw: str | None = None) -> Field:
    return Field(value=value, raw=value if raw is None else raw, confidence=confidence, page=1, box=(0, 0, 10, 10))


def line(*cells: str | None) -> LineItem:
    return LineItem(**{name: field(cell) for name, cell in zip(COLUMNS, cells, strict=False) if cell is not None})


def invoice(
    country: str | None = "DE",
    lines: tuple[tuple[str | None, ...], ...] = LINES,
    more: dict[str, Any] | None = None,
    **values: str,
) -> Invoice:
    """The good one with other values; an empty one takes the field away."""
    merged = {name: value for name, value in {**GOOD, **values}.items() if value}
    fields = {name: field(value) for name, value in merged.items() if name not in DETAIL_NAMES}
    details = {name: field(value) for name, value in merged.items() if name in DETAIL_NAMES}
    items = tuple(line(*cells) for cells in lines)
    return Invoice(country=country, fields=fields, details=details, line_items=items, **(more or {}))
