"""An embedded e-invoice beside the page that people see: where each value is printed, and what is printed otherwise.

Programs pay by the one, people by the other; that both say the same is nobody's promise.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from fastapi_app.services.invoice.models import Difference, Field, Invoice, LineItem
from fastapi_app.services.invoice.places import Place, places
from fastapi_app.services.layout import Page, text_of

COMPARED = ("invoice_number", "date", "due_date", "currency", "subtotal", "tax", "total", "iban", "vendor_tax_id")
AMOUNTS = ("subtotal", "tax", "total")
BELOW = frozenset((*AMOUNTS, "iban"))  # sums stand at the end of what they sum up
SURE = 0.6  # of what was read: below, the page may not say it at all


def compared(embedded: Invoice, printed: Invoice, pages: Sequence[Page]) -> Invoice:
    """The embedded invoice with places and differences; `printed` is what was read on the same pages."""
    fields, differences = {}, []
    for name, field in embedded.fields.items():
        place = _place(name, field, printed, pages)
        fields[name] = field if place is None else field.model_copy(update={"page": place.page, "box": place.box})
        other = printed.fields.get(name)
        if other is not None and _differs(name, field, other, place, embedded):
            differences.append(Difference(field=name, embedded=field.value, printed=other.value))
    return embedded.model_copy(
        update={
            "pages": (1, max(1, len(pages))),
            "fields": fields,
            "line_items": tuple(_items(embedded, printed)),
            "differences": tuple(differences),
            "text": text_of(pages),
            "country": embedded.country or printed.country,
        }
    )


def _place(name: str, field: Field, printed: Invoice, pages: Sequence[Page]) -> Place | None:
    """Where it was read as what it is, else where it stands."""
    other = printed.fields.get(name)
    if other is not None and other.page and other.box and _same(name, field.value, other.value):
        return Place(other.raw, other.page, other.box)
    value = max(field.value.split(", "), key=len) if name == "vendor_address" else field.value
    found = places(name, value, pages)
    return (found[-1] if name in BELOW else found[0]) if found else None


def _items(embedded: Invoice, printed: Invoice) -> Iterator[LineItem]:
    """Each with the places of the printed line that has its amount, in the order of both."""
    rest = [*printed.line_items]
    for item in embedded.line_items:
        twin = next((each for each in rest if _is_twin(item, each)), None)
        if twin is None:
            yield item
        else:
            rest = rest[rest.index(twin) + 1 :]
            yield LineItem(**{name: _at(field, getattr(twin, name)) for name, field in item})


def _is_twin(item: LineItem, other: LineItem) -> bool:
    return (
        item.amount is not None and other.amount is not None and _same("total", item.amount.value, other.amount.value)
    )


def _at(field: Field | None, other: Field | None) -> Field | None:
    """In the cell of the same line; what the cell says is not compared, as columns may be net or gross."""
    if field is None or other is None:
        return field
    return field.model_copy(update={"page": other.page, "box": other.box})


def _same(name: str, one: str, other: str) -> bool:
    if name in AMOUNTS:
        return abs(Decimal(one)) == abs(Decimal(other))
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _differs(name: str, field: Field, printed: Field, place: Place | None, embedded: Invoice) -> bool:
    """The page has another value under that name and has this one nowhere; or it is the total that is another."""
    if name not in COMPARED or _same(name, field.value, printed.value) or printed.confidence < SURE:
        return False
    return place is None
