"""Whole invoices from pages made by hand."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastapi_app.services import reading
from fastapi_app.services.invoice.extract import extract
from fastapi_app.services.invoice.models import Invoice, LineItem
from fastapi_app.services.layout import Page
from fastapi_app.services.raster import Raster
from samples import photograph
from samples.invoice_words import HEBREW, MALAY, TONGUES, Tongue
from samples.invoices import Paper, invoice, receipt
from tests.services.invoice_pages import page_of
from training.drawn import page_of as page_of_paper

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


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.language)
@pytest.mark.parametrize("kind", [invoice, receipt])
def test_drawn_pages(kind: Callable[[Tongue, int], Paper], tongue: Tongue) -> None:
    """Pages that nothing was learned from, without an engine's mistakes."""
    right = asked = 0
    for seed in range(1000, 1010):
        paper = kind(tongue, seed)
        found = values(extract([page_of_paper(paper)]))
        right += sum(found.get(name) == value for name, value in paper.truth.items())
        asked += len(paper.truth)
    assert right >= 0.93 * asked


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.language)
def test_line_items(tongue: Tongue) -> None:
    paper = invoice(tongue, 1003)
    items = extract([page_of_paper(paper)]).line_items
    assert [_told(item) for item in items] == [
        (item.description, item.quantity, item.unit_price, item.amount) for item in paper.items
    ]


def _told(item: LineItem) -> tuple[str, int, Decimal, Decimal]:
    assert item.description
    assert item.quantity
    assert item.unit_price
    assert item.amount
    amounts = (item.unit_price.value, item.amount.value)
    return (item.description.value, int(item.quantity.value), *map(Decimal, amounts))  # type: ignore[return-value]


def test_a_photographed_receipt() -> None:
    """By the engine, from pixels."""
    paper = receipt(MALAY, 1001)
    pixels = photograph(paper.pixels(), angle=1.5, shade=0.8, grain=4, seed=1)
    page = reading.result(reading.run(Raster(pixels), ("eng", "heb")))
    assert page.engine.startswith("rapidocr")
    found = extract([page]).fields
    for name in ("date", "total", "tax", "subtotal", "currency"):
        assert found[name].value == paper.truth[name]


def test_a_hebrew_receipt_is_left_to_tesseract() -> None:
    paper = receipt(HEBREW, 1001)
    page = reading.result(reading.run(Raster(paper.pixels()), ("eng", "heb")))
    assert page.engine.startswith("tesseract")
    found = values(extract([page]))
    assert (found["date"], found["total"]) == (paper.truth["date"], paper.truth["total"])


@pytest.mark.timeout(30)
def test_an_endless_page() -> None:
    lines = [
        f"Subtotal {n}.00   Tax {n}.10   Cash {n}.20   Change {n}.30   12/03/2018   Total {n}.40" for n in range(700)
    ]
    found = extract([page_of("\n".join(lines))])
    assert found.fields["date"].value == "2018-03-12"


@given(st.lists(st.text(max_size=30), max_size=20))
@settings(deadline=None, max_examples=60)
def test_nothing_is_too_odd(lines: list[str]) -> None:
    page = page_of("\n".join(lines))
    for field in extract([page]).fields.values():
        assert 0 <= field.confidence <= 1
        assert field.page == 1


@pytest.mark.parametrize(
    "text",
    [
        "Handelsrechnung Nr. 4711 vom 05.06.2018\nVerkäufer\nNummer:  549910\nName:  Tintenwerk Nord GmbH\nEUR  10,00",
        "Retail Invoices/Bill\nSold By : Tintenwerk Nord GmbH\nInvoice No : 42\nTotal  10.00",
    ],
)
def test_a_vendor_that_is_called_so(text: str) -> None:
    assert extract([page_of(text)]).fields["vendor"].value == "Tintenwerk Nord GmbH"


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("KERTAS MAJU SDN BHD\n12, Jalan Pinang, 50000 Kuala Lumpur\nDate: 12/03/2018\nTotal  12.00", "MYR"),
        ("KERTAS MAJU SDN BHD\n50000 Kuala Lumpur\nAmount (USD)\nTotal  12.00", "USD"),
        ("KERTAS MAJU SDN BHD\n50000 Kuala Lumpur\nTotal 12.00 EUR\nCash 20.00 EUR", "EUR"),
    ],
)
def test_a_currency_is_not_part_of_a_name(text: str, currency: str) -> None:
    assert extract([page_of(text)]).fields["currency"].value == currency
