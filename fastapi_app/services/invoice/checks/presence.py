"""Is everything there that makes an invoice, by the rules of the vendor's country?

European Union: articles 226 and 238 of Directive 2006/112/EC, which let receipts up to a limit do with less.
"""

from collections.abc import Iterator
from decimal import Decimal

from fastapi_app.services.invoice import countries
from fastapi_app.services.invoice.facts import Facts
from fastapi_app.services.invoice.issues import Issue, issue, name_of

BASIC = ("vendor", "date", "total")
BY_LAW = dict.fromkeys((*countries.EU, "GB", "IL", "CH"), ("invoice_number", "vendor_tax_id"))
"""Beside the basic fields, above the limit for receipts."""

USUAL = dict.fromkeys((*countries.EU, "GB"), ("vendor_address", "subtotal", "tax"))
"""Asked for by law as well, but not of everybody (small businesses show no tax)."""

RECEIPT_LIMITS = {
    "AT": (400, "EUR"),
    "BE": (400, "EUR"),
    "CH": (400, "CHF"),
    "CZ": (10_000, "CZK"),
    "DE": (250, "EUR"),
    "DK": (3_000, "DKK"),
    "ES": (400, "EUR"),
    "FI": (400, "EUR"),
    "FR": (150, "EUR"),
    "GB": (250, "GBP"),
    "IL": (300, "ILS"),
    "IT": (400, "EUR"),
    "PL": (450, "PLN"),
    "SE": (4_000, "SEK"),
}
"""Largest total of a simplified invoice, tax included."""

EU_LIMIT = (100, "EUR")


def check(facts: Facts) -> Iterator[Issue]:
    for field in BASIC:
        if not facts.text(field):
            yield _issue("required", field, "every invoice needs it")
    for code, field, why in _asked(facts):
        if not facts.text(field) and field not in BASIC:
            yield _issue(code, field, why)


def _asked(facts: Facts) -> Iterator[tuple[str, str, str]]:
    yield "expected", "currency", "without it amounts have no meaning"
    if is_receipt(facts):
        return
    law = f"invoices of {countries.name(facts.country)} have to show it{_above(facts)}"
    by_law = BY_LAW.get(facts.country, ())
    yield from (("required", field, law) for field in by_law)
    yield from (("expected", field, law) for field in USUAL.get(facts.country, ()))
    if "invoice_number" not in by_law:
        yield "expected", "invoice_number", "invoices are told apart by it"


def is_receipt(facts: Facts) -> bool:
    """Small enough for its country to ask for less."""
    limit, total = _limit(facts.country), facts.amount("total")
    return limit is not None and total is not None and facts.currency.code == limit[1] and abs(total) <= limit[0]


def _limit(country: str) -> tuple[int, str] | None:
    return RECEIPT_LIMITS.get(country, EU_LIMIT if country in countries.EU else None)


def _above(facts: Facts) -> str:
    """The limit in words, where the currency is that of the limit."""
    limit = _limit(facts.country)
    known = limit is not None and facts.currency.code == limit[1]
    return f" above {facts.say(Decimal(limit[0]))}" if limit and known else ""


def _issue(code: str, field: str, why: str) -> Issue:
    return issue(code, field, name=name_of(field), why=why)
