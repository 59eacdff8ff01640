"""What an invoice says: the machine's reading with the people's corrections over it. Plain values in, plain values out.

A value is {"value", "raw", "confidence", "page", "box", "corrected"}; `page` counts from 1 within the file, `box` is
[x, y, width, height] in pixels of that page as it was uploaded. `read` in it is what the machine says, or None.
"""

from collections.abc import Iterable, Mapping
from typing import Any

# The engine's names, in the order in which people read an invoice.
FIELD_NAMES = (
    *("vendor", "vendor_address", "vendor_tax_id", "invoice_number", "date", "due_date"),
    *("currency", "subtotal", "tax", "total", "iban"),
)
DETAIL_NAMES = ("time", "tax_rate", "customer_tax_id")
ITEM_NAMES = ("description", "quantity", "unit_price", "amount", "tax_rate")
LINE_ITEMS = "line_items"

Value = dict[str, Any]
Corrected = tuple[str, str]
"""A field's path and what a person says stands there."""


def effective(read: Mapping[str, Any], corrections: Iterable[Corrected]) -> dict[str, Any]:
    """{"fields": {NAME: value}, "details": {NAME: value}, "line_items": [{NAME: value}]}; what is not there is left
    out. Of two corrections of a field the later one counts."""
    said = dict(corrections)
    return {
        "fields": named(read.get("fields", {}), FIELD_NAMES, said),
        "details": named(read.get("details", {}), DETAIL_NAMES, said),
        "line_items": line_items(read.get(LINE_ITEMS, []), said),
    }


def named(
    found: Mapping[str, Any], names: Iterable[str], said: Mapping[str, str], prefix: str = ""
) -> dict[str, Value]:
    values = {name: value_of(found.get(name), said.get(prefix + name)) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def value_of(found: Mapping[str, Any] | None, said: str | None) -> Value | None:
    """None when nothing was read and nothing said, or when somebody says that there is nothing."""
    if said == "" or (said is None and found is None):
        return None
    place = {name: (found or {}).get(name) for name in ("raw", "confidence", "page", "box")}
    value = {**place, "value": (found or {}).get("value") if said is None else said, "corrected": said is not None}
    return value | {"read": (found or {}).get("value"), "confidence": 1.0 if said is not None else place["confidence"]}


def line_items(found: list[Mapping[str, Any]], said: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each with its `index` in the reading, as corrections name it; those behind the last were added by people."""
    numbers = {int(path.split(".")[1]) for path in said if path.startswith(f"{LINE_ITEMS}.")}
    items = []
    for number in sorted(numbers | set(range(len(found)))):
        if said.get(f"{LINE_ITEMS}.{number}") == "":
            continue
        row = found[number] if number < len(found) else {}
        values = named(row, ITEM_NAMES, said, f"{LINE_ITEMS}.{number}.")
        if values:
            items.append({"index": number, **values})
    return items


def readings(read: Mapping[str, Any]) -> dict[str, str]:
    """What the machine says, by the paths of corrections."""
    found = {**read.get("fields", {}), **read.get("details", {})}
    rows = enumerate(read.get(LINE_ITEMS, []))
    items = {f"{LINE_ITEMS}.{number}.{name}": row.get(name) for number, row in rows for name in ITEM_NAMES}
    return {path: str(value["value"]) for path, value in (found | items).items() if value}


def plain(values: Mapping[str, Any], name: str) -> str:
    """A field's value, or an empty string."""
    return str(values["fields"].get(name, {}).get("value", ""))


def for_engine(read: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's invoice with the people's values in it, to be checked. What a person said is sure, and is its own
    `raw`; where it differed from an embedded e-invoice it does so no longer."""
    corrected = {name for name, value in values["fields"].items() if value["corrected"]}
    return {
        **read,
        "fields": {name: engine_field(value) for name, value in values["fields"].items()},
        "details": {name: engine_field(value) for name, value in values["details"].items()},
        LINE_ITEMS: [engine_row(row) for row in values[LINE_ITEMS]],
        "differences": [each for each in read.get("differences", []) if each["field"] not in corrected],
        "text": "",
    }


def engine_field(value: Value) -> dict[str, Any]:
    raw = value["value"] if value["corrected"] else value["raw"]
    return {"raw": raw} | {name: value[name] for name in ("value", "confidence", "page", "box")}


def engine_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: engine_field(row[name]) for name in ITEM_NAMES if name in row}
