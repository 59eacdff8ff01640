"""What tells a total from the other amounts of a page."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from fastapi_app.services.invoice.extract import extract
from fastapi_app.services.invoice.figures import Figure, figures
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.sums import Sums
from fastapi_app.services.layout import Line, Region, Word
from tests.services.invoice_pages import page_of


def found(text: str) -> list[Figure]:
    return figures(Paper((page_of(text),), ("eng",)))


def test_a_label_is_what_stands_since_the_amount_before() -> None:
    last = found("TOTAL SAVING   0.00   TOTAL   41.50")[-1]
    assert (last.value, last.kind) == (Decimal("41.50"), "total")
    assert [figure.kind for figure in found("TOTAL   73.87   4.43")] == ["total", "total"]


def test_what_amounts_come_to() -> None:
    page = "SUB-TOTAL 62.55\nSERVICE CHARGE 6.25\nGST 4.13\nROUNDING 0.02\nCASH 73.00\nCHANGE 0.05"
    sums = Sums.of(found(page))
    total = Decimal("72.95")
    assert total in sums.composed
    assert total in sums.paid
    assert Decimal("62.55") not in sums.composed
    assert sums.is_taxed(Decimal("66.68"))


def test_nothing_is_made_of_zero_but_an_untaxed_total() -> None:
    assert Sums.of(found("SUBTOTAL 530.75\nTAX 0.00")).is_taxed(Decimal("530.75"))
    assert not Sums.of(found("SUBTOTAL 0.00\nTAX 4.43")).is_taxed(Decimal("4.43"))


@pytest.mark.parametrize(
    ("page", "total"),
    [
        ("TOTAL 0% SUPPLIES: 12.98\nTOTAL 6% SUPPLIES (INC. GST): -14.71\nTOTAL PAYABLE: -1.73", "-1.73"),
        ("TOTAL AMOUNT: 7.72\nGST @0%: 0.00\nROUNDING: -0.02\nNETT TOTAL: 7.70\nCASH 7.70\nCHANGE 0.00", "7.70"),
        ("TOTAL SALES 28.70\nCASH 100.00\nCHANGE 71.30\nINC 6% GST 1.62", "28.70"),
        ("TOTAL INCL. GST 78.30\nGST SUMMARY\nSR(6%) 73.87 4.43\nTOTAL 73.87 4.43", "78.30"),
    ],
    ids=["of two rates", "rounded", "a tax within", "a table of taxes"],
)
def test_the_total_of_a_receipt(page: str, total: str) -> None:
    assert extract([page_of(f"PEN SHOP SDN BHD\n{page}")]).fields["total"].value == total


def test_a_number_with_its_day() -> None:
    page = page_of(
        "Beispiele, Ausgabe 2022\nRechnung des Verlags (575) Nr. 00.123-2018-1 vom 18.04.2018\nVertrag Nr. 00.123"
    )
    assert extract([page], ("deu",)).fields["invoice_number"].value == "00.123-2018-1"


def test_days_of_a_period_or_in_a_sentence_are_not_the_invoices() -> None:
    page = page_of(
        "Beitragsrechnung   11. März 2014\nfür den Zeitraum vom\n21.05.2014 bis\n21.05.2015\n"
        "Wir buchen die Raten am 01.07.2014 und am 01.10.2014 von Ihrem uns bekannten Konto ab"
    )
    assert extract([page], ("deu",)).fields["date"].value == "2014-03-11"


def test_a_page_askew_whose_lines_an_engine_has_joined_wrongly() -> None:
    """Each label with the amount of the row below it, which stands as high as the label does on a page this askew."""
    said = ("NET AMOUNT BEFORE TAX", "TAX FOR GOODS AND SERVICES", "TOTAL AMOUNT TO PAY NOW", "CASH FROM CUSTOMER")
    amounts = ("100.00", "10.00", "110.00", "120.00")
    labels = [_askew(text.split(), 20, 100 + 36 * at) for at, text in enumerate(said)]
    values = [_askew([text], 900, 100 + 36 * at) for at, text in enumerate(amounts)]
    joined = [[*label, *value] for label, value in zip(labels, [*values[1:], []], strict=True)]
    lines = [Line.of(words) for words in [values[0], *joined]]
    page = page_of("").model_copy(update={"regions": tuple(Region.of([line]) for line in lines)})
    fields = extract([page]).fields
    assert [fields[name].value for name in ("subtotal", "tax", "total")] == ["100.00", "10.00", "110.00"]


def _askew(texts: Sequence[str], left: int, top: int) -> list[Word]:
    """Words of a row that climbs by 4 in 100."""
    words = []
    for text in texts:
        words.append(Word(text=text, confidence=1.0, box=(left, round(top - 0.04 * left), 12 * len(text), 24)))
        left += 12 * (len(text) + 1)
    return words
