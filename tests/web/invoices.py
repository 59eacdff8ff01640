"""Invoices as the engine reads them, for tests that need rows and no pixels."""

from typing import Any


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
