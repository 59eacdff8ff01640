"""Entries parsed once, and grouped by vendor."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from fastapi_app.services.invoice.facts import day
from fastapi_app.services.invoice.findings import Entry
from fastapi_app.services.invoice.identity import number_key, tax_key, vendor_key
from fastapi_app.services.invoice.money import Currency, decimal
from fastapi_app.services.invoice.patterns.vendors import group

MOST_RATE = 60.0  # percent; above, tax or net was misread


@dataclass(frozen=True, eq=False)
class Row:
    """`place`: when it came to the project, from 0. `minutes`: since midnight. `rate`: effective tax in percent."""

    place: int
    entry: Entry
    number: str
    day: date | None
    due: date | None
    total: Decimal | None
    rate: float | None
    minutes: int | None

    def text(self, name: str) -> str:
        return self.entry.values.get(name, "").strip()

    @property
    def id(self) -> str:
        return str(self.entry.id)

    @property
    def when(self) -> tuple[date, int]:
        """By date, and those without one in the order in which they came, last."""
        return (self.day or date.max, self.place)

    def say(self, amount: Decimal) -> str:
        return Currency.of(self.text("currency")).say(amount)


@dataclass(frozen=True, eq=False)
class Vendor:
    """Rows of one vendor, by date."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, eq=False)
class Ledger:
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Ledger":
        return cls(tuple(_row(place, entry) for place, entry in enumerate(entries)))

    @cached_property
    def vendors(self) -> tuple[Vendor, ...]:
        """Without those rows of which no vendor is known."""
        names = [vendor_key(row.text("vendor")) for row in self.rows]
        numbers = [tax_key(row.text("vendor_tax_id")) for row in self.rows]
        rows = defaultdict(list)
        for row, of in zip(self.rows, group(names, numbers), strict=True):
            if of is not None:
                rows[of].append(row)
        return tuple(_vendor(each) for each in rows.values())


def _vendor(rows: Sequence[Row]) -> Vendor:
    """Called as most of its invoices call it."""
    names = Counter(row.text("vendor") for row in rows if row.text("vendor"))
    name = names.most_common(1)[0][0] if names else rows[0].text("vendor_tax_id")
    return Vendor(name, tuple(sorted(rows, key=lambda row: row.when)))


def _row(place: int, entry: Entry) -> Row:
    values = {name: value.strip() for name, value in entry.values.items()}
    subtotal, tax, total = (decimal(values.get(name, "")) for name in ("subtotal", "tax", "total"))
    return Row(
        place=place,
        entry=entry,
        number=number_key(values.get("invoice_number", "")),
        day=day(values.get("date", "")),
        due=day(values.get("due_date", "")),
        total=total,
        rate=_rate(subtotal, tax, total),
        minutes=_minutes(values.get("time", "")),
    )


def _rate(subtotal: Decimal | None, tax: Decimal | None, total: Decimal | None) -> float | None:
    net = total - tax if total is not None and tax is not None else subtotal
    if tax is None or not net:
        return None
    rate = float(tax / net * 100)
    return rate if 0 <= rate <= MOST_RATE else None


def _minutes(time: str) -> int | None:
    hours, _, minutes = time.partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes[:2].isascii() and minutes[:2].isdigit()):
        return None
    found = int(hours[:3]) * 60 + int(minutes[:2])
    return found if found < 24 * 60 else None
