"""Was it read surely, and does the page say what the embedded e-invoice says?"""

from collections.abc import Iterator

from fastapi_app.services.invoice.facts import DATES, Facts
from fastapi_app.services.invoice.issues import Issue, issue, name_of

KEY_FIELDS = ("vendor", "vendor_tax_id", "invoice_number", "date", "subtotal", "tax", "total", "iban")
LEAST_CONFIDENCE = 0.6
SURE = 1.0  # typed or confirmed by a person


def check(facts: Facts) -> Iterator[Issue]:
    yield from _uncertain(facts)
    yield from _ambiguous(facts)
    for each in facts.invoice.differences:
        told = {"printed": each.printed, "embedded": each.embedded}
        yield issue("embedded_differs", each.field, name=name_of(each.field), **told)


def _uncertain(facts: Facts) -> Iterator[Issue]:
    for name in KEY_FIELDS:
        field = facts.field(name)
        if field and not field.confidence >= LEAST_CONFIDENCE:
            share = f"{max(0.0, field.confidence) * 100:.0f}"
            yield issue("low_confidence", name, name=name_of(name), value=field.value, percent=share)


def _ambiguous(facts: Facts) -> Iterator[Issue]:
    """The same characters were also taken for another day."""
    for name in DATES:
        field = facts.field(name)
        if field is None or field.confidence >= SURE:
            continue
        others = [each for each in facts.invoice.candidates.get(name, ()) if each.raw == field.raw]
        other = next((each.value for each in others if each.value != field.value), None)
        if other is not None:
            yield issue("date_ambiguous", name, raw=field.raw, value=field.value, other=other)
