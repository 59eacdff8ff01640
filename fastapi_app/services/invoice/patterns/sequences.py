"""A vendor's invoice numbers in time: gaps where they follow one another, and numbers that go back."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from fastapi_app.services.invoice.findings import Anomaly, anomaly
from fastapi_app.services.invoice.patterns.ledger import Ledger, Row, Vendor

LEAST = 6  # numbers of a vendor that make a sequence
FOLLOWING = 0.75  # least share of steps by exactly one, for a gap to mean something
LARGEST_GAP = 20  # numbers; beyond, a new block was begun
GROWING = 0.85  # least share of rows whose numbers grow with the days
SLIP = timedelta(days=4)  # invoices written on one day are dated within a few
LONGEST = 12  # digits; more are keys of machines
YEARS = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True, eq=False)
class Numbered:
    """`shape`: the number with its counter left out, "RE-2026-#"."""

    shape: str
    counter: int
    day: date
    row: Row


def find(ledger: Ledger) -> Iterator[Anomaly]:
    for vendor in ledger.vendors:
        for sequence in _sequences(vendor):
            yield from _gaps(vendor, sequence)
            yield from _back(vendor, sequence)


def _sequences(vendor: Vendor) -> Iterator[list[Numbered]]:
    """Of one shape, by day; year by year where they begin anew each year."""
    shapes = defaultdict(list)
    for row in vendor.rows:
        if (numbered := _numbered(row)) is not None:
            shapes[numbered.shape].append(numbered)
    for sequence in shapes.values():
        whole = sorted(sequence, key=lambda each: (each.day, each.counter))
        parts = [whole] if _grows(whole) else _by_year(whole)
        yield from (part for part in parts if len(part) >= LEAST)


def _numbered(row: Row) -> Numbered | None:
    """The counter is the last run of digits that is not the year."""
    text = row.text("invoice_number")
    runs = [run for run in re.finditer(r"[0-9]+", text) if len(run.group()) <= LONGEST]
    counters = [run for run in runs if not (YEARS.fullmatch(run.group()) and len(runs) > 1)]
    if row.day is None or not counters:
        return None
    at = counters[-1]
    return Numbered(f"{text[: at.start()]}#{text[at.end() :]}".casefold(), int(at.group()), row.day, row)


def _by_year(sequence: Iterable[Numbered]) -> list[list[Numbered]]:
    years = defaultdict(list)
    for each in sequence:
        years[each.day.year].append(each)
    return list(years.values())


def _grows(sequence: Sequence[Numbered]) -> bool:
    return len(_growing(sequence)) >= GROWING * len(sequence)


def _growing(sequence: Sequence[Numbered]) -> set[int]:
    """Places of a longest subsequence whose counters do not fall (patience sorting)."""
    ends: list[int] = []
    places: list[int] = []
    before: dict[int, int | None] = {}
    for place, each in enumerate(sequence):
        at = bisect_right(ends, each.counter)
        before[place] = places[at - 1] if at else None
        ends[at : at + 1] = [each.counter]
        places[at : at + 1] = [place]
    kept, last = set(), places[-1] if places else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def _gaps(vendor: Vendor, sequence: Sequence[Numbered]) -> Iterator[Anomaly]:
    by_counter = sorted({each.counter: each for each in reversed(sequence)}.values(), key=lambda each: each.counter)
    steps = [(one, other, other.counter - one.counter) for one, other in pairwise(by_counter)]
    following = [step for *_, step in steps].count(1)
    if len(by_counter) < LEAST or following < FOLLOWING * len(steps):
        return
    unread = [row.day for row in vendor.rows if row.day is not None and not row.number]
    for one, other, step in steps:
        between = sum(one.day - SLIP <= day <= other.day + SLIP for day in unread)
        if 1 < step <= LARGEST_GAP and between < step - 1:
            yield anomaly(
                "number_gap",
                f"{one.row.id}:{other.row.id}",
                (other.row.entry, one.row.entry),
                0.4 + 0.5 * following / len(steps),
                vendor=vendor.name,
                count="a number is" if step == 2 else f"{step - 1} numbers are",
                before=one.row.text("invoice_number"),
                after=other.row.text("invoice_number"),
            )


def _back(vendor: Vendor, sequence: Sequence[Numbered]) -> Iterator[Anomaly]:
    growing = sorted(_growing(sequence))
    if len(growing) < max(LEAST - 1, GROWING * len(sequence)):
        return
    for place in set(range(len(sequence))) - set(growing):
        each, other = sequence[place], _contradicted(sequence, growing, place)
        if other is not None:
            yield anomaly(
                "number_back",
                f"{each.row.id}:{each.row.text('invoice_number')}:{each.day}",
                (each.row.entry, other.row.entry),
                0.5 + 0.5 * (len(growing) - 1) / len(sequence),
                vendor=vendor.name,
                number=each.row.text("invoice_number"),
                date=f"{each.day}",
                other_number=other.row.text("invoice_number"),
                other_date=f"{other.day}",
            )


def _contradicted(sequence: Sequence[Numbered], growing: Sequence[int], place: int) -> Numbered | None:
    """A number of the sequence that is larger and some days earlier, or smaller and some days later."""
    one = sequence[place]
    for at in growing:
        other = sequence[at]
        if other.counter > one.counter and one.day - other.day > SLIP:
            return other
        if other.counter < one.counter and other.day - one.day > SLIP:
            return other
    return None
