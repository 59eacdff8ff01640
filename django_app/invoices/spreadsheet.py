"""Invoices as a spreadsheet (XLSX): the invoices, their lines, and what is wrong with them.

Dates are dates and amounts numbers, so that they sort and add up; every text is written as text, so that none is
calculated. Row by row, so that thousands need no memory.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from django_app.invoices.results import Result
from django_app.invoices.tables import INVOICES, ISSUES, LINES, Cell, invoice_row, issue_rows, line_rows

LONGEST = 32_767  # letters that a cell holds
WIDE = {"file": 30, "vendor": 28, "vendor_address": 36, "description": 48, "message": 80, "iban": 28, "field": 24}
USUAL = 14  # characters


class Sheet:
    """One table, written from the top, with a header that stays and filters."""

    def __init__(self, book: Any, name: str, columns: tuple[str, ...], *, is_rtl: bool) -> None:
        self.columns = columns
        self.rows = 0
        self.sheet = book.add_worksheet(name)
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.amount = book.add_format({"num_format": "#,##0.00####"})
        self.sheet.freeze_panes(1, 1)
        if is_rtl:
            self.sheet.right_to_left()
        bold = book.add_format({"bold": True, "bg_color": "#EEEEEE"})
        for number, column in enumerate(columns):
            self.sheet.set_column(number, number, WIDE.get(column, USUAL))
            self.sheet.write_string(0, number, label(column), bold)

    def add(self, cells: Iterable[Cell]) -> None:
        self.rows += 1
        for column, cell in enumerate(cells):
            self.write(column, cell)

    def write(self, column: int, cell: Cell) -> None:
        match cell:
            case date():
                self.sheet.write_datetime(self.rows, column, cell, self.day)
            case Decimal():
                self.sheet.write_number(self.rows, column, cell, self.amount)
            case int():
                self.sheet.write_number(self.rows, column, cell)
            case str():
                self.sheet.write_string(self.rows, column, cell[:LONGEST])

    def close(self) -> None:
        self.sheet.autofilter(0, 0, self.rows, len(self.columns) - 1)


def write(file: IO[bytes], results: Iterable[Result], *, is_rtl: bool = False) -> None:
    """`is_rtl`: columns run from right to left, as readers of Hebrew expect; texts turn by themselves."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    tables = ((_("Invoices"), INVOICES), (_("Lines"), LINES), (_("Issues"), ISSUES))
    invoices, lines, issues = sheets = [Sheet(book, name, columns, is_rtl=is_rtl) for name, columns in tables]
    for result in results:
        invoices.add(invoice_row(result))
        for row in line_rows(result):
            lines.add(row)
        for row in issue_rows(result):
            issues.add(row)
    for sheet in sheets:
        sheet.close()
    book.close()


def label(column: str) -> str:
    words = column.replace("_", " ")
    return words[0].upper() + words[1:]


def is_rtl(text: str) -> bool:
    """By the majority of its letters (Unicode Standard Annex 9)."""
    classes = [unicodedata.bidirectional(letter) for letter in text]
    return sum(kind in ("R", "AL") for kind in classes) > classes.count("L")
