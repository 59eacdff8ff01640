"""Where a known value stands on the pages, however it is printed there."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fastapi_app.services.invoice import dates
from fastapi_app.services.layout import Box, Line, Page, around

AMOUNT = re.compile(
    r"(?<![\d.,])\d{1,3}(?:[.,'’ \u00a0]\d{3})+(?:[.,]\d{2})?(?!\d)|(?<![\d.,])\d+(?:[.,]\d{1,2})?(?![\d])"
)
CENTS = re.compile(r"[.,](\d{1,2})$")
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "ILS": "₪", "INR": "₹", "JPY": "¥", "CHF": "Fr."}
LONGEST = 1000  # letters of a line that are looked through
LONGEST_VALUE = 120  # letters and digits; a name that is longer is not printed in one line

Find = Callable[[str, str], Iterator[tuple[int, int]]]
"""Where a value stands in a text: from which character to which."""


@dataclass(frozen=True)
class Place:
    """`page` counts from 1; `raw` is what is printed there."""

    raw: str
    page: int
    box: Box


def places(name: str, value: str, pages: Sequence[Page]) -> list[Place]:
    """All, from the first page on."""
    find = FINDS.get(name, words)
    return [
        place
        for number, page in enumerate(pages, start=1)
        for line in page.lines
        for start, end in find(value, line.text[:LONGEST])
        if (place := _place(line, start, end, number)) is not None
    ]


def _place(line: Line, start: int, end: int, page: int) -> Place | None:
    """The words of the line that these characters are part of."""
    at, boxes = 0, []
    for word in line.words:
        if at < end and start < at + len(word.text):
            boxes.append(word.box)
        at += len(word.text) + 1
    return Place(line.text[start:end], page, around(boxes)) if boxes else None


def amounts(value: str, text: str) -> Iterator[tuple[int, int]]:
    """Whatever marks stand between the digits; the sign is not asked for, as credit notes differ in it."""
    wanted = abs(Decimal(value))
    for found in AMOUNT.finditer(text):
        if amount_of(found[0]) == wanted:
            yield found.span()


def amount_of(text: str) -> Decimal:
    """One or two digits after the last mark are cents."""
    cents = CENTS.search(text)
    whole = re.sub(r"\D", "", text[: cents.start()] if cents else text)
    return Decimal(f"{whole}.{cents[1]}" if cents else whole)


def days(value: str, text: str) -> Iterator[tuple[int, int]]:
    """In either order of day and month."""
    for found in dates.find(text):
        if value in (found.value.isoformat(), found.other and found.other.isoformat()):
            yield found.start, found.end


def currencies(value: str, text: str) -> Iterator[tuple[int, int]]:
    for name in (value, SIGNS.get(value, value)):
        at = text.find(name)
        if at >= 0:
            yield at, at + len(name)
            return


def words(value: str, text: str) -> Iterator[tuple[int, int]]:
    """The same letters and digits, whatever stands between them, from the beginning of a word to the end of one."""
    letters = [letter for letter in value if letter.isalnum()]
    if 0 < len(letters) <= LONGEST_VALUE:
        pattern = r"[\W_]{0,3}".join(map(re.escape, letters))
        for found in re.finditer(rf"(?<![^\W_]){pattern}(?![^\W_])", text, re.IGNORECASE):
            yield found.span()


FINDS: dict[str, Find] = {
    "date": days,
    "due_date": days,
    "currency": currencies,
    "subtotal": amounts,
    "tax": amounts,
    "total": amounts,
}
