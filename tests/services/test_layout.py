"""The layout model and its formats."""

import json

import pytest

from fastapi_app.services.errors import BadParameter
from fastapi_app.services.formats import FORMATS, write
from fastapi_app.services.layout import Line, Page, Region, Word, around, direction_of


def word(text: str, x: int = 0, confidence: float = 0.5) -> Word:
    return Word(text=text, confidence=confidence, box=(x, 10, 20, 8))


def page() -> Page:
    regions = (
        Region.of([Line.of([word("Ink"), word("dries", 30)]), Line.of([word("slowly")])]),
        Region.of([Line.of([word("שלום", 40, 1.0)])]),
    )
    return Page(width=100, height=50, languages=("eng", "heb"), engine="test 1", confidence=0.6, regions=regions)


def test_lines_of_words() -> None:
    line = page().lines[0]
    assert (line.text, line.box, line.direction) == ("Ink dries", (0, 10, 50, 8), "ltr")
    assert page().lines[2].direction == "rtl"


def test_confidence_is_weighted_by_length() -> None:
    assert Line.of([word("a", confidence=0.0), word("bbb", confidence=1.0)]).confidence == 0.75


@pytest.mark.parametrize(
    ("text", "direction"),
    [("Hebrew שלום", "ltr"), ("שלום 12 a", "rtl"), ("123", "ltr"), ("", "ltr"), ("سلام", "rtl")],
)
def test_direction_follows_the_letters(text: str, direction: str) -> None:
    assert direction_of(text) == direction


def test_box_around_nothing() -> None:
    assert around([]) == (0, 0, 0, 0)


def test_text() -> None:
    assert write([page()], "text").decode() == "Ink dries\nslowly\n\nשלום\n"
    assert write([page(), page()], "text").count(b"\f") == 1


def test_json() -> None:
    facts = json.loads(write([page()], "json"))
    assert set(facts) == {"text", "results", "languages", "engine", "confidence", "pages"}
    assert [line["text"] for line in facts["results"]] == ["Ink dries", "slowly", "שלום"]
    assert Page.model_validate(facts["pages"][0]) == page()
    assert facts["confidence"] == pytest.approx(0.6)


def test_no_pages() -> None:
    assert json.loads(write([], "json"))["confidence"] == 0


def test_unknown_format() -> None:
    with pytest.raises(BadParameter):
        write([page()], "docx")
    assert FORMATS["text"].extension == ".txt"
