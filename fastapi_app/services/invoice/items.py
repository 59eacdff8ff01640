"""What was bought: rows of a table, its columns known by their headers and by what multiplies.

An item is a row that ends in an amount. Its name stands in the same row, or in a row of its own above or below, as
tills print it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, permutations

from fastapi_app.services.invoice import numbers
from fastapi_app.services.invoice.figures import Figure
from fastapi_app.services.invoice.labels import labels
from fastapi_app.services.invoice.models import Field, LineItem
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.rows import Row, Span
from fastapi_app.services.invoice.sums import CENT, plain
from fastapi_app.services.layout import Box

SUMS = frozenset(("total", "subtotal", "tax", "cash", "change", "rounding", "summary"))
FEWEST_COLUMNS = 2
MOST_TAX = Decimal(100)  # percent
PRICED = frozenset(("amount", "unit_price", "quantity"))
MULTIPLIES, ALIGNED, PLAIN = 0.97, 0.85, 0.7  # how sure a figure is: by arithmetic, by its header, by its place alone
_SPELT = re.compile(r"[^\W\d_]{2}")
_POSITION = re.compile(r"^\W*\d{1,3}[.)]?(?=\s)\s*")
_TIMES = re.compile(r"(?<![\d.,])(?P<count>\d{1,4})\s?(?=[xX×*@])")


@dataclass(frozen=True)
class Column:
    kind: str
    box: Box


@dataclass(frozen=True)
class Table:
    """The rows that may hold items, and the headers over them (none on most receipts)."""

    rows: Sequence[tuple[int, Row]]
    columns: Sequence[Column]


def line_items(paper: Paper, figures: Sequence[Figure]) -> tuple[LineItem, ...]:
    """From top to bottom; none where there is no table."""
    by_row = {at: list(group) for at, group in groupby(figures, key=lambda figure: figure.at)}
    table = _table(paper, by_row)
    priced = [at for at, _ in table.rows if _is_priced(by_row.get(at, ()), table.columns)]
    found = [_item(paper.rows[at], by_row[at], table.columns, paper.mark) for at in priced]
    return tuple(_named(found, priced, table))


def _table(paper: Paper, by_row: dict[int, list[Figure]]) -> Table:
    """From the header to the first sum; without a header from the first amount."""
    header = next((at for at, row in enumerate(paper.rows) if _is_header(row)), None)
    columns = list(_columns(paper.rows[header])) if header is not None else []
    first = header + 1 if header is not None else max(0, _first_priced(by_row) - 1)
    last = next((at for at in sorted(by_row) if at >= first and _is_sum(by_row[at])), len(paper.rows))
    return Table(list(enumerate(paper.rows))[first:last], columns)


def _is_header(row: Row) -> bool:
    kinds = {label.kind for label in labels(row.text, "COLUMNS")}
    return len(kinds & PRICED) >= FEWEST_COLUMNS or (bool(kinds & {"amount", "unit_price"}) and "description" in kinds)


def _columns(row: Row) -> Iterator[Column]:
    for label in labels(row.text, "COLUMNS"):
        yield Column(label.kind, row.span(label.start, label.end).box)


def _first_priced(by_row: dict[int, list[Figure]]) -> int:
    return min((at for at, found in by_row.items() if found[-1].is_money and not found[-1].kind), default=0)


def _is_sum(found: Sequence[Figure]) -> bool:
    return any(figure.is_money and not figure.is_below and figure.kind in SUMS for figure in found)


def _is_priced(found: Sequence[Figure], columns: Sequence[Column]) -> bool:
    if not found:
        return False
    return found[-1].is_money or _kind(found[-1].span.box, columns) == "amount"


def _kind(box: Box, columns: Sequence[Column]) -> str | None:
    """Of the column that a box stands in: numbers end where their headers end, or overlap them."""
    right = box[0] + box[2]
    near = [
        (abs(column.box[0] + column.box[2] - right), column.kind) for column in columns if _overlaps(column.box, box)
    ]
    return min(near)[1] if near else None


def _overlaps(one: Box, other: Box) -> bool:
    return min(one[0] + one[2], other[0] + other[2]) > max(one[0], other[0])


def _item(row: Row, found: Sequence[Figure], columns: Sequence[Column], mark: numbers.Mark) -> LineItem:
    amount, others = found[-1], list(found[:-1])
    quantity, price, sureness = _factors(amount, others, columns)
    used = [figure for figure in (quantity, price) if figure]
    start = min(figure.amount.start for figure in (*used, amount))
    counted = _TIMES.search(row.text) if quantity is None else None
    return LineItem(
        description=_description(row, min(start, counted.start()) if counted else start),
        quantity=_whole(quantity, sureness) or _counted(row, counted),
        unit_price=_field(price, sureness),
        amount=_field(amount, MULTIPLIES if used and sureness == MULTIPLIES else ALIGNED),
        tax_rate=_rate(row, columns, mark),
    )


def _factors(
    amount: Figure, others: Sequence[Figure], columns: Sequence[Column]
) -> tuple[Figure | None, Figure | None, float]:
    """Quantity and unit price: what multiplies to the amount, in the columns for it where there are several."""
    kinds = {id(figure): _kind(figure.span.box, columns) for figure in others}
    fitting = [
        (one, two)
        for one, two in permutations(others, 2)
        if abs(one.value * two.value - amount.value) <= CENT / 2 and one.value
    ]
    if fitting:
        best = max(fitting, key=lambda pair: _likeness(pair, kinds))
        return (*best, MULTIPLIES)
    quantity = next((figure for figure in others if kinds[id(figure)] == "quantity"), None)
    price = next((figure for figure in others if kinds[id(figure)] == "unit_price"), None)
    if price is None and not columns:
        price = next((figure for figure in reversed(others) if figure.is_money), None)
    return quantity, price, ALIGNED if columns else PLAIN


def _likeness(pair: tuple[Figure, Figure], kinds: dict[int, str | None]) -> float:
    """To a quantity and a price: whole numbers before those with decimals, in their columns."""
    quantity, price = pair
    fits = (kinds[id(quantity)] == "quantity") + (kinds[id(price)] == "unit_price")
    return (
        2 * fits + (quantity.amount.decimals == 0) + price.is_money + (quantity.amount.start < price.amount.start) / 2
    )


def _field(figure: Figure | None, sureness: float) -> Field | None:
    return _read(plain(figure.value), figure.span, sureness) if figure else None


def _whole(figure: Figure | None, sureness: float) -> Field | None:
    """A quantity: as many decimals as it needs."""
    return _read(short(figure.value), figure.span, sureness) if figure else None


def _read(value: str, span: Span, sureness: float) -> Field:
    return Field(value=value, raw=span.raw, confidence=round(sureness * span.sureness, 4), page=span.page, box=span.box)


def _counted(row: Row, match: re.Match[str] | None) -> Field | None:
    return _read(str(int(match["count"])), row.span(*match.span("count")), PLAIN) if match else None


def _description(row: Row, end: int) -> Field | None:
    """What stands before the figures, without the position."""
    lead = row.text[:end].rstrip(" \t@xX*")
    position = _POSITION.match(lead)
    start = position.end() if position and _SPELT.search(lead[position.end() :]) else 0
    if not _SPELT.search(lead[start:]):
        return None
    span = row.span(start, len(lead))
    return _read(" ".join(span.raw.split()), span, ALIGNED)


def _rate(row: Row, columns: Sequence[Column], mark: numbers.Mark) -> Field | None:
    """A percentage in the column of the tax, or the only one where no column says what it is."""
    for amount in numbers.find(row.text, mark):
        span = row.span(amount.start, amount.end)
        kind = _kind(span.box, columns)
        is_rate = kind == "tax_rate" or (amount.is_percent and kind not in ("discount", "unit_price", "amount"))
        if is_rate and amount.value <= MOST_TAX and not amount.currency:
            return _read(short(amount.value), span, ALIGNED if kind else PLAIN)
    return None


def short(value: Decimal) -> str:
    """With no more decimals than it needs."""
    return format(value.normalize(), "f")


def _named(found: Sequence[LineItem], priced: Sequence[int], table: Table) -> Iterator[LineItem]:
    """Items that have no name take the row above or below; which, the first of them tells."""
    bare = {at: row for at, row in table.rows if at not in set(priced) and _SPELT.search(row.text)}
    nameless = [at for at, item in zip(priced, found, strict=True) if item.description is None]
    above = bool(nameless) and nameless[0] - 1 in bare and not _is_header(bare[nameless[0] - 1])
    for at, item in zip(priced, found, strict=True):
        row = bare.get(at - 1 if above else at + 1)
        if item.description is None and row is not None:
            span = row.span(0, len(row.text))
            yield item.model_copy(update={"description": _read(" ".join(span.raw.split()), span, PLAIN)})
        else:
            yield item
