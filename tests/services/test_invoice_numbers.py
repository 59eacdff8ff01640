"""Amounts as they are written in five countries, and back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastapi_app.services.invoice.numbers import Mark, decimal_mark, find, parse


@pytest.mark.parametrize(
    ("text", "mark", "value", "currency"),
    [
        ("RM 1,234.50", ".", "1234.50", "RM"),
        ("1.234,56 €", ",", "1234.56", "€"),
        ("1 234,50 EUR", ",", "1234.50", "EUR"),
        ("1'234.50", ".", "1234.50", ""),
        ("TOTAL:RM37.10", ".", "37.10", "RM"),
        ("-198,00 €", ",", "-198.00", "€"),
        ("100.000,00-", ",", "-100000.00", ""),
        ("(35.13)", ".", "-35.13", ""),
        ("-RM 0.02", ".", "-0.02", "RM"),
        ("₪ 1,170.00", ".", "1170.00", "₪"),
        ("12. 50", ".", "12.50", ""),
        (".14", ".", "0.14", ""),
        ("6.90SR", ".", "6.90", ""),
        ("62.000", ",", "62000", ""),
        ("0,0520", ",", "0.0520", ""),
        ("17", ".", "17", ""),
    ],
)
def test_it_works(text: str, mark: Mark, value: str, currency: str) -> None:
    (amount,) = find(text, mark)
    assert (amount.value, amount.currency) == (Decimal(value), currency)


@pytest.mark.parametrize("text", ["12/02/2018", "18:49", "A4", "", "RM", "v1.2.3", "#42/7"])
def test_what_is_no_amount(text: str) -> None:
    assert list(find(text)) == []


def test_a_percentage_is_marked() -> None:
    (amount,) = find("GST @ 6 %")
    assert amount.is_percent
    assert amount.value == 6


def test_the_page_tells_its_mark() -> None:
    assert decimal_mark(["Menge 2.500", "1.234,56", "12,50"]) == ","
    assert decimal_mark(["1,234.56", "3.50"]) == "."
    assert decimal_mark(["17"], ",") == ","


@given(st.decimals(0, 10**9, places=2), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", ".")]))
def test_what_is_written_is_read(value: Decimal, marks: tuple[str, Mark]) -> None:
    group, mark = marks
    text = f"{value:,.2f}".replace(",", "g").replace(".", mark).replace("g", group)
    assert parse(text, mark) == value
    assert [amount.value for amount in find(f"Total {text}", mark)] == [value]


@given(st.text())
def test_nothing_is_too_odd(text: str) -> None:
    parse(text)
    decimal_mark([text])
    for amount in find(text):
        assert 0 <= amount.start < amount.end <= len(text)
