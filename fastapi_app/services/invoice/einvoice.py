"""E-invoices of EN 16931 inside a PDF: ZUGFeRD 1 and 2, Factur-X, XRechnung. What they say needs no reading.

Own paths, since `factur-x` finds and validates the XML but does not read it, and `drafthorse` reads neither version 1
nor UBL nor files that bend the schema, as many do.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi_app.services.errors import UnusableImage
from fastapi_app.services.formats.xml import local, tree
from fastapi_app.services.invoice.attachments import xml_files
from fastapi_app.services.invoice.models import Field, Invoice, LineItem
from fastapi_app.services.invoice.syntaxes import SYNTAXES, Paths, Syntax

SURE = 1.0
MOST_LINES = 5000
LONGEST = 1000  # letters of a value
NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,10})?|\.\d{1,10})", re.ASCII)
DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T+Z].*)?", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{2}")

Read = Callable[[str], str | None]


def embedded(data: bytes) -> Invoice | None:
    """The first attachment that can be understood, places unknown; None when there is none: then the pages count."""
    for xml in xml_files(data):
        try:
            found = parse(xml)
        except UnusableImage:
            continue
        if found is not None:
            return found
    return None


def parse(xml: bytes) -> Invoice | None:
    """None for XML of another schema. Raises UnusableImage for what is not well-formed or declares entities."""
    root = tree(xml)
    syntax = next((each for each in SYNTAXES if local(root) in each.roots), None)
    if syntax is None:
        return None
    fields = dict(_fields(root, syntax))
    if not fields:
        return None
    return Invoice(
        source="xml",
        country=_country(root, syntax),
        fields=fields,
        details=dict(_details(root, syntax)),
        candidates=_candidates(root, syntax, fields),
        line_items=tuple(_items(root, syntax)),
    )


def _fields(root: Any, syntax: Syntax) -> Iterator[tuple[str, Field]]:
    currency = _text(root, syntax.fields["currency"])
    for name, paths in syntax.fields.items():
        found = _field(root, paths, READS.get(name, line), currency)
        if found is not None:
            yield name, found
    parts = [text for path in syntax.address if (text := _text(root, (path,)))]
    if parts:
        yield "vendor_address", Field(value=", ".join(parts), raw=", ".join(parts), confidence=SURE)


def _details(root: Any, syntax: Syntax) -> Iterator[tuple[str, Field]]:
    customer = _field(root, syntax.customer_tax_id, identifier)
    if customer is not None:
        yield "customer_tax_id", customer
    rates = {rate for each in _all(root, syntax.rates) if (rate := number(_content(each))) is not None}
    if len(rates) == 1:
        rate = rates.pop()
        yield "tax_rate", Field(value=rate, raw=rate, confidence=SURE)


def _candidates(root: Any, syntax: Syntax, fields: dict[str, Field]) -> dict[str, tuple[Field, ...]]:
    """What is left to pay after a deposit could be taken for the total."""
    payable, total = _field(root, (syntax.payable,), amount), fields.get("total")
    if payable is None or total is None or payable.value == total.value:
        return {}
    return {"total": (payable,)}


def _country(root: Any, syntax: Syntax) -> str | None:
    code = (_text(root, (syntax.country,)) or "").upper()
    return code if COUNTRY.fullmatch(code) else None


def _items(root: Any, syntax: Syntax) -> Iterator[LineItem]:
    """Lines that only carry a note are none."""
    for each in _all(root, syntax.lines)[:MOST_LINES]:
        found = {name: _field(each, paths, ITEM_READS[name]) for name, paths in syntax.item.items()}
        if any(found[name] is not None for name in ("description", "amount", "quantity")):
            yield LineItem(**found | {"unit_price": _price(each, syntax, found["unit_price"])})


def _price(item: Any, syntax: Syntax, price: Field | None) -> Field | None:
    """Of one, where it is given for a hundred."""
    bundle = Decimal(number(_text(item, (syntax.bundle,)) or "") or "1")
    if price is None or bundle in (0, 1):
        return price
    return price.model_copy(update={"value": plain(Decimal(price.value) / bundle)})


def _field(element: Any, paths: Paths, read: Read, currency: str | None = None) -> Field | None:
    for path in paths:
        found = _all(element, path)
        own = [each for each in found if each.get("currencyID") in (None, currency)]
        for each in own or found:  # a total may be there in the currency of the tax office too
            value = read(_content(each))
            if value:
                return Field(value=value, raw=_content(each), confidence=SURE)
    return None


def _text(element: Any, paths: Paths) -> str | None:
    found = _field(element, paths, line)
    return found.value if found is not None else None


def _all(element: Any, path: str) -> list[Any]:
    found = [element]
    for step in path.split("/"):
        names, _, scheme = step.rstrip("]").partition("[")
        found = [each for parent in found for each in parent if _is(each, names.split("|"), scheme)]
    return found


def _is(element: Any, names: Sequence[str], scheme: str) -> bool:
    return isinstance(element.tag, str) and local(element) in names and scheme in ("", element.get("schemeID"))


def _content(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())[:LONGEST]


def line(text: str) -> str | None:
    return text or None


def identifier(text: str) -> str | None:
    return text.replace(" ", "").upper() or None


def iso_date(text: str) -> str | None:
    """20180605 (format 102 of UN/EDIFACT 2379) or 2018-06-05."""
    found = DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def number(text: str) -> str | None:
    return plain(Decimal(text)) if NUMBER.fullmatch(text) else None


def amount(text: str) -> str | None:
    """With two decimals at least."""
    if not NUMBER.fullmatch(text):
        return None
    value = Decimal(plain(Decimal(text)))
    return f"{value:.2f}" if value == round(value, 2) else f"{value:f}"


def plain(value: Decimal) -> str:
    """No exponent and no zeros at the end."""
    return f"{round(value, 10).normalize():f}"


READS: dict[str, Read] = {
    "date": iso_date,
    "due_date": iso_date,
    "subtotal": amount,
    "tax": amount,
    "total": amount,
    "iban": identifier,
    "vendor_tax_id": identifier,
    "currency": identifier,
}
ITEM_READS: dict[str, Read] = {
    "description": line,
    "quantity": number,
    "unit_price": number,
    "amount": amount,
    "tax_rate": number,
}
