"""The same invoice twice: by number, by picture, or by vendor, total and day."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from fastapi_app.services.invoice.findings import Anomaly, anomaly
from fastapi_app.services.invoice.patterns import fingerprints
from fastapi_app.services.invoice.patterns.ledger import Ledger, Row, Vendor

MOST_COMPARED = 40  # others that have something in common with one, and are compared with it value by value
SHORT_NUMBER = 3  # characters; shorter ones are of tables and tills


def find(ledger: Ledger) -> Iterator[Anomaly]:
    """A pair once, by its strongest reason; of many copies each with the earliest that it equals."""
    vendors = {row.place: vendor for vendor in ledger.vendors for row in vendor.rows}
    told = set()
    for code, score, later, earlier, differ in (
        *_by_number(ledger),
        *_by_picture(ledger, vendors),
        *_by_content(ledger),
    ):
        if (later.place, earlier.place) not in told:
            told.add((later.place, earlier.place))
            yield _told(code, score, later, earlier, vendors.get(later.place), differ)


Found = tuple[str, float, Row, Row, int]
"""Code, score, the later and the earlier row, bits that differ between their pictures."""


def _by_number(ledger: Ledger) -> Iterator[Found]:
    for vendor in ledger.vendors:
        for rows in _groups((row.number, row) for row in vendor.rows if row.number):
            yield from (("duplicate_number", 1.0, *pair, 0) for pair in _pairs(rows, _may_be_one))
            yield from (("number_reused", 0.7, *pair, 0) for pair in _pairs(rows, _reused))


def _by_content(ledger: Ledger) -> Iterator[Found]:
    for vendor in ledger.vendors:
        for rows in _groups(((row.day, row.total), row) for row in vendor.rows if row.day and row.total):
            yield from (("duplicate_content", 0.8, *pair, 0) for pair in _pairs(rows, _not_told_apart))


def _by_picture(ledger: Ledger, vendors: dict[int, Vendor]) -> Iterator[Found]:
    rows = dict(_pictures(ledger))
    near = {bits: [(0, bits)] for bits in rows}
    known = list(rows)
    for one, other, differ in fingerprints.near_pairs(known):
        near[known[one]].append((differ, known[other]))
        near[known[other]].append((differ, known[one]))
    for bits, alike in near.items():
        others = [(row, differ) for differ, other in alike for row in rows[other][:MOST_COMPARED]]
        for later in rows[bits]:
            yield from _first_alike(later, others, vendors)


def _pictures(ledger: Ledger) -> Iterable[tuple[int, list[Row]]]:
    rows = defaultdict(list)
    for row in ledger.rows:
        bits = fingerprints.parse(row.entry.fingerprint)
        if bits is not None:
            rows[bits].append(row)
    return rows.items()


def _first_alike(later: Row, others: list[tuple[Row, int]], vendors: dict[int, Vendor]) -> Iterator[Found]:
    for earlier, differ in sorted(others, key=lambda other: other[0].place)[:MOST_COMPARED]:
        if earlier.place < later.place and _consistent(later, earlier, differ, vendors):
            score = 0.95 - 0.02 * differ
            yield "duplicate_image", score, later, earlier, differ
            return


def _consistent(one: Row, other: Row, differ: int, vendors: dict[int, Vendor]) -> bool:
    """What was read does not say that two papers of one form are two invoices; one misreading may be.

    Two values have to agree where something speaks against it: a misreading, a picture less alike, or invoices of one
    file, whose sheets are often of one form.
    """
    pairs = (
        (one.number, other.number),
        (one.day, other.day),
        (one.total, other.total),
        (vendors.get(one.place), vendors.get(other.place)),
    )
    known = [first == second for first, second in pairs if first and second]
    doubtful = not all(known) or differ > fingerprints.NEAR_BITS or one.entry.file == other.entry.file
    return known.count(False) < 2 and known.count(True) >= (2 if doubtful else 0)


def _may_be_one(one: Row, other: Row) -> bool:
    return not _differ(one.day, other.day) or not _differ(one.total, other.total)


def _reused(one: Row, other: Row) -> bool:
    """Numbers that begin anew each year are no news."""
    same_year = one.day is not None and other.day is not None and one.day.year == other.day.year
    return same_year and not _may_be_one(one, other) and len(one.number) >= SHORT_NUMBER


def _differ(one: date | Decimal | None, other: date | Decimal | None) -> bool:
    return one is not None and other is not None and one != other


def _not_told_apart(one: Row, other: Row) -> bool:
    """Two purchases of a day at one price have two numbers, or two times."""
    numbers, times = {one.number, other.number} - {""}, {one.minutes, other.minutes} - {None}
    return len(times) < 2 and (len(numbers) < 2 or (len(times) == 1 and one.minutes == other.minutes))


def _groups(keyed: Iterable[tuple[Hashable, Row]]) -> Iterator[list[Row]]:
    """Rows of one key, in the order in which they came."""
    groups = defaultdict(list)
    for key, row in keyed:
        groups[key].append(row)
    return (sorted(rows, key=lambda row: row.place) for rows in groups.values() if len(rows) > 1)


def _pairs(rows: list[Row], holds: Callable[[Row, Row], bool]) -> Iterator[tuple[Row, Row]]:
    """(later, earlier): each with the first for which it holds."""
    for place, later in enumerate(rows):
        earlier = next((each for each in rows[: min(place, MOST_COMPARED)] if holds(later, each)), None)
        if earlier is not None:
            yield later, earlier


def _told(code: str, score: float, later: Row, earlier: Row, vendor: Vendor | None, differ: int) -> Anomaly:
    first, second = sorted((earlier.id, later.id))
    return anomaly(
        code,
        f"{first}:{second}",
        (later.entry, earlier.entry),
        score,
        vendor=vendor.name if vendor else "",
        number=later.text("invoice_number"),
        date=later.text("date"),
        total=later.say(later.total) if later.total is not None else "",
        other=earlier.entry.file,
        bits=differ,
    )
