"""Invoices as tables: what stands in which column, typed. Written as CSV and as a spreadsheet."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django_app.invoices.fields import AMOUNTS, DATES
from django_app.invoices.results import Result
from django_app.invoices.rows import amount, day
from django_app.invoices.values import DETAIL_NAMES, FIELD_NAMES, ITEM_NAMES, LINE_ITEMS, Value

Cell = str | int | Decimal | date | None

OF_FILE = ("file", "first_page", "last_page", "state")
INVOICES = (*OF_FILE, *FIELD_NAMES, *DETAIL_NAMES, "corrected", "issues")
LINES = ("file", "invoice_number", "line", *ITEM_NAMES)
ISSUES = ("file", "invoice_number", "severity", "code", "field", "message")


def invoice_row(result: Result) -> list[Cell]:
    """By `INVOICES`; `corrected` names the fields that a person changed, `issues` what the last check found."""
    invoice, values = result
    first, last = invoice.read["pages"]
    found = values["fields"] | values["details"]
    cells = [cell(name, found.get(name)) for name in (*FIELD_NAMES, *DETAIL_NAMES)]
    corrected = " ".join(name for name, value in found.items() if value["corrected"])
    issues = " ".join(dict.fromkeys(issue.code for issue in invoice.issues.all()))
    return [invoice.name, first, last, invoice.state, *cells, corrected, issues]


def line_rows(result: Result) -> Iterator[list[Cell]]:
    """By `LINES`; lines count from 1, as people do."""
    invoice, values = result
    number = cell("invoice_number", values["fields"].get("invoice_number"))
    for line, row in enumerate(values[LINE_ITEMS], start=1):
        yield [invoice.name, number, line, *(cell(name, row.get(name)) for name in ITEM_NAMES)]


def issue_rows(result: Result) -> Iterator[list[Cell]]:
    """By `ISSUES`."""
    invoice, values = result
    number = cell("invoice_number", values["fields"].get("invoice_number"))
    for issue in invoice.issues.all():
        yield [invoice.name, number, issue.severity, issue.code, issue.field, issue.message]


def cell(name: str, value: Value | None) -> Cell:
    """A date, an amount or a text; what was read as an amount and is none stays the text that it is."""
    if value is None:
        return None
    text: str = value["value"]
    if name in DATES:
        return day(text) or text
    if name in AMOUNTS:
        number = amount(text)
        return text if number is None else number
    return text
