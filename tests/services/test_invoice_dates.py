"""Dates in five languages, and which comes first, day or month."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastapi_app.services.invoice.dates import find, is_month_first, time_of_day


@pytest.mark.parametrize(
    "text",
    [
        "14/03/2018",
        "14-03-18 21:49",
        "14.3.2018",
        "2018-03-14",
        "20180314",
        "14 Mar 2018",
        "14MAR2018",
        "March 14, 2018",
        "14. März 2018",
        "14 mars 2018",
        "14 Mac 2018",
        "14 במרץ 2018",
        "14 maart 2018",
        "DATE:14/03/201815:32",
        "Date: 14/03/2018-18.10:59",
        "14032018",
    ],
)
def test_it_works(text: str) -> None:
    assert [found.value for found in find(text)] == [date(2018, 3, 14)]


@pytest.mark.parametrize(
    "text", ["99/99/2018", "3,50 2018", "12 Sdn 18", "1/2/3", "30.02.2018", "TEL 03-5122 1701", ""]
)
def test_what_is_no_date(text: str) -> None:
    assert list(find(text)) == []


def test_either_way() -> None:
    (found,) = find("03/04/2018")
    assert (found.value, found.other) == (date(2018, 4, 3), date(2018, 3, 4))
    (found,) = find("03/04/2018", month_first=True)
    assert found.value == date(2018, 3, 4)


def test_the_page_tells_which_way() -> None:
    assert is_month_first(["due 04/30/2018"])
    assert not is_month_first(["due 30/04/2018"], "US")
    assert is_month_first(["03/04/2018"], "US")
    assert not is_month_first(["03/04/2018"], "MY")


@pytest.mark.parametrize(("text", "time"), [("at 9:05 PM", "21:05"), ("22:17", "22:17"), ("12:01AM", "00:01")])
def test_times(text: str, time: str) -> None:
    found = time_of_day(text)
    assert found
    assert found[0] == time


@given(
    st.dates(date(1980, 1, 1), date(2099, 12, 31)), st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d %B %Y"])
)
def test_what_is_written_is_read(day: date, style: str) -> None:
    assert [found.value for found in find(f"Date {day.strftime(style)}")] == [day]


@given(st.text())
def test_nothing_is_too_odd(text: str) -> None:
    time_of_day(text)
    is_month_first([text])
    for found in find(text):
        assert 0 <= found.start < found.end <= len(text)
