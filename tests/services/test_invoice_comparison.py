"""An embedded e-invoice beside the page that people see."""

import pytest

from fastapi_app.services.invoice import places
from fastapi_app.services.invoice.models import Difference, Invoice
from fastapi_app.services.invoice.read import Reading, read
from fastapi_app.services.layout import Line, Page, Word
from samples import printed
from tests.services import e_invoices

PAGE = (
    "Müller & Söhne GmbH",
    "Gartenstr. 3, 10115 Berlin",
    "Rechnung Nr. R-2024/117",
    "Rechnungsdatum: 14.03.2024",
    "Zahlbar bis 13.04.2024",
    "Printing paper\t40\t100,00",
    "Nettobetrag\t\t100,00",
    "USt 19 %\t\t19,00",
    "Gesamtbetrag EUR\t\t119,00",
    "IBAN DE89 3704 0044 0532 0130 00",
    "USt-IdNr. DE 123456789",
)


def invoice(*lines: str, xml: bytes | None = None) -> Invoice:
    data = printed.pdf([printed.lines(*lines)], attachments={"factur-x.xml": xml or e_invoices.cii()})
    *_, last = read(data, ["deu"])
    assert isinstance(last, Reading)
    (found,) = last.invoices
    return found


def changed(old: str, new: str) -> tuple[str, ...]:
    return tuple(line.replace(old, new) for line in PAGE)


def test_every_value_is_found_on_the_page() -> None:
    found = invoice(*PAGE)
    assert found.source == "xml"
    assert {name: field.page for name, field in found.fields.items()} == dict.fromkeys(found.fields, 1)
    assert all(field.box is not None and field.box[2] > 0 for field in found.fields.values())
    assert found.differences == ()
    assert "Rechnung Nr. R-2024/117" in found.text
    total, tax = found.fields["total"].box, found.fields["tax"].box
    assert total is not None
    assert tax is not None
    assert total[1] > tax[1]


TABLE = ("Beschreibung\tMenge\tBetrag", "Printing paper\t40\t100,00")


def test_lines_are_found_by_their_amounts() -> None:
    at = PAGE.index("Printing paper\t40\t100,00")
    found = invoice(*PAGE[:at], *TABLE, *PAGE[at + 1 :])
    (item,) = found.line_items
    assert item.amount is not None
    assert item.description is not None
    assert (item.amount.page, item.description.page) == (1, 1)
    assert item.amount.box is not None
    assert item.description.box is not None
    assert item.description.box[0] < item.amount.box[0]
    assert abs(item.description.box[1] - item.amount.box[1]) < 20


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("R-2024/117", "R-2024/118", Difference(field="invoice_number", embedded="R-2024/117", printed="R-2024/118")),
        ("14.03.2024", "15.03.2024", Difference(field="date", embedded="2024-03-14", printed="2024-03-15")),
        ("119,00", "191,00", Difference(field="total", embedded="119.00", printed="191.00")),
    ],
)
def test_what_is_printed_otherwise(old: str, new: str, difference: Difference) -> None:
    found = invoice(*changed(old, new))
    assert difference in found.differences
    assert found.fields[difference.field].value == difference.embedded
    assert found.fields[difference.field].page is None


def test_a_credit_note_may_print_its_sums_without_a_sign() -> None:
    found = invoice(*PAGE, xml=e_invoices.cii(net="-100.00", tax="-19.00", total="-119.00", payable="-119.00"))
    assert found.fields["total"].value == "-119.00"
    assert found.fields["total"].page == 1
    assert found.differences == ()


def test_a_page_that_does_not_say_it_does_not_say_otherwise() -> None:
    found = invoice("Müller & Söhne GmbH", "Rechnung Nr. R-2024/117")
    assert found.differences == ()
    assert found.fields["total"].page is None


def test_what_is_printed_in_another_place_is_printed() -> None:
    """Two numbers, and which of them is the invoice's is for people to say."""
    found = invoice(*changed("R-2024/117", "R-2024/118"), "Ihre Bestellung R-2024/117")
    assert found.fields["invoice_number"].page == 1
    assert found.differences == ()


def test_xml_alone_is_an_invoice() -> None:
    """The page shows nothing that can be read."""
    found = invoice()
    assert found.fields["total"].value == "119.00"
    assert found.pages == (1, 1)


def on(*texts: str) -> Page:
    lines = [
        Line.of(
            [Word(text=word, confidence=1, box=(100 * at, 50 * row, 90, 40)) for at, word in enumerate(text.split())]
        )
        for row, text in enumerate(texts)
    ]
    from fastapi_app.services.layout import Region

    region = Region.of(lines)
    return Page(width=900, height=900, languages=(), engine="", confidence=1, regions=(region,))


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("total", "4904.94", "Totaal € 4.904,94"),
        ("total", "4904.94", "Total $4,904.94"),
        ("total", "4904.94", "Total 4 904,94 EUR"),
        ("total", "4904.94", "Total CHF 4'904.94"),
        ("total", "1939.00", "Grand total Rs 1939"),
        ("total", "1939.00", "Grand total Rs 1,939"),
        ("total", "-8.79", "Summe 8,79-"),
        ("date", "2024-03-04", "am 4. März 2024"),
        ("date", "2024-03-04", "on 03/04/2024"),
        ("date", "2024-03-04", "on 04/03/2024"),
        ("iban", "DE89370400440532013000", "IBAN: DE89 3704 0044 0532 0130 00"),
        ("vendor_tax_id", "DE123456789", "USt-IdNr. DE 123 456 789"),
        ("invoice_number", "R-2024/117", "Nr. r-2024/117."),
        ("currency", "EUR", "Total 5,00 €"),
    ],
)
def test_places(name: str, value: str, text: str) -> None:
    assert len(places.places(name, value, [on("Nothing here", text)])) == 1


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("total", "119.00", "Total 1119,00"),
        ("total", "119.00", "Total 119,01"),
        ("total", "19.00", "Total 119,00"),
        ("total", "119.00", "Total 11.900"),
        ("date", "2024-03-04", "on 05.04.2024"),
        ("invoice_number", "117", "Nr. 2117"),
        ("invoice_number", "117", "Nr. 117a"),
        ("vendor", "x" * 121, "x" * 121),  # nothing that stands in a line
    ],
)
def test_what_only_looks_alike(name: str, value: str, text: str) -> None:
    assert places.places(name, value, [on(text)]) == []
