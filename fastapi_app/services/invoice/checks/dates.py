"""Are the dates days, and in an order that can be?"""

from collections.abc import Iterator
from datetime import timedelta

from fastapi_app.services.invoice.facts import DATES, Facts
from fastapi_app.services.invoice.issues import Issue, issue, name_of

ZONES = timedelta(days=1)  # it may be tomorrow already where the vendor is
OLD_YEARS = 10  # the longest that most countries want records kept
FAR = timedelta(days=366)
DAYS_A_YEAR = 365.25


def check(facts: Facts) -> Iterator[Issue]:
    for field in DATES:
        if facts.text(field) and facts.day(field) is None:
            yield issue("unreadable_date", field, value=facts.text(field), name=name_of(field).lower())
    yield from _age(facts)
    yield from _due(facts)


def _age(facts: Facts) -> Iterator[Issue]:
    day = facts.day()
    if day is None:
        return
    if day - facts.today > ZONES:
        yield issue("date_in_future", date=day, days=(day - facts.today).days, today=facts.today)
    years = int((facts.today - day).days / DAYS_A_YEAR)
    if years >= OLD_YEARS:
        yield issue("date_old", date=day, years=years)


def _due(facts: Facts) -> Iterator[Issue]:
    day, due = facts.day(), facts.day("due_date")
    if day is None or due is None:
        return
    if due < day:
        yield issue("due_before_date", due_date=due, date=day, days=(day - due).days)
    elif due - day > FAR:
        yield issue("due_far", due_date=due, date=day, days=(due - day).days)
