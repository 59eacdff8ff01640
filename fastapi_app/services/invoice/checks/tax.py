"""Is the tax one that the vendor's country had on the day of the invoice?"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from fastapi_app.services.invoice import countries, tax_rates
from fastapi_app.services.invoice.facts import Facts
from fastapi_app.services.invoice.issues import Issue, issue
from fastapi_app.services.invoice.money import decimal, percent

NOWHERE = Decimal(50)  # percent


def check(facts: Facts) -> Iterator[Issue]:
    """Little where country, day or the country's rates are not known."""
    day = facts.day()
    if day is None or not (rates := tax_rates.rates(facts.country, day)):
        yield from _excessive(facts, NOWHERE, "no country asks for more than half")
        return
    printed = list(_printed(facts))
    for field, rate in printed:
        if rate and rate not in rates:
            yield _unusual(facts, field, rate, rates, day)
    yield from _implied(facts, rates, day, explained=bool(printed))


def _printed(facts: Facts) -> Iterator[tuple[str, Decimal]]:
    """Where a rate stands, and the rate; each rate once."""
    seen = set()
    of_lines = ((f"line_items[{line.number}].tax_rate", line.tax_rate) for line in facts.lines)
    for field, rate in (("tax_rate", decimal(facts.text("tax_rate"))), *of_lines):
        if rate is not None and rate not in seen:
            seen.add(rate)
            yield field, rate


def _unusual(facts: Facts, field: str, rate: Decimal, rates: tuple[Decimal, ...], day: date) -> Issue:
    told = {"rate": percent(rate), "country": countries.name(facts.country), "date": day, "rates": listed(rates)}
    held = tax_rates.period_of(facts.country, rate, day)
    if held is None:
        return issue("tax_rate_unusual", field, **told)
    period = f"until {held.until}" if held.first <= day else f"from {held.first}"
    return issue("tax_rate_outdated", field, **told, period=period)


def _implied(facts: Facts, rates: tuple[Decimal, ...], day: date, *, explained: bool) -> Iterator[Issue]:
    """The rate that net amount and tax show, as exactly as their rounding lets it be told."""
    tax, net = facts.amount("tax"), facts.net
    if not tax or not net:
        return
    slack = facts.currency.unit * (len(facts.lines) + 1)
    told = {
        "tax": facts.say(tax),
        "share": f"{tax / net * 100:.1f}",
        "base": facts.say(net),
        "country": countries.name(facts.country),
    }
    if excessive := list(_excessive(facts, rates[0], f"{told['country']} has at most {percent(rates[0])} on {day}")):
        yield from excessive
    elif not explained and all(abs(net * rate / 100 - tax) > slack for rate in rates):
        yield issue("tax_mixed", **told, rates=listed(rates))


def _excessive(facts: Facts, highest: Decimal, most: str) -> Iterator[Issue]:
    tax, net = facts.amount("tax"), facts.net
    if not tax or not net:
        return
    slack = facts.currency.unit * (len(facts.lines) + 1)
    if abs(tax) > abs(net) * highest / 100 + slack:
        share = f"{abs(tax / net) * 100:.1f}"
        yield issue("tax_too_high", tax=facts.say(tax), share=share, base=facts.say(net), most=most)


def listed(rates: tuple[Decimal, ...]) -> str:
    """5, 19 %."""
    return ", ".join(f"{rate.normalize():f}" for rate in sorted(rates)) + " %"
