"""Anomalies put into a project, each into bills that no other one touches."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from samples.ledgers import OTHER_BITS, Bill, Planted, Project, amounts, misread, seen
from samples.vendors import iban

Change = dict[str, str]
Planter = Callable[[Bill, list[Bill], Random], Change | None]
"""New values for a bill, among its vendor's by date; None where it has no room for this anomaly."""

FACTORS = (0.1, 0.15, 5.0, 8.0, 10.0, 100.0)
ODD_DAYS = timedelta(45)


def plant(bills: list[Bill], each: int, chance: Random) -> Project:
    """`each` of every kind."""
    field = _Field(bills, chance)
    found = [*field.gaps(each)]
    for code, planter in PLANTERS.items():
        found += field.changes(code, planter, each)
    for code, copier in COPIERS.items():
        found += field.copies(code, copier, each)
    return Project(field.bills(), tuple(found))


class _Field:
    """The bills while they are being worked on; `_used` are those that have their anomaly, and their neighbours."""

    def __init__(self, bills: list[Bill], chance: Random) -> None:
        self._bills = {bill.id: bill for bill in bills}
        self._chance = chance
        self._used: set[int] = set()

    def bills(self) -> list[Bill]:
        return [self._bills[number] for number in sorted(self._bills)]

    def gaps(self, count: int) -> Iterator[Planted]:
        """A bill is lost of a vendor whose every number comes to us."""
        for bill, of in self._free():
            place = of.index(bill)
            if count and bill.vendor.number_step == 1 and len(of) >= 12 and 3 <= place < len(of) - 3:
                around = of[place - 2 : place + 3]
                if not _follow(around) or any(each.id in self._used for each in around):
                    continue
                del self._bills[bill.id]
                count -= 1
                yield self._planted("number_gap", [around[1].id, around[3].id])

    def changes(self, code: str, planter: Planter, count: int) -> Iterator[Planted]:
        vendors = set()
        for bill, of in self._free():
            values = planter(bill, of, self._chance) if count and bill.vendor not in vendors else None
            if values is not None:
                vendors.add(bill.vendor)
                self._bills[bill.id] = replace(bill, values=bill.values | values)
                count -= 1
                yield self._planted(code, [bill.id])

    def copies(self, code: str, copier: Planter, count: int) -> Iterator[Planted]:
        """The copy comes some time later; whether its picture is the same follows from the code."""
        for bill, of in self._free():
            values = copier(bill, of, self._chance) if count else None
            if values is not None:
                bits = (0, OTHER_BITS) if code == "duplicate_image" else (20, 30)
                number = max(self._bills) + 1
                picture = seen(int(bill.fingerprint, 16), bits, self._chance)
                self._bills[number] = Bill(number, f"scan-{number:05}.pdf", bill.vendor, bill.values | values, picture)
                count -= 1
                yield self._planted(code, [bill.id, number])

    def _free(self) -> Iterator[tuple[Bill, list[Bill]]]:
        by_vendor = defaultdict(list)
        for bill in self.bills():
            by_vendor[bill.vendor.name].append(bill)
        for bill in self._chance.sample(self.bills(), len(self._bills)):
            if bill.id in self._bills and bill.id not in self._used:
                yield bill, [self._bills[each.id] for each in by_vendor[bill.vendor.name] if each.id in self._bills]

    def _planted(self, code: str, ids: list[int]) -> Planted:
        self._used |= set(ids)
        return Planted(code, frozenset(ids))


def _follow(bills: list[Bill]) -> bool:
    """Their numbers are all known and come one after another."""
    digits = ["".join(filter(str.isdigit, bill.values.get("invoice_number", "").split("-")[-1])) for bill in bills]
    counters = [int(each) for each in digits if each]
    return len(counters) == len(bills) and counters == list(range(counters[0], counters[0] + len(bills)))


def _amount(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    if len(of) < 8 or bill.vendor.spread > 0.25:
        return None
    return amounts(float(bill.values["subtotal"]) * chance.choice(FACTORS), bill.vendor.rate)


def _number_back(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    """A number that the vendor would have given long ago, and did not."""
    place = of.index(bill)
    if len(of) < 12 or place < 8 or bill.vendor.yearly or bill.vendor.number_step == 1:
        return None
    taken = {_counter(each) for each in of}
    free = [counter + 1 for counter in map(_counter, of[1 : place - 4]) if counter and counter + 1 not in taken]
    return {"invoice_number": bill.vendor.number(free[0], 0)} if free else None


def _counter(bill: Bill) -> int:
    return int("".join(filter(str.isdigit, bill.values.get("invoice_number", ""))) or 0)


def _number_reused(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    """Of a vendor that comes too seldom for its numbers to be a sequence."""
    others = [each for each in of if each.values["date"][:4] == bill.values["date"][:4] and each is not bill]
    number = others[0].values.get("invoice_number") if others and len(of) < 6 else None
    return {"invoice_number": number} if number and others[0].values["date"] != bill.values["date"] else None


def _new_iban(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    return {"iban": iban("DE", chance)} if of.index(bill) >= 5 and bill.vendor.iban else None


def _tax_rate(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    net = float(bill.values["subtotal"])
    return amounts(net, bill.vendor.rate / 2) if len(of) >= 8 and net > 20 else None


def _currency(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    return {"currency": "USD"} if len(of) >= 8 else None


def _day(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    """The last closed day before it, as long as its number still follows."""
    if len(bill.vendor.closed) < 2 or len(of) < 16:
        return None
    day = date.fromisoformat(bill.values["date"])
    while day.weekday() not in bill.vendor.closed:
        day -= timedelta(1)
    return {"date": f"{day}"}


def _hour(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    return (
        {"time": f"0{chance.randint(1, 4)}:{chance.randint(10, 59)}"} if bill.vendor.hours and len(of) >= 12 else None
    )


def _combination(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    """Rather dear, due on another day than usual, and half its fields are missing: each for itself is nothing."""
    if len(of) < 12 or bill.vendor.spread > 0.1 or not bill.vendor.term:
        return None
    day = date.fromisoformat(bill.values["date"])
    dear = amounts(float(bill.values["subtotal"]) * 1.45, bill.vendor.rate)
    return dear | {"due_date": f"{day + timedelta(bill.vendor.term) + ODD_DAYS}", "vendor_address": "", "iban": ""}


def _scanned_again(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    return {"vendor": misread(bill.vendor.name, chance)} if bill.values.get("invoice_number") else None


def _hardly_read(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    return {"vendor": "", "invoice_number": "", "vendor_tax_id": ""}


def _number_not_read(bill: Bill, of: list[Bill], chance: Random) -> Change | None:
    return {"invoice_number": ""}


PLANTERS: dict[str, Planter] = {
    "unusual_amount": _amount,
    "number_back": _number_back,
    "number_reused": _number_reused,
    "new_iban": _new_iban,
    "unusual_tax_rate": _tax_rate,
    "unusual_currency": _currency,
    "unusual_day": _day,
    "unusual_hour": _hour,
    "unusual_combination": _combination,
}
COPIERS: dict[str, Planter] = {
    "duplicate_number": _scanned_again,
    "duplicate_image": _hardly_read,
    "duplicate_content": _number_not_read,
}
