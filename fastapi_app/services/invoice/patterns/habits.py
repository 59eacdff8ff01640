"""What a vendor nearly always does: its tax rate, its currency, its days and its hours."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from datetime import date
from typing import Any

from fastapi_app.services.invoice.findings import Anomaly, anomaly
from fastapi_app.services.invoice.patterns.ledger import Ledger, Row, Vendor

LEAST_OTHERS = 5
AGREED = 0.9  # of the others
RARE = 0.1  # largest share of what is unusual
NEAR_RATE = 0.75  # percentage points that rounding small amounts may make
LEAST_DAYS = 12
RARELY = 0.04  # expected share of weekends from which one is news
LEAST_TIMES = 8
ALONE_MINUTES = 180
NIGHT = (22 * 60, 6 * 60)  # minutes since midnight: from, until
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def find(ledger: Ledger) -> Iterator[Anomaly]:
    for vendor in ledger.vendors:
        yield from _tax_rates(vendor)
        yield from _currencies(vendor)
        yield from _days(vendor)
        yield from _hours(vendor)


def _tax_rates(vendor: Vendor) -> Iterator[Anomaly]:
    rows = [(row, round(row.rate * 2) / 2) for row in vendor.rows if row.rate is not None]
    for row, rate, usual, count in _odd_ones(rows):
        if abs((row.rate or 0.0) - usual) > NEAR_RATE:
            told = {"rate": f"{rate:g}", "usual": f"{usual:g}", "count": count, "vendor": vendor.name}
            yield anomaly("unusual_tax_rate", f"{row.id}:{rate:g}", (row.entry,), 1 - 1 / count, **told)


def _currencies(vendor: Vendor) -> Iterator[Anomaly]:
    rows = [(row, row.text("currency")) for row in vendor.rows if row.text("currency")]
    for row, currency, usual, count in _odd_ones(rows):
        told = {"currency": currency, "usual": usual, "count": count, "vendor": vendor.name}
        yield anomaly("unusual_currency", f"{row.id}:{currency}", (row.entry,), 1 - 1 / count, **told)


def _odd_ones(rows: Sequence[tuple[Row, Any]]) -> Iterator[tuple[Row, Any, Any, int]]:
    """Rows whose value is rare beside one that nearly all others have: with it, the usual one and how many have it."""
    counts: Counter[Hashable] = Counter(value for _, value in rows)
    for row, value in rows:
        others = counts - Counter([value])
        usual, count = others.most_common(1)[0] if others else (value, 0)
        is_rare = counts[value] <= max(1, RARE * len(rows))
        if value != usual and is_rare and count >= max(LEAST_OTHERS, AGREED * others.total()):
            yield row, value, usual, count


def _days(vendor: Vendor) -> Iterator[Anomaly]:
    rows = [(row, row.day) for row in vendor.rows if row.day is not None]
    if len(rows) <= LEAST_DAYS:
        return
    weekend = _weekend_of([day.weekday() for _, day in rows])
    at_weekend = sum(day.weekday() in weekend for _, day in rows)
    others = len(rows) - 1
    if (at_weekend - 1 + 0.5) / (others + 1) > RARELY:
        return
    for row, day in rows:
        if day.weekday() in weekend:
            yield _weekend(vendor, row, day, others, at_weekend - 1)


def _weekend_of(weekdays: Sequence[int]) -> frozenset[int]:
    """Saturday and Sunday, or Friday and Saturday for who writes on Sundays rather than Fridays."""
    works_sundays = weekdays.count(SUNDAY) > max(1, weekdays.count(FRIDAY))
    return frozenset((FRIDAY, SATURDAY) if works_sundays else (SATURDAY, SUNDAY))


def _weekend(vendor: Vendor, row: Row, day: date, others: int, weekends: int) -> Anomaly:
    return anomaly(
        "unusual_day",
        f"{row.id}:{day}",
        (row.entry,),
        1 - 4 * (weekends + 1) / (others + 1),
        date=f"{day}",
        weekday=DAYS[day.weekday()],
        count=others,
        vendor=vendor.name,
        weekend="none is" if weekends == 0 else f"only {weekends} are",
    )


def _hours(vendor: Vendor) -> Iterator[Anomaly]:
    rows = sorted((row.minutes, row.place, row) for row in vendor.rows if row.minutes is not None)
    if len(rows) <= LEAST_TIMES:
        return
    by_day = [minutes for minutes, *_ in rows if not _is_night(minutes)]
    if len(by_day) < max(LEAST_TIMES, AGREED * len(rows)):
        return
    told = {"first": _clock(by_day[0]), "last": _clock(by_day[-1]), "count": len(by_day), "vendor": vendor.name}
    for minutes, _, row in rows:
        if _is_night(minutes) and min(_apart(minutes, other) for other in by_day) >= ALONE_MINUTES:
            score = 1 - 2 / len(by_day)
            yield anomaly("unusual_hour", f"{row.id}:{minutes}", (row.entry,), score, time=_clock(minutes), **told)


def _is_night(minutes: int) -> bool:
    return minutes >= NIGHT[0] or minutes < NIGHT[1]


def _apart(one: int, other: int) -> int:
    """Minutes around the clock."""
    away = abs(one - other)
    return min(away, 24 * 60 - away)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
