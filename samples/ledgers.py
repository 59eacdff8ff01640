"""The invoices of a project as values only: two years of invented vendors with habits, and anomalies planted in them.

    ledger(seed=1, size=600)    bills in the order in which they came, and what was planted

What happens by itself in every office is in it as well, and is no anomaly: prices rise, forms look alike, readings are
wrong or missing, somebody buys the same thing twice on one day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from samples.vendors import Vendor, vendors

BEGIN, DAYS = date(2024, 11, 4), 730
FORM_BITS = (9, 20)  # of 64: two bills on one form look that different
OTHER_BITS = 3  # the same bill scanned again, at most
MISSING = {"invoice_number": 0.02, "iban": 0.03, "due_date": 0.03, "vendor_tax_id": 0.05, "vendor_address": 0.05}
MISREAD = 0.05  # of the vendors' names
TWINS = {"o": "0", "l": "1", "s": "5", "e": "c", "i": "l", "m": "rn"}


@dataclass(frozen=True)
class Bill:
    """`values` as they are read, by the names of an invoice's fields, and "time"; `fingerprint` in hexadecimal."""

    id: int
    file: str
    vendor: Vendor
    values: dict[str, str]
    fingerprint: str


@dataclass(frozen=True)
class Planted:
    """What should be found: its code, and the bills of which any may be named."""

    code: str
    ids: frozenset[int]


@dataclass(frozen=True)
class Project:
    bills: Sequence[Bill]
    planted: Sequence[Planted] = field(default=())


def ledger(seed: int = 1, size: int = 600, each: int = 4) -> Project:
    """About `size` bills; `each`: how many anomalies of each kind are planted (fewer where there is no room)."""
    from samples.planting import plant

    chance = Random(seed)
    bills: list[Bill] = []
    for vendor in vendors(chance, size):
        bills += _bills_of(vendor, chance)
    ordered = sorted(bills, key=lambda bill: (bill.values["date"], bill.file))
    numbered = [replace(bill, id=number, file=f"scan-{number:05}.pdf") for number, bill in enumerate(ordered, 1)]
    return plant(numbered, each, chance)


def _bills_of(vendor: Vendor, chance: Random) -> list[Bill]:
    form, counter = chance.getrandbits(64), vendor.first_number
    bills: list[Bill] = []
    for day in _days(vendor, chance):
        counter = counter + chance.randint(1, vendor.number_step)
        if vendor.yearly and bills and bills[-1].values["date"][:4] != str(day.year):
            counter = 1
        bills.append(
            Bill(
                0,
                vendor.name,
                vendor,
                {"date": f"{day}"} | values(vendor, day, counter, chance),
                seen(form, FORM_BITS, chance),
            )
        )
    return [replace(bill, values=_as_read(bill.values, chance)) for bill in bills]


def _days(vendor: Vendor, chance: Random) -> list[date]:
    found = [BEGIN + timedelta(round(DAYS * (at + chance.random() * 0.6) / vendor.count)) for at in range(vendor.count)]
    return sorted(_open(vendor, day) for day in found)


def _open(vendor: Vendor, day: date) -> date:
    while day.weekday() in vendor.closed:
        day += timedelta(1)
    return day


def values(vendor: Vendor, day: date, counter: int, chance: Random) -> dict[str, str]:
    """A bill without a fault; prices rise by 4 % a year."""
    rise = 1 + 0.04 * (day - BEGIN).days / 365
    found = {
        "vendor": vendor.name,
        "vendor_address": vendor.address,
        "vendor_tax_id": vendor.tax_id,
        "invoice_number": vendor.number(counter, day.year),
        "due_date": f"{day + timedelta(vendor.term)}" if vendor.term else "",
        "currency": vendor.currency,
        "iban": vendor.iban,
        "time": vendor.time(chance),
    }
    return found | amounts(vendor.usual * rise * chance.lognormvariate(0, vendor.spread), vendor.rate)


def amounts(net: float, rate: float) -> dict[str, str]:
    subtotal, tax = round(net, 2), round(round(net, 2) * rate / 100, 2)
    return {"subtotal": f"{subtotal:.2f}", "tax": f"{tax:.2f}", "total": f"{subtotal + tax:.2f}"}


def seen(picture: int, bits: tuple[int, int], chance: Random) -> str:
    """The fingerprint of a picture of which so many bits came out otherwise."""
    for place in chance.sample(range(64), chance.randint(*bits)):
        picture ^= 1 << place
    return f"{picture:016x}"


def _as_read(found: dict[str, str], chance: Random) -> dict[str, str]:
    read = {name: value for name, value in found.items() if chance.random() >= MISSING.get(name, 0)}
    return read | {"vendor": misread(found["vendor"], chance)} if chance.random() < MISREAD else read


def misread(text: str, chance: Random) -> str:
    """One character taken for its twin."""
    places = [place for place, letter in enumerate(text) if letter in TWINS]
    if not places:
        return text
    place = chance.choice(places)
    return text[:place] + TWINS[text[place]] + text[place + 1 :]
