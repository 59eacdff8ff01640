"""Do the figures add up: quantity × price → line → net → tax → total, as exactly as rounding allows."""

from collections.abc import Iterator
from decimal import Decimal

from fastapi_app.services.invoice.checks import charges
from fastapi_app.services.invoice.facts import AMOUNTS, Facts, Line
from fastapi_app.services.invoice.issues import Issue, issue, name_of
from fastapi_app.services.invoice.money import decimal, percent

HALF = Decimal("0.5")
MOST_TAX = Decimal("0.3")  # of the net amount; Hungary's 27 % is the most in Europe


def check(facts: Facts) -> Iterator[Issue]:
    yield from _unreadable(facts)
    yield from _decimals(facts)
    yield from _total(facts)
    yield from _sign(facts)
    yield from _line_amounts(facts)
    yield from _line_sum(facts)
    yield from _tax(facts)


def _unreadable(facts: Facts) -> Iterator[Issue]:
    for field in AMOUNTS:
        if facts.text(field) and facts.amount(field) is None:
            yield issue("unreadable_amount", field, value=facts.text(field), name=name_of(field).lower())


def _decimals(facts: Facts) -> Iterator[Issue]:
    currency = facts.currency
    for field in AMOUNTS:
        amount = facts.amount(field)
        if currency.code and amount is not None and currency.round(amount) != amount:
            yield issue(
                "excess_decimals", field, value=facts.text(field), currency=currency.code, decimals=currency.decimals
            )


def _total(facts: Facts) -> Iterator[Issue]:
    subtotal, tax, total = map(facts.amount, AMOUNTS)
    if subtotal is None or total is None or (tax is None and _may_be_tax(subtotal, total)):
        return
    tax = tax or Decimal(0)
    gap = abs(subtotal + tax - total)
    amounts = {"subtotal": subtotal, "tax": tax, "total": total, "sum": subtotal + tax, "difference": gap}
    said = {name: facts.say(amount) for name, amount in amounts.items()}
    if gap <= facts.currency.unit:
        return
    if tax and subtotal == total:
        yield issue("tax_included", **said)
    elif _is_cash_rounding(facts, total, gap):
        yield issue("cash_rounding", **said, step=facts.say(facts.currency.coin or Decimal(0)))
    elif word := _charge(facts, total - subtotal - tax):
        yield issue("other_charges", **said, word=word)
    else:
        yield issue("total_mismatch", **said)


def _charge(facts: Facts, difference: Decimal) -> str:
    """What the page calls the difference."""
    shown = f"{facts.currency.round(abs(difference)):f}"
    return charges.named(facts.invoice.text, shown, is_charge=difference > 0)


def _may_be_tax(subtotal: Decimal, total: Decimal) -> bool:
    """Is what lies between them a tax that was not found?"""
    return 0 <= (total - subtotal) * subtotal <= subtotal**2 * MOST_TAX


def _is_cash_rounding(facts: Facts, total: Decimal, gap: Decimal) -> bool:
    coin = facts.currency.coin
    return coin is not None and total % coin == 0 and gap <= coin * HALF


def _sign(facts: Facts) -> Iterator[Issue]:
    total = facts.amount("total")
    if total is not None and total <= 0:
        yield issue("negative_total" if total < 0 else "zero_total", total=facts.say(total))


def _line_amounts(facts: Facts) -> Iterator[Issue]:
    for line in facts.lines:
        quantity, price, amount = line.quantity, line.unit_price, line.amount
        if quantity is None or price is None or amount is None or _explained(facts, line, quantity * price):
            continue
        yield issue(
            "line_amount",
            f"line_items[{line.number}].amount",
            number=line.number,
            quantity=f"{quantity.normalize():f}",
            unit_price=facts.say(price),
            expected=facts.say(facts.currency.round(quantity * price)),
            amount=facts.say(amount),
        )


def _explained(facts: Facts, line: Line, product: Decimal) -> bool:
    """Net or gross, within what the decimals of the shown price and amount may hide."""
    amount, price, quantity = line.amount or Decimal(0), line.unit_price or Decimal(0), line.quantity or Decimal(0)
    slack = facts.currency.unit * HALF + abs(quantity) * _last_place(price) * HALF
    rate = line.tax_rate if line.tax_rate is not None else decimal(facts.text("tax_rate"))
    factors = (Decimal(1), *((1 + rate / 100, 1 / (1 + rate / 100)) if rate is not None and rate > -100 else ()))
    return any(abs(product * factor - amount) <= slack for factor in factors)


def _last_place(amount: Decimal) -> Decimal:
    """0.01 for 1.50."""
    exponent = amount.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)


def _line_sum(facts: Facts) -> Iterator[Issue]:
    """Only where every line has its amount."""
    amounts = [line.amount for line in facts.lines if line.amount is not None]
    aims = [aim for aim in (facts.amount("subtotal"), facts.amount("total"), facts.net) if aim is not None]
    if not amounts or len(amounts) < len(facts.lines) or not aims:
        return
    slack = max(facts.currency.unit, facts.currency.unit * HALF * len(amounts), (facts.currency.coin or 0) * HALF)
    if all(abs(sum(amounts) - aim) > slack for aim in aims):
        subtotal, total = facts.net, facts.amount("total")
        yield issue(
            "line_sum",
            count=len(amounts),
            sum=facts.say(sum(amounts, Decimal(0))),
            subtotal="?" if subtotal is None else facts.say(subtotal),
            total="?" if total is None else facts.say(total),
        )


def _tax(facts: Facts) -> Iterator[Issue]:
    """By the one printed rate, or else by the rates of all lines when the lines are net."""
    tax, net, rate = facts.amount("tax"), facts.net, decimal(facts.text("tax_rate"))
    if tax is None or net is None:
        return
    unit = facts.currency.unit
    slack = max(unit, unit * HALF * (len(facts.lines) + 1))
    by_line = _tax_of_lines(facts, net, slack)
    expected = by_line if by_line is not None else None if rate is None else net * rate / 100
    if expected is None or abs(expected - tax) <= slack or _is_inclusive(facts, tax, rate, slack):
        return
    said = percent(rate) if rate is not None else "The lines'"
    exact = facts.say(facts.currency.round(expected))
    yield issue("tax_mismatch", rate=said, base=facts.say(net), expected=exact, tax=facts.say(tax))


def _tax_of_lines(facts: Facts, net: Decimal, slack: Decimal) -> Decimal | None:
    """None when a line has no rate or the lines are not the net amount."""
    parts = [(line.amount, line.tax_rate) for line in facts.lines]
    known = [(amount, rate) for amount, rate in parts if amount is not None and rate is not None]
    if not known or len(known) < len(parts) or abs(sum(amount for amount, _ in known) - net) > slack:
        return None
    return sum((amount * rate / 100 for amount, rate in known), Decimal(0))


def _is_inclusive(facts: Facts, tax: Decimal, rate: Decimal | None, slack: Decimal) -> bool:
    """The tax is contained in an amount that is gross, which `tax_included` tells."""
    gross = facts.amount("total")
    if rate is None or gross is None or rate <= -100 or facts.amount("subtotal") != gross:
        return False
    return abs(gross * rate / (100 + rate) - tax) <= slack
