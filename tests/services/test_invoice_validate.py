"""Every code of a check, what is left alone, and that docs and code say the same."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastapi_app.services.invoice import tax_rates
from fastapi_app.services.invoice.issues import RULES, Issue
from fastapi_app.services.invoice.models import DETAIL_NAMES, FIELD_NAMES, Difference, Field, Invoice, LineItem
from fastapi_app.services.invoice.validate import is_valid, validate, validate_all
from tests.services.invoices import GOOD, TODAY, field, invoice

DOCS = Path(__file__).parents[2] / "docs" / "invoices.md"
NO_LINES: tuple[tuple[str | None, ...], ...] = ()


def issues_of(checked: Invoice, *others: Invoice) -> dict[str, Issue]:
    named = [(f"other{number}.pdf", other) for number, other in enumerate(others)]
    return {issue.code: issue for issue in validate(checked, today=TODAY, others=named)}


def with_field(name: str, value: Field) -> Invoice:
    good = invoice()
    return good.model_copy(update={"fields": {**good.fields, name: value}})


def test_it_works() -> None:
    assert validate(invoice(), today=TODAY) == ()


CASES: dict[str, tuple[Callable[[], Invoice], str, str]] = {
    "required": (lambda: invoice(vendor_tax_id=""), "vendor_tax_id", "above 250.00 EUR"),
    "expected": (lambda: invoice(currency=""), "currency", "The currency was not found"),
    "unreadable_amount": (lambda: invoice(total="4l6,00"), "total", "“4l6,00”"),
    "unreadable_date": (lambda: invoice(date="2026-02-30"), "date", "“2026-02-30”"),
    "low_confidence": (lambda: with_field("total", field("476.00", 0.41)), "total", "41 %"),
    "date_ambiguous": (lambda: ambiguous(0.9), "date", "2026-05-10"),
    "embedded_differs": (
        lambda: invoice(more={"differences": (Difference(field="iban", embedded="DE02", printed="DE89"),)}),
        "iban",
        "the page shows “DE89”",
    ),
    "total_mismatch": (lambda: invoice(total="486.00"), "total", "add up to 476.00 EUR, but the total is 486.00 EUR"),
    "tax_included": (lambda: invoice(subtotal="476.00"), "subtotal", "there is 76.00 EUR of tax"),
    "cash_rounding": (
        lambda: invoice("CH", NO_LINES, currency="CHF", subtotal="99.97", tax="8.10", total="108.05", iban=""),
        "total",
        "steps of 0.05 CHF",
    ),
    "other_charges": (
        lambda: invoice(lines=NO_LINES, total="523.60", more={"text": "Net 400.00\nService charge 10 % 47.60"}),
        "total",
        "is “Service charge” the 47.60 EUR between?",
    ),
    "line_amount": (
        lambda: invoice(
            lines=(("Paper", "10", "25.00", "270.00", "19"),), subtotal="270.00", tax="51.30", total="321.30"
        ),
        "line_items[1].amount",
        "10 × 25.00 EUR is 250.00 EUR, but the line says 270.00 EUR",
    ),
    "line_sum": (
        lambda: invoice(lines=(("Paper", "10", "25.00", "250.00", "19"),)),
        "line_items",
        "add up to 250.00 EUR",
    ),
    "tax_mismatch": (
        lambda: invoice(lines=NO_LINES, tax_rate="19", tax="28.00", total="428.00"),
        "tax",
        "19 % tax on 400.00 EUR is 76.00 EUR, but the invoice says 28.00 EUR",
    ),
    "excess_decimals": (lambda: invoice("JP", NO_LINES, currency="JPY", tax="76.50"), "tax", "than JPY has (0)"),
    "zero_total": (lambda: invoice(lines=NO_LINES, subtotal="0.00", tax="0.00", total="0.00"), "total", "0.00 EUR"),
    "negative_total": (
        lambda: invoice(lines=NO_LINES, subtotal="-400.00", tax="-76.00", total="-476.00"),
        "total",
        "-476.00 EUR is negative",
    ),
    "tax_rate_unusual": (
        lambda: invoice(lines=NO_LINES, tax_rate="18", tax="72.00", total="472.00"),
        "tax_rate",
        "18 % is not a tax rate of Germany on 2026-10-05; there were 7, 19 %",
    ),
    "tax_rate_outdated": (
        lambda: invoice(lines=NO_LINES, tax_rate="16", tax="64.00", total="464.00"),
        "tax_rate",
        "until 2021-01-01",
    ),
    "tax_too_high": (lambda: invoice(lines=NO_LINES, tax="96.00", total="496.00"), "tax", "24.0 %"),
    "tax_mixed": (lambda: invoice(lines=NO_LINES, tax="60.00", total="460.00"), "tax", "15.0 %"),
    "date_in_future": (lambda: invoice(date="2026-12-01", due_date=""), "date", "10 days in the future"),
    "date_old": (lambda: invoice(date="2014-10-05", due_date=""), "date", "12 years ago"),
    "due_before_date": (lambda: invoice(due_date="2026-10-01"), "due_date", "4 days before"),
    "due_far": (lambda: invoice(due_date="2028-11-04"), "due_date", "761 days after"),
    "iban_invalid": (lambda: invoice(iban="DE89370400440532013001"), "iban", "check digits are wrong"),
    "iban_country": (lambda: invoice(iban="NL91ABNA0417164300"), "iban", "in Netherlands, the vendor in Germany"),
    "tax_id_invalid": (lambda: invoice(vendor_tax_id="DE136695977"), "vendor_tax_id", "of Germany: its check digits"),
    "tax_id_country": (lambda: invoice(vendor_tax_id="ATU13585627"), "vendor_tax_id", "from Austria"),
    "currency_unknown": (lambda: invoice(currency="EUO"), "currency", "EUO is not a currency"),
    "currency_country": (lambda: invoice(currency="USD"), "currency", "Germany pays in EUR"),
}


def ambiguous(confidence: float) -> Invoice:
    other = field("2026-05-10", 0.5, "05/10/26")
    good = with_field("date", field("2026-10-05", confidence, "05/10/26"))
    return good.model_copy(update={"candidates": {"date": (other,)}})


@pytest.mark.parametrize("code", CASES)
def test_code(code: str) -> None:
    make, at, says = CASES[code]

    found = issues_of(make())

    assert found[code].field == at
    assert says in found[code].message


def test_duplicate_number() -> None:
    again = invoice(vendor="NORDLICHT PAP1ER GMBH", vendor_tax_id="", invoice_number="RE-2026-O417", date="2026-10-06")

    found = issues_of(invoice(), again)["duplicate_number"]

    assert found.message.startswith("other0.pdf has the same vendor and the same number RE-2026-0417")


def test_duplicate_content() -> None:
    assert "other0.pdf" in issues_of(invoice(), invoice(invoice_number=""))["duplicate_content"].message


def test_not_a_duplicate() -> None:
    next_one, other_vendor = (
        invoice(invoice_number="RE-2026-0418"),
        invoice(vendor="Südwind Möbel KG", vendor_tax_id=""),
    )

    assert not issues_of(invoice(), next_one, other_vendor).keys() & {"duplicate_number", "duplicate_content"}


def test_all_of_a_batch_are_told_of_each_other() -> None:
    first, last = validate_all([("a.pdf", invoice()), ("b.pdf", invoice())], today=TODAY)

    assert first[0].message.startswith("b.pdf")
    assert last[0].message.startswith("a.pdf")


def test_every_code_has_its_test() -> None:
    assert {rule.code for rule in RULES} == {*CASES, "duplicate_number", "duplicate_content"}


def test_docs_show_the_codes_as_they_are() -> None:
    cells = (
        (rule.code, f"`{rule.field}`" if rule.field != "*" else "any", rule.severity, rule.says, rule.when)
        for rule in RULES
    )
    expected = ["| " + " | ".join((f"`{code}`", *rest)) + " |" for code, *rest in cells]

    shown = DOCS.read_text().split("## Issues")[1].split("\n## ")[0]

    assert [row for row in shown.splitlines() if row.startswith("| `")] == expected


def test_a_charge_does_not_explain_a_smaller_total() -> None:
    less = invoice(lines=NO_LINES, total="428.40", more={"text": "Service charge 47.60"})

    assert "total_mismatch" in issues_of(less)
    assert "other_charges" in issues_of(less.model_copy(update={"text": "10 % Rabatt: -47,60"}))
    assert "total_mismatch" in issues_of(less.model_copy(update={"text": "2 % Rabatt bis 30.11."}))


def test_sums_without_tax() -> None:
    assert "total_mismatch" in issues_of(invoice(lines=NO_LINES, tax="", total="876.00"))
    assert "total_mismatch" in issues_of(invoice(lines=NO_LINES, tax="", total="376.00"))


def test_more_tax_than_anywhere() -> None:
    found = issues_of(invoice("IN", NO_LINES, currency="INR", subtotal="", tax="300.00", total="319.00"))

    assert found["tax_too_high"].message.endswith("no country asks for more than half.")


def test_severity_decides_validity() -> None:
    assert is_valid(validate(invoice(iban="NL91ABNA0417164300"), today=TODAY))
    assert not is_valid(validate(invoice(total="486.00"), today=TODAY))


def test_what_a_person_typed_is_sure() -> None:
    assert "date_ambiguous" not in issues_of(ambiguous(1.0))
    dumped = with_field("total", Field(value="476.00", raw="", confidence=1.0)).model_dump(mode="json")

    assert validate(Invoice.model_validate(dumped), today=TODAY) == ()


RIGHT = {
    "tax rounded line by line": invoice(
        lines=tuple((None, None, None, "0.33", "19") for _ in range(6)), subtotal="1.98", tax="0.36", total="2.34"
    ),
    "a receipt without number and tax id": invoice(
        lines=NO_LINES, vendor_tax_id="", invoice_number="", vendor_address="", subtotal="", tax="", total="19.90"
    ),
    "two rates": invoice(
        lines=(("Book", "1", "100.00", "100.00", "7"), ("Lamp", "1", "100.00", "100.00", "19")),
        subtotal="200.00",
        tax="26.00",
        total="226.00",
    ),
    "lines with tax": invoice(
        lines=(("Paper", "10", "25.00", "297.50", "19"),), subtotal="250.00", tax="47.50", total="297.50"
    ),
    "a tax that was not found": invoice(lines=NO_LINES, vendor_tax_id="", total="90.00", subtotal="75.63", tax=""),
    "no tax, as abroad": invoice(lines=NO_LINES, tax="0.00", total="400.00"),
    "sixteen per cent in 2020": invoice(
        lines=NO_LINES, date="2020-08-01", due_date="", tax_rate="16", tax="64.00", total="464.00"
    ),
    "a German Steuernummer": invoice(vendor_tax_id="181/815/08155"),
    "Malaysia": invoice(
        "MY",
        (("Nasi lemak", "2", "6.30", "12.60", None), ("Teh tarik", "1", "2.20", "2.20", None)),
        vendor_tax_id="W10-1808-32000001",
        currency="MYR",
        date="2024-05-02",
        due_date="",
        iban="",
        tax_rate="6",
        subtotal="14.80",
        tax="0.89",
        total="15.69",
    ),
    "Israel": invoice(
        "IL", NO_LINES, vendor_tax_id="516179157", currency="ILS", tax_rate="18", tax="72.00", total="472.00", iban=""
    ),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_nothing_is_wrong_with(kind: str) -> None:
    assert validate(RIGHT[kind], today=TODAY) == ()


@pytest.mark.parametrize(
    ("country", "day", "highest"),
    [
        ("DE", "2020-06-30", "19"),
        ("DE", "2020-07-01", "16"),
        ("DE", "2021-01-01", "19"),
        ("IL", "2024-12-31", "17"),
        ("IL", "2025-01-01", "18"),
        ("MY", "2018-05-31", "6"),
        ("MY", "2018-07-01", "0"),
        ("MY", "2024-03-01", "10"),
        ("GB", "2026-01-01", "20"),
        ("EE", "2025-07-01", "24"),
    ],
)
def test_highest_rate(country: str, day: str, highest: str) -> None:
    assert tax_rates.rates(country, date.fromisoformat(day))[0] == Decimal(highest)


def test_rates_of_every_country_of_the_union() -> None:
    from fastapi_app.services.invoice.countries import EU

    assert all(tax_rates.rates(country, TODAY) for country in (*EU, "GB", "IL", "MY"))


odd = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["NaN", "-Infinity", "1e999", "9" * 400, "0", "-0.00", "-100", "0000-00-00", "9999-12-31", "٣", *GOOD.values()]
    ),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.dates().map(str),
)
fields = st.builds(Field, value=odd, raw=odd, confidence=st.floats())
invoices = st.builds(
    Invoice,
    country=st.none() | st.sampled_from(["DE", "MY", "IL", "CH", "de", "ZZ", ""]) | st.text(max_size=3),
    fields=st.dictionaries(st.sampled_from(FIELD_NAMES) | st.text(max_size=5), fields, max_size=11),
    details=st.dictionaries(st.sampled_from(DETAIL_NAMES), fields),
    candidates=st.dictionaries(st.sampled_from(FIELD_NAMES), st.lists(fields, max_size=2).map(tuple), max_size=2),
    line_items=st.lists(
        st.builds(LineItem, **{name: st.none() | fields for name in LineItem.model_fields}), max_size=3
    ).map(tuple),
    differences=st.lists(st.builds(Difference, field=odd, embedded=odd, printed=odd), max_size=2).map(tuple),
)


@given(invoices, invoices)
def test_odd_values_get_sentences(one: Invoice, other: Invoice) -> None:
    for issue in validate(one, today=TODAY, others=[("other", other), ("same", one)]):
        assert issue.code in {rule.code for rule in RULES}
        assert not re.search(r"\bNone\b", issue.message) or "None" in str(one)
