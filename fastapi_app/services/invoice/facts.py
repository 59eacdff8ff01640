"""An invoice parsed for checking: strings become amounts and days once, what cannot be read becomes None."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fastapi_app.services.invoice import countries
from fastapi_app.services.invoice.models import Field, Invoice, LineItem
from fastapi_app.services.invoice.money import Currency, decimal

AMOUNTS = ("subtotal", "tax", "total")
DATES = ("date", "due_date")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Line:
    """`number` from 1, as it stands on the invoice; amounts None where missing or unreadable; the rate in percent."""

    number: int
    quantity: Decimal | None
    unit_price: Decimal | None
    amount: Decimal | None
    tax_rate: Decimal | None


@dataclass(frozen=True)
class Facts:
    """`today` is the day of the check."""

    invoice: Invoice
    today: date
    currency: Currency
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, invoice: Invoice, today: date) -> "Facts":
        lines = tuple(_line(number, item) for number, item in enumerate(invoice.line_items, 1))
        return cls(invoice, today, _currency(invoice, today), lines)

    def field(self, name: str) -> Field | None:
        """None also for an empty one."""
        found = self.invoice.fields.get(name) or self.invoice.details.get(name)
        return found if found and found.value.strip() else None

    def text(self, name: str) -> str:
        field = self.field(name)
        return field.value.strip() if field else ""

    def amount(self, name: str) -> Decimal | None:
        return decimal(self.text(name))

    def day(self, name: str = "date") -> date | None:
        return day(self.text(name))

    @property
    def country(self) -> str:
        """Of the vendor, "" if nothing tells it."""
        return (self.invoice.country or "").upper()

    @property
    def net(self) -> Decimal | None:
        """The net amount, or what is left of the total without the tax."""
        subtotal, tax, total = map(self.amount, AMOUNTS)
        if subtotal is not None:
            return subtotal
        return total - tax if total is not None and tax is not None else None

    def say(self, amount: Decimal) -> str:
        return self.currency.say(amount)


def day(text: str) -> date | None:
    """A day as YYYY-MM-DD; None for anything else."""
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def _currency(invoice: Invoice, today: date) -> Currency:
    """The invoice's own, or else that of the vendor's country."""
    field, country = invoice.fields.get("currency"), (invoice.country or "").upper()
    if field and field.value.strip():
        return Currency.of(field.value.strip(), country)
    usual = countries.currencies(country, today)
    return Currency.of(usual[0] if usual else "", country)


def _line(number: int, item: LineItem) -> Line:
    return Line(number, *map(_decimal, (item.quantity, item.unit_price, item.amount, item.tax_rate)))


def _decimal(field: Field | None) -> Decimal | None:
    return decimal(field.value) if field else None
