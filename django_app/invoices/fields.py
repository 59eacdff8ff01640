"""What may stand in a field, as people write it. Dates are ISO 8601, amounts decimal with a point."""

import re
from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from django_app.invoices import rows
from django_app.invoices.values import DETAIL_NAMES, FIELD_NAMES, ITEM_NAMES, LINE_ITEMS

MOST_LINES = 1000
LONGEST = 2000  # letters of an address
DATES = ("date", "due_date")
AMOUNTS = ("subtotal", "tax", "total", "tax_rate", "quantity", "unit_price", "amount")
ROW = re.compile(rf"{LINE_ITEMS}\.(0|[1-9][0-9]{{0,3}})(?:\.({'|'.join(ITEM_NAMES)}))?")
AMOUNT = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,6})?")


class NoFieldError(ValueError):
    pass


def name_of(path: str) -> str:
    """ "total" of "total", "amount" of "line_items.2.amount", and "line_items" of "line_items.2", a whole line. Raises
    NoFieldError."""
    if path in FIELD_NAMES or path in DETAIL_NAMES:
        return path
    match = ROW.fullmatch(path)
    if match is None or int(match[1]) >= MOST_LINES:
        raise NoFieldError(_("There is no such field."))
    return match[2] or LINE_ITEMS


def fault(name: str, value: str) -> str | None:
    """Why the value cannot stand in the field; nothing can be said against an empty one, which says "not there"."""
    if not value:
        return None
    for names, check in CHECKS:
        if name in names:
            return check(value)
    if len(value) > LONGEST or not value.replace("\n", "").isprintable():
        return _("This is too long, or holds characters that cannot be printed.")
    return None


def of_date(value: str) -> str | None:
    try:
        is_day = date.fromisoformat(value).isoformat() == value
    except ValueError:
        is_day = False
    return None if is_day else _("Write the date as 2026-01-31.")


def of_amount(value: str) -> str | None:
    is_amount = AMOUNT.fullmatch(value) and rows.amount(value) is not None
    return None if is_amount else _("Write the amount as 1234.50.")


def of_currency(value: str) -> str | None:
    return None if re.fullmatch(r"[A-Z]{3}", value) else _("Write the currency's three letters, such as EUR.")


def of_time(value: str) -> str | None:
    return None if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value) else _("Write the time as 17:05.")


def of_line(value: str) -> str | None:
    return _("A whole line can only be taken away.")


CHECKS: tuple[tuple[tuple[str, ...], Callable[[str], str | None]], ...] = (
    (DATES, of_date),
    (AMOUNTS, of_amount),
    (("currency",), of_currency),
    (("time",), of_time),
    ((LINE_ITEMS,), of_line),
)
