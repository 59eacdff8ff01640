"""The amounts on an invoice with what is said about each: its label in the row, its header, its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fastapi_app.services.invoice import dates, numbers
from fastapi_app.services.invoice.labels import kinds
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.rows import Row, Span

_TIME = re.compile(r"\d{1,2}:\d{2}")
HEADER_ROWS = 6
_LETTERS = re.compile(r"[^\W\d_]{3}")
_HYPHENED = re.compile(r"(?<=\t)(\d{1,5})-(\d{2})$")  # 19-80 at the end of a row: a faint point


@dataclass(frozen=True, eq=False)
class Figure:
    """`words`: kinds of the labels before it in its row, or of those over it (`is_below`); `kind`: what they come to
    together; `at`: number of its row; `is_alone`: no other amount of money stands in the row."""

    amount: numbers.Amount
    row: Row
    at: int
    span: Span
    words: frozenset[str]
    kind: str
    is_below: bool
    is_last: bool
    is_alone: bool = True

    @property
    def value(self) -> Decimal:
        return self.amount.value

    @property
    def is_money(self) -> bool:
        return _is_money(self.amount)


def kind_of(words: frozenset[str]) -> str:
    """What labels such as total, excluding, tax mean when they stand together."""
    for kind in ("summary", "change", "quantity", "discount"):
        if kind in words and not (kind == "quantity" and {"subtotal", "tax"} & words):
            return kind
    if "rounded" in words or ("rounding" in words and "total" in words):
        return "total"
    for kind in ("rounding", "cash"):
        if kind in words:
            return kind
    return _taxed(words)


def _taxed(words: frozenset[str]) -> str:
    if "exclusive" in words and words & {"tax", "total", "subtotal"}:
        return "subtotal"
    if "within" in words and "tax" in words:
        return "tax"
    if "inclusive" in words and words & {"tax", "total"}:
        return "total"
    return next((kind for kind in ("subtotal", "tax", "deposit", "total", "charge") if kind in words), "")


def figures(paper: Paper) -> list[Figure]:
    """Every amount that is no part of a date, a time or a percentage, from top to bottom."""
    return [figure for at, row in enumerate(paper.rows) for figure in _in_row(paper, row, at)]


def _in_row(paper: Paper, row: Row, at: int) -> Iterator[Figure]:
    found = _amounts(row.text, paper.mark)
    is_alone = sum(_is_money(amount) for amount in found) <= 1
    words: frozenset[str] = frozenset()
    for number, amount in enumerate(found):
        span = row.span(amount.start, amount.end)
        words = kinds(row.text[found[number - 1].end if number else 0 : amount.start], "AMOUNTS") or words
        is_below = not words and not _LETTERS.search(row.text[: amount.start])
        if is_below:
            words = frozenset(paper.said_above(row, span.box, HEADER_ROWS, "AMOUNTS"))
        yield Figure(amount, row, at, span, words, kind_of(words), is_below, number == len(found) - 1, is_alone)
        words = frozenset() if is_below else words


def _is_money(amount: numbers.Amount) -> bool:
    return amount.decimals == 2 or bool(amount.currency)


def _amounts(text: str, mark: numbers.Mark) -> Sequence[numbers.Amount]:
    text = _HYPHENED.sub(rf"\1{mark}\2", text)
    taken = [(each.start, each.end) for each in dates.find(text)] + [match.span() for match in _TIME.finditer(text)]
    return [
        amount
        for amount in numbers.find(text, mark)
        if not amount.is_percent and all(amount.end <= start or end <= amount.start for start, end in taken)
    ]
