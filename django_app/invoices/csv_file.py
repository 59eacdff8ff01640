"""Invoices as CSV (RFC 4180), one a line, for whoever opens it with a spreadsheet.

With a byte order mark, without which Excel takes UTF-8 for something else and Hebrew is lost. A text that a spreadsheet
would calculate (OWASP: CSV injection) gets an apostrophe before it; numbers and dates are what they are.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django_app.invoices.results import Result
from django_app.invoices.tables import INVOICES, Cell, invoice_row

BOM = "\N{BYTE ORDER MARK}"
CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\n")


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(results: Iterable[Result]) -> Iterator[bytes]:
    writer: Any = csv.writer(Echo())
    yield (BOM + writer.writerow(INVOICES)).encode()
    for result in results:
        yield str(writer.writerow([written(cell) for cell in invoice_row(result)])).encode()


def written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case date():
            return cell.isoformat()
        case int() | Decimal():
            return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    return f"'{cell}" if cell.startswith(CALCULATED) else cell
