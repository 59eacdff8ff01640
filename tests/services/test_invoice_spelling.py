"""What is put right in names and addresses, and what is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastapi_app.services.invoice.spelling import corrected, corrected_address


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("7 PENS S7B", "7 PENS S/B"),
        ("M. D.1.Y. SHOP", "M. D.I.Y. SHOP"),
        ("INK (KLISDN BHD", "INK (KL) SDN BHD"),
        ("INK SDN 8HD", "INK SDN BHD"),
        ("5TUDIO ONE", "STUDIO ONE"),
    ],
)
def test_names(read: str, meant: str) -> None:
    assert corrected(read) == meant


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("12 JAIAN PENA, 475O0 SUBANG", "12 JALAN PENA, 47500 SUBANG"),
        ("Eot 3, Jalan Pena", "Lot 3, Jalan Pena"),
        ("1.OT 85, JALAN PENA", "LOT 85, JALAN PENA"),
        ("No 8, Malassia", "No 8, Malaysia"),
    ],
)
def test_addresses(read: str, meant: str) -> None:
    assert corrected_address(read) == meant


@pytest.mark.parametrize(
    "text",
    ["12A MILL LANE", "3RD FLOOR, 31G JALAN 7/118B", "Hafenstr. 44 80331 München", "רחוב הטחנה 5", "Bali 1 Cafe"],
)
def test_what_is_right_stays(text: str) -> None:
    assert corrected_address(corrected(text)) == text


@given(st.text())
def test_nothing_is_too_odd(text: str) -> None:
    corrected(corrected_address(text))
