"""What an embedded e-invoice says, in whichever syntax, and what is attached to harm."""

import io
import tracemalloc
import zlib

import pikepdf
import pytest

from fastapi_app.services.errors import UnusableImage
from fastapi_app.services.invoice import attachments, einvoice
from fastapi_app.services.invoice.models import FIELD_NAMES, Invoice
from samples import printed
from tests.services import e_invoices

SAID = {
    "vendor": "Müller & Söhne GmbH",
    "vendor_tax_id": "DE123456789",
    "invoice_number": "R-2024/117",
    "date": "2024-03-14",
    "due_date": "2024-04-13",
    "currency": "EUR",
    "subtotal": "100.00",
    "tax": "19.00",
    "total": "119.00",
    "iban": "DE89370400440532013000",
    "vendor_address": "Gartenstr. 3, 10115, Berlin, DE",
}
PAGE = [printed.lines("Invoice R-2024/117")]


def holding(**files: bytes) -> bytes:
    return printed.pdf(PAGE, attachments={name.replace("_xml", ".xml"): data for name, data in files.items()})


def number(data: bytes) -> str | None:
    found = einvoice.embedded(data)
    return found and found.fields["invoice_number"].value


@pytest.mark.parametrize("write", [e_invoices.cii, e_invoices.version_1, e_invoices.ubl])
def test_every_field(write) -> None:
    found = einvoice.embedded(holding(factur_x_xml=write()))
    assert isinstance(found, Invoice)
    assert {name: field.value for name, field in found.fields.items()} == SAID
    assert set(SAID) == set(FIELD_NAMES)
    assert (found.source, found.country) == ("xml", "DE")
    assert all(field.page is None and field.box is None for field in found.fields.values())
    assert {name: field.value for name, field in found.details.items()} == {
        "customer_tax_id": "DE987654321",
        "tax_rate": "19",
    }
    (item,) = found.line_items
    assert {name: field.value for name, field in item if field} == {
        "description": "Printing paper",
        "quantity": "40",
        "unit_price": "2.5",
        "amount": "100.00",
        "tax_rate": "19",
    }


def test_what_is_left_to_pay_is_no_other_total() -> None:
    found = einvoice.parse(e_invoices.cii(payable="69.00"))
    assert found is not None
    assert found.fields["total"].value == "119.00"
    assert [field.value for field in found.candidates["total"]] == ["69.00"]


@pytest.mark.parametrize(
    ("said", "read"),
    [("1E5", None), ("12,50", None), ("NaN", None), ("", None), ("-7.67", "-7.67"), (" 5 ", "5.00"), ("0.125", "0.125"),
     ("9" * 40, None)],
)  # fmt: skip
def test_amounts(said: str, read: str | None) -> None:
    found = einvoice.parse(e_invoices.cii(total=said))
    assert found is not None
    field = found.fields.get("total")
    assert (field and field.value) == read


@pytest.mark.parametrize(("said", "read"), [("20240230", None), ("2024", None), ("2024-03-14T10:00:00", "2024-03-14")])
def test_dates(said: str, read: str | None) -> None:
    found = einvoice.parse(e_invoices.cii(date=said))
    assert found is not None
    field = found.fields.get("date")
    assert (field and field.value) == read


def test_without_attachments() -> None:
    assert einvoice.embedded(printed.pdf(PAGE)) is None


def test_the_standards_names_come_first() -> None:
    files = {
        "a.xml": e_invoices.cii(number="other"),
        "factur-x.xml": e_invoices.cii(number="right"),
        "ZUGFeRD-invoice.xml": e_invoices.version_1(number="older"),
    }
    assert number(printed.pdf(PAGE, attachments=files)) == "right"


@pytest.mark.parametrize("name", ["../../etc/factur-x.xml", "C:\\temp\\factur-x.xml", "/factur-x.xml", "any name.XML"])
def test_names_are_only_names(name: str) -> None:
    """Nothing is written under them."""
    assert number(printed.pdf(PAGE, attachments={name: e_invoices.cii()})) == "R-2024/117"


def bomb() -> bytes:
    """Ten to the ninth laughs."""
    levels = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    head = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>'
    return declaring(head.encode(), "&l9;")


def external() -> bytes:
    return declaring(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;")


def declaring(head: bytes, seller: str) -> bytes:
    root = b"<rsm:CrossIndustryInvoice"
    return e_invoices.cii(seller=seller).replace(root, head + root, 1)


OTHER_SCHEMA = b"<?xml version='1.0'?><note><to>Ada</to></note>"
NO_FIELDS = b"<Invoice xmlns='urn:example:games'><score>7</score></Invoice>"


@pytest.mark.parametrize(
    "xml", [bomb(), external(), OTHER_SCHEMA, NO_FIELDS, b"", b"<", b"\x00\xff" * 50, b"<a>" * 100_000]
)
def test_hostile_xml_is_as_if_it_were_not_there(xml: bytes) -> None:
    assert einvoice.embedded(holding(factur_x_xml=xml)) is None
    both = printed.pdf(PAGE, attachments={"factur-x.xml": xml, "second.xml": e_invoices.cii()})
    assert number(both) == "R-2024/117"


@pytest.mark.parametrize("xml", [bomb(), external()])
def test_entities_are_refused(xml: bytes) -> None:
    with pytest.raises(UnusableImage):
        einvoice.parse(xml)


def test_a_huge_attachment_is_not_unpacked() -> None:
    packed = zlib.compress(b"<a>" + b" " * (8 * attachments.LARGEST) + b"</a>", 1)
    with pikepdf.open(io.BytesIO(holding(factur_x_xml=b"<a/>"))) as document:
        stream = document.attachments["factur_x.xml"].get_file().obj
        stream.write(packed, filter=pikepdf.Name.FlateDecode)
        out = io.BytesIO()
        document.save(out)
    tracemalloc.start()
    assert [*attachments.xml_files(out.getvalue())] == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * attachments.LARGEST


def test_only_so_many_attachments_are_looked_at() -> None:
    many = {f"a{n:03}.xml": OTHER_SCHEMA for n in range(attachments.MOST)}
    assert number(printed.pdf(PAGE, attachments=many | {"z.xml": e_invoices.cii()})) is None


def test_a_file_that_is_no_pdf_has_none() -> None:
    assert [*attachments.xml_files(b"%PDF-1.7 nothing")] == []
