"""Whole invoices from pages made by hand."""

from fastapi_app.services.invoice.extract import extract
from fastapi_app.services.invoice.models import Invoice
from fastapi_app.services.layout import Page
from tests.services.invoice_pages import page_of

RECEIPT = """\
        INK AND PAPER SDN BHD
            (123456-K)
      NO. 12, JALAN PENA 3/4,
   TAMAN DAKWAT, 43000 KAJANG, SELANGOR
         TEL : 03-87654321
      GST ID : 000123456789
            TAX INVOICE
INVOICE NO : A-10042
DATE : 14/03/2018 12:30
INK BLACK 50ML
2 X 5.00                       10.00
PAPER A4                       12.75
SUB-TOTAL                      22.75
GST @6%                         1.37
ROUNDING                       -0.02
TOTAL                       RM 24.10
CASH                           50.00
CHANGE                         25.90
"""


def values(invoice: Invoice) -> dict[str, str]:
    return {name: field.value for name, field in invoice.fields.items()}


def test_a_receipt() -> None:
    found = values(extract([page_of(RECEIPT)]))
    assert found == {
        "vendor": "INK AND PAPER SDN BHD",
        "vendor_address": "NO. 12, JALAN PENA 3/4, TAMAN DAKWAT, 43000 KAJANG, SELANGOR",
        "vendor_tax_id": "000123456789",
        "invoice_number": "A-10042",
        "date": "2018-03-14",
        "currency": "MYR",
        "subtotal": "22.75",
        "tax": "1.37",
        "total": "24.10",
    }


def test_every_value_has_its_place() -> None:
    page = page_of(RECEIPT)
    invoice = extract([page])
    total = invoice.fields["total"]
    assert (total.raw, total.page) == ("RM 24.10", 1)
    words = page.lines[15].words[1:]
    left, top, width, _ = total.box or (0, 0, 0, 0)
    assert (left, top) == words[0].box[:2]
    assert left + width == words[-1].box[0] + words[-1].box[2]
    assert invoice.details["time"].value == "12:30"
    assert invoice.country == "MY"


def test_runners_up() -> None:
    invoice = extract([page_of(RECEIPT)])
    assert "22.75" in [field.value for field in invoice.candidates["total"]]
    assert all(field.confidence < invoice.fields["total"].confidence for field in invoice.candidates["total"])


def test_unsure_words_make_an_unsure_field() -> None:
    sure, unsure = (extract([page_of(RECEIPT, confidence=each)]).fields["total"].confidence for each in (1.0, 0.5))
    assert unsure < sure / 1.9


def test_later_pages_of_a_file() -> None:
    invoice = extract([page_of(RECEIPT)], first_page=3)
    assert invoice.pages == (3, 3)
    assert {field.page for field in invoice.fields.values()} == {3}


def test_nothing_to_read() -> None:
    empty = Page(width=10, height=10, languages=("eng",), engine="none", confidence=0.0, regions=())
    assert extract([empty]).fields == {}
    assert extract([]).fields == {}
